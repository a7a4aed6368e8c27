"""Which page of a list, and what it shows."""

from __future__ import annotations

import pytest
from werkzeug.exceptions import NotFound

from storefront.web.paging import Page, page_number


@pytest.mark.parametrize(("given", "number"), [(None, 1), ("", 1), ("1", 1), ("2", 2), ("999999", 999999)])
def test_a_page_number(given: str | None, number: int) -> None:
    assert page_number(given) == number


@pytest.mark.parametrize(
    "given",
    ["0", "-1", "01", "1.0", "1e3", "１", "x", " 1", "1 ", "+1", "1\x00", "1" + "0" * 400, "1000000", "NaN", "0x1"],
)
def test_what_is_no_page_number_is_not_found(given: str) -> None:
    with pytest.raises(NotFound):
        page_number(given)


@pytest.mark.parametrize(
    ("items", "number", "total", "pages", "first", "last", "has_next"),
    [
        (0, 1, 0, 1, 0, 0, False), (1, 1, 1, 1, 1, 1, False), (24, 1, 24, 1, 1, 24, False), (24, 1, 25, 2, 1, 24, True),
        (1, 2, 25, 2, 25, 25, False), (24, 2, 72, 3, 25, 48, True),
    ],
)  # fmt: skip
def test_what_a_page_shows(
    items: int, number: int, total: int, pages: int, first: int, last: int, has_next: bool
) -> None:
    page = Page(range(items), number, 24, total)
    assert (page.pages, page.first, page.last, page.has_next) == (pages, first, last, has_next)
