"""The file that says how long the chain was: lost, old, forged, torn."""

from __future__ import annotations

import os
import stat

from flask import Flask

from storefront.audit import anchor
from storefront.audit.anchor import GENESIS, Head
from storefront.audit.linking import link_new_lines
from storefront.audit.verifying import Report, verify
from storefront.core.clock import now
from tests.audit.tampering import a_chain, a_line, anchors

HASH = "ab" * 32


def sentences() -> str:
    return " ".join(fault.sentence for fault in verify().faults)


def test_one_line_a_round_and_only_the_owner_reads_it(app: Flask) -> None:
    a_line(1)
    a_line(2)
    link_new_lines()
    link_new_lines()
    a_line(3)
    link_new_lines()
    written = [line.split() for line in anchor.path().read_text().splitlines()]
    assert [(position, at) for position, _, at in written] == [(n, "2026-11-24T12:00:00Z") for n in ("0", "2", "3")]
    assert written[0][1] == GENESIS
    assert stat.S_IMODE(os.stat(anchor.path()).st_mode) == 0o600


def test_lost(app: Flask) -> None:
    a_chain(10)
    kept = anchor.path().read_text()
    anchor.path().unlink()
    assert "is lost or empty, though 10 of the links are there" in sentences()
    a_line()
    link_new_lines()  # begins a new file, and that is seen for good ...
    assert "begins at position 11" in sentences()
    anchor.path().write_text(kept + anchor.path().read_text())  # ... until the old one is put back in front
    assert verify() == Report([], 11, 0, 11)


def test_old(app: Flask) -> None:
    """An older copy still fits. It says how far it reaches, and is brought up to date by the next round."""
    a_chain(10)
    old = "".join(anchor.path().read_text().splitlines(keepends=True)[:3])
    anchor.path().write_text(old)
    report = verify()
    assert report.faults == []
    assert 0 < report.anchored < 10
    link_new_lines()
    assert verify() == Report([], 10, 0, 10)


def test_forged(app: Flask) -> None:
    a_chain(10)
    lines = anchor.path().read_text().splitlines(keepends=True)
    changed = lines[2].replace(lines[2].split()[1], HASH)
    anchor.path().write_text("".join([*lines[:2], changed, *lines[3:]]))
    assert f"the hash of position {lines[2].split()[0]} was {HASH}" in sentences()
    anchor.path().write_text("".join([*lines, f"99 {HASH} 2026-11-24T12:00:00Z\n"]))
    assert f"it had come to position 99 with hash {HASH}" in sentences()
    anchor.path().write_text("".join([*lines[:2], "something else\n", *lines[3:]]))
    assert "Line 3 of the file audit-head cannot be read." in sentences()


def test_torn_by_a_power_cut(app: Flask) -> None:
    """What was begun promised nothing; the next line starts anew."""
    a_chain(10)
    whole = anchor.path().read_text()
    line = f"10 {HASH} 2026-11-24T12:00:00Z"
    for length in range(1, len(line)):
        anchor.path().write_text(whole + line[:length])
        assert len([known for known in anchors() if known.head is None]) == 0, line[:length]
        anchor.append(Head(10, HASH), now())
        assert [known.head.position for known in anchors() if known.head][-2:] == [10, 10]
    assert anchor.newest() == 10


def test_what_is_written_after_it_was_opened_is_not_read(app: Flask) -> None:
    a_chain(10)
    with anchor.opened() as found:
        anchor.append(Head(99, HASH), now())
        assert max(known.head.position for known in found if known.head) == 10


def test_without_a_file_there_is_no_anchor(app: Flask) -> None:
    assert anchors() == []
    assert anchor.newest() is None
