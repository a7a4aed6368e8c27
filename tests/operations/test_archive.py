"""An archive is believed only when every byte of it is the one that was written, and every name leads where it may."""

from __future__ import annotations

import hashlib
import io
import json
import os
import warnings
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storefront.media.models import Shelf
from storefront.operations import archive
from storefront.operations.archive import Entry, Manifest, Refused, Writer, ignore, name_of, opened, picture_of

MADE = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
FILES = {"database.sqlite": b"rows " * 200, "media/public/a.webp": os.urandom(300), "withdrawals": b'{"story":"R"}\n'}


def written(path: Path, content: dict[str, bytes] = FILES, **changes: object) -> Path:
    """An archive with these files; `changes` are lies of its manifest, sealed like the truth."""
    with path.open("w+b") as file, closing(Writer(file, made_at=MADE, moved=ignore)) as writer:
        for name, text in content.items():
            writer.add(name, io.BytesIO(text), pack=name == "database.sqlite")
        manifest = Manifest(MADE, "sqlite", "0007", tuple(writer.entries))
        writer.finish(replace(manifest, **changes))  # type: ignore[arg-type]
    return path


def sealed(path: Path, content: bytes) -> Path:
    """Somebody else's file, with a seal that is right."""
    path.write_bytes(content[: -archive.SEAL] + hashlib.sha256(content[: -archive.SEAL]).hexdigest().encode())
    return path


def refused(path: Path) -> str:
    with pytest.raises(Refused) as error, opened(path, moved=ignore):
        pass
    return error.value.message


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    path = written(tmp_path / "one.zip")
    with opened(path, moved=ignore) as found:
        assert found.manifest.made_at == archive.made_at(path) == MADE
        assert [entry.name for entry in found.manifest.files] == list(FILES)
        for number, (name, content) in enumerate(FILES.items()):
            found.extract(name, tmp_path / str(number), moved=ignore)
            assert (tmp_path / str(number)).read_bytes() == content
    with zipfile.ZipFile(path) as plain:  # any tool can open it
        assert plain.testzip() is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_bit_anywhere_is_noticed(tmp_path: Path, where: float, bit: int) -> None:
    path = tmp_path / "one.zip"
    if not path.exists():
        written(path)
    content = bytearray(path.read_bytes())
    content[int(where * len(content))] ^= 1 << bit
    (tmp_path / "flipped.zip").write_bytes(content)
    assert "damaged" in refused(tmp_path / "flipped.zip")


@pytest.mark.proof
def test_one_bit_at_every_place_is_noticed(tmp_path: Path) -> None:
    whole = written(tmp_path / "one.zip").read_bytes()
    for place in range(len(whole)):
        for bit in range(8):
            content = bytearray(whole)
            content[place] ^= 1 << bit
            (tmp_path / "flipped.zip").write_bytes(content)
            refused(tmp_path / "flipped.zip")


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 200, -65, -64, -1])
def test_a_part_of_an_archive_is_none(tmp_path: Path, length: int) -> None:
    path = written(tmp_path / "one.zip")
    path.write_bytes(path.read_bytes()[:length])
    refused(path)


def test_more_at_the_end_is_noticed(tmp_path: Path) -> None:
    path = written(tmp_path / "one.zip")
    path.write_bytes(path.read_bytes() + b"more")
    refused(path)


def test_no_file_and_a_folder_are_said(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / "none.zip")
    assert "cannot be read" in refused(tmp_path)


@pytest.mark.parametrize("size", [-1, 0, 5, 999, 10**15])
def test_a_size_that_is_not_so_is_refused(tmp_path: Path, size: int) -> None:
    with opened(written(tmp_path / "one.zip"), moved=ignore) as found:
        good = found.manifest.files
    lies = tuple(replace(entry, size=size) if entry.name == "database.sqlite" else entry for entry in good)
    assert "damaged" in refused(written(tmp_path / "two.zip", files=lies))  # type: ignore[arg-type]


def test_a_file_that_is_not_in_the_manifest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    with path.open("w+b") as file, closing(Writer(file, made_at=MADE, moved=ignore)) as writer:
        writer.add("database.sqlite", io.BytesIO(b"rows"))
        entries = tuple(writer.entries)
        writer.add("media/public/more.webp", io.BytesIO(b"more"))
        writer.finish(Manifest(MADE, "sqlite", "0007", entries))
    assert "damaged" in refused(path)
    lost = (Entry("database.sqlite", 4, hashlib.sha256(b"rows").hexdigest()), Entry("withdrawals", 0, "0" * 64))
    assert "damaged" in refused(written(tmp_path / "two.zip", {"database.sqlite": b"rows"}, files=lost))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "../evil", "/etc/passwd", "media/public/../../evil", "media/public//etc/passwd", "media/stories/..", "media/public/.",
        "media/public/", "media/private/a", "media/public/a/../b", "media/public/a\\..\\b", "media/public/a\x00b", "media/public/./a",
        "media/public/c:evil", "settings", "manifest.json", "database.pgdump",
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    assert picture_of(name) is None
    content = io.BytesIO()
    entries = [
        Entry(n, len(c), hashlib.sha256(c).hexdigest()) for n, c in {"database.sqlite": b"rows", name: b"x"}.items()
    ]
    with (
        zipfile.ZipFile(content, "w") as zip_,
        warnings.catch_warnings(action="ignore"),
    ):  # of a name that is there twice
        for n, c in {"database.sqlite": b"rows", name: b"x"}.items():
            zip_.writestr(n, c)
        zip_.writestr("manifest.json", Manifest(MADE, "sqlite", "0007", tuple(entries)).as_json())
        zip_.comment = b"0" * archive.SEAL
    assert "does not belong" in refused(sealed(tmp_path / "evil.zip", content.getvalue()))


@given(st.text("./\\:ab\x00\n", max_size=12))
def test_no_name_leads_out_of_the_shelf(name: str) -> None:
    found = picture_of(f"media/public/{name}")
    if found is not None:
        shelf = Path("/media/public")
        assert Path(os.path.normpath(shelf / found[1])).is_relative_to(shelf)
        assert Path(os.path.normpath(shelf / found[1])) != shelf
        assert name_of(*found) == f"media/public/{name}"


def test_a_plain_name_is_a_picture() -> None:
    assert picture_of("media/stories/demo/jui.0123.svg") == (Shelf.STORIES, "demo/jui.0123.svg")


@pytest.mark.parametrize(
    "change",
    [{"kind": "other"}, {"format": "1"}, {"format": None}, {"made_at": "soon"}, {"database": "oracle"}, {"files": []}, {"files": 3}, {"files": [{}]}],
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    assert "damaged" in refused(_with_manifest(tmp_path / "odd.zip", change))


def test_a_newer_format_is_said(tmp_path: Path) -> None:
    assert "newer version" in refused(_with_manifest(tmp_path / "new.zip", {"format": archive.FORMAT + 1}))


def _with_manifest(path: Path, change: dict[str, object]) -> Path:
    content = io.BytesIO()
    entry = Entry("database.sqlite", 4, hashlib.sha256(b"rows").hexdigest())
    facts = json.loads(Manifest(MADE, "sqlite", "0007", (entry,)).as_json()) | change
    with zipfile.ZipFile(content, "w") as zip_:
        zip_.writestr("database.sqlite", b"rows")
        zip_.writestr("manifest.json", json.dumps(facts))
        zip_.comment = b"0" * archive.SEAL
    return sealed(path, content.getvalue())


def test_the_same_by_hand_is_believed(tmp_path: Path) -> None:
    """Else the refusals above could have another reason."""
    with opened(_with_manifest(tmp_path / "plain.zip", {}), moved=ignore) as found:
        assert found.has("database.sqlite")
