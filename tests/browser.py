"""Finding the machine's Chromium, and installing it where that is allowed: root on a machine with apt."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "The browser tests need Chromium: install it (Debian: apt-get install chromium), or set CHROMIUM to its path."


def executable() -> str | None:
    """The path of a Chromium, or None."""
    given = os.environ.get("CHROMIUM", "")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    if executable():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests ...", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update"], check=False, **quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "--no-install-recommends", "chromium"],
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            **quiet,
        )
        if executable():
            return 0
    print(MISSING)
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
