"""`python -m storefront.style_guide`: lints the shipped copy without any settings, and fails on a block."""

from __future__ import annotations

import sys
from pathlib import Path

from storefront.style_guide.findings import Severity
from storefront.style_guide.shipped import PROJECT, findings


def main(arguments: list[str]) -> int:
    """Print a line for each finding in the project, or in the folder that is given instead of it."""
    blocked = False
    for path, line, finding in findings(Path(arguments[0]) if arguments else PROJECT):
        blocked = blocked or finding.severity is Severity.BLOCK
        words = " ".join(finding.words.replace("\u200b", "").split())
        print(f"{path}: {line}: {finding.severity}: {words}: {finding.reason}")
    return 1 if blocked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
