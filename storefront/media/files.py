"""The files of pictures: where they lie, what they are called, and putting one there."""

from __future__ import annotations

import secrets
from pathlib import Path, PurePosixPath

from storefront.media.models import Shelf


def file_of(media_dir: Path, shelf: Shelf, name: str) -> Path:
    """Where the file of a picture lies."""
    return media_dir / shelf.value / name


def hashed(path: str, sha256: str) -> str:
    """`demo/partners/freeset.svg` with a part of its hash: the address changes when the drawing does."""
    pure = PurePosixPath(path)
    return str(pure.with_name(f"{pure.stem}.{sha256[:10]}{pure.suffix}"))


def put(target: Path, content: bytes) -> bool:
    """Write a file in one step, unless it is there already. Returns whether it was written."""
    if target.is_file() and target.read_bytes() == content:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return True
