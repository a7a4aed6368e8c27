"""The lists of goods, workshops and collections: who sees what, filters in the address, pages, views."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from storefront.accounts.permissions import Role
from storefront.admin.models import SavedView
from storefront.catalog.models import Collection, CollectionProduct, Product
from storefront.core.clock import now
from storefront.db import db, transaction
from tests.admin.people import Staff, a_person
from tests.catalog.many import product_of, some
from tests.factories import a_partner

# The use cases behind these pages are tried on both databases.
pytestmark = pytest.mark.any_database

LIST = "/admin/products"
TITLE = re.compile(r'<th scope="row">.*?<a href="/admin/[a-z]+/([a-z0-9-]+)">', re.DOTALL)


def listed(page: Any) -> list[str]:
    assert page.status_code == 200
    return TITLE.findall(page.text)


def link(page: Any, rel: str) -> str | None:
    found = re.search(rf'<a href="([^"]+)" rel="{rel}"', page.text)
    return found[1].replace("&amp;", "&") if found else None


def an_admin(app: Flask) -> Staff:
    return Staff(app, a_person(Role.CATALOGUE_ADMIN))


def of_workshop(app: Flask, slug: str) -> Staff:
    partner_id = product_of(slug).partner_id
    return Staff(app, a_person(Role.PARTNER_STAFF, partner_id=partner_id))


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_who_may_open_the_lists(app: Flask, role: Role) -> None:
    [slug] = some(1)
    staff = of_workshop(app, slug) if role is Role.PARTNER_STAFF else Staff(app, a_person(role))
    all_of_it = role in {Role.OWNER, Role.CATALOGUE_ADMIN}
    for path in ("/admin/partners", "/admin/collections", "/admin/changes"):
        assert staff.get(path).status_code == (200 if all_of_it else 404), path
    page = staff.get(LIST)
    assert page.status_code == (200 if all_of_it or role is Role.PARTNER_STAFF else 404)
    assert ('name="do"' in page.text) == all_of_it


def test_workshop_staff_see_their_own_goods_however_they_look(app: Flask) -> None:
    own, others = some(2), some(2, name="Of another")
    partner = product_of(others[0]).partner.slug
    with transaction() as session:
        session.add(kantha := Collection(slug="kantha", name="Kantha", intro=""))
        session.flush()
        for slug in own[:1] + others:
            product_id = session.scalars(select(Product.id).where(Product.slug == slug)).one()
            session.add(CollectionProduct(collection_id=kantha.id, product_id=product_id))
    staff = of_workshop(app, own[0])
    assert sorted(listed(staff.get(LIST))) == own
    assert listed(staff.get(f"{LIST}?collection=kantha")) == own[:1]
    for query in (f"partner={partner}", "q=another", f"q={others[0]}", f"q={product_of(others[0]).variants[0].sku}"):
        assert listed(staff.get(f"{LIST}?{query}")) == [], query
    page = staff.get(f"{LIST}?sort=price_low")
    assert sorted(listed(page)) == own
    assert ">2 products" in page.text
    assert 'name="partner"' not in page.text
    nobody = Staff(app, a_person(Role.PARTNER_STAFF))
    assert listed(nobody.get(LIST)) == []


def test_filters_stand_in_the_address_and_in_the_links(app: Flask) -> None:
    first, second = some(2)
    with transaction() as session:
        session.scalars(select(Product).where(Product.slug == second)).one().published_at = None
    staff = an_admin(app)
    assert listed(staff.get(f"{LIST}?state=draft")) == [second]
    page = staff.get(f"{LIST}?q=tote&state=public&sort=name&nonsense=1")
    assert listed(page) == [first]
    assert f'href="{LIST}?q=tote&amp;state=draft&amp;sort=name"' in page.text
    assert 'value="tote"' in page.text
    for query in ("state=nonsense", "stock=%00", "without=x", "sort=x"):
        assert sorted(listed(staff.get(f"{LIST}?{query}"))) == [first, second], query
    for query in (f"q={'x' * 200}", "q=%00", "partner=%00", "partner=%27%22", "category=..", "collection=-"):
        page = staff.get(f"{LIST}?{query}")
        assert listed(page) == []
        assert "No product fits" in page.text


@pytest.mark.parametrize("sort", ["changed", "name", "price_high"])
def test_pages_lead_to_both_ends_and_leave_nothing_out(app: Flask, monkeypatch: pytest.MonkeyPatch, sort: str) -> None:
    """Many rows are alike in what they are sorted by."""
    monkeypatch.setattr("storefront.admin.listing.window.__kwdefaults__", {"size": 3})
    slugs, staff, path = some(8), an_admin(app), f"{LIST}?sort={sort}"
    seen, pages = [], []
    while path:
        page = staff.get(path)
        pages.append((path, listed(page)))
        seen += listed(page)
        path = link(page, "next") or ""
    assert sorted(seen) == sorted(slugs)
    assert [len(found) for _, found in pages] == [3, 3, 2]
    back = link(staff.get(pages[-1][0]), "prev")
    assert listed(staff.get(back)) == pages[1][1]
    first = link(staff.get(back), "prev")
    assert listed(staff.get(first)) == pages[0][1]
    assert link(staff.get(first), "prev") is None
    assert link(staff.get(first), "next")


def test_what_is_no_cursor_is_not_found(app: Flask) -> None:
    some(1)
    staff = an_admin(app)
    wrong = [
        b"[1]",
        b'["x", 1]',
        b'["2026-01-01T00:00:00", 1]',
        b"{}",
        b"[[[",
        b'["2026-01-01T00:00:00+00:00", true]',
        b"\xff",
    ]
    for cursor in ["%", "x" * 500, *(base64.urlsafe_b64encode(each).decode() for each in wrong)]:
        assert staff.get(f"{LIST}?after={cursor}").status_code == 404, cursor
    huge = base64.urlsafe_b64encode(b'["2026-01-01T00:00:00+00:00", 99999999999]').decode()
    assert staff.get(f"{LIST}?before={huge}").status_code == 404


@pytest.mark.parametrize(
    "path", [LIST, f"{LIST}?q=tote&stock=sold_out&sort=price_low", "/admin/partners", "/admin/collections"]
)
def test_more_rows_need_no_more_statements(app: Flask, statements: Any, path: str) -> None:
    staff, counts = an_admin(app), []
    for number in (2, 10):
        some(number, variants=2, on_hand=0)
        with transaction() as session:
            session.add_all(Collection(slug=f"c-{number}-{n}", name="C", intro="") for n in range(number))
        with statements() as seen:
            assert listed(staff.get(path))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_nobody_counts_to_the_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storefront.admin.listing.MOST_COUNTED", 3)
    staff = an_admin(app)
    some(3)
    assert ">3 products" in staff.get(LIST).text
    some(2)
    assert "More than 3 products" in staff.get(LIST).text


def test_an_empty_list_says_what_comes_first(app: Flask) -> None:
    staff = an_admin(app)
    assert "Begin with one" in staff.get(LIST).text
    assert "No product fits" in staff.get(f"{LIST}?state=draft").text
    assert "begin with the workshop" in staff.get("/admin/partners").text
    assert "write a rule" in staff.get("/admin/collections").text
    assert "Nothing yet" in staff.get("/admin/changes").text


def test_what_a_row_says(app: Flask) -> None:
    [slug] = some(1, variants=2, name="<b>Tote", partner=a_partner(name="Lamplight (sample partner)"))
    with transaction() as session:
        product = session.scalars(select(Product).where(Product.slug == slug)).one()
        product.variants[0].stock.held = 4
        product.variants[1].retired_at = now()
    row = an_admin(app).get(LIST).text.partition("<tbody>")[2].partition("</tbody>")[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", row).split())
    assert (
        words
        == f"&lt;b&gt;Tote &lt;b&gt;Tote {product_of(slug).variants[0].sku} Lamplight Public $24.00 10 4 24 November 2026"
    )


def test_workshops_and_collections_are_searched_and_sorted(app: Flask) -> None:
    one, two = a_partner(name="Ash", country="NP", position=2), a_partner(name="Birch", country="IN", position=1)
    some(2, partner=one)
    with transaction() as session:
        session.add(two)
        session.add_all(
            [
                Collection(slug="a", name="A", intro="", position=2, rule={"newest": 3}),
                Collection(slug="b", name="B", intro="", position=1, is_shown=False),
            ]
        )
    staff = an_admin(app)
    names = {
        "": [two, one],
        "sort=name": [one, two],
        "sort=newest": [two, one],
        "q=ash": [one],
        "country=np": [one],
        "kind=partner": [],
    }
    for query, wanted in names.items():
        assert listed(staff.get(f"/admin/partners?{query}")) == [each.slug for each in wanted], query
    assert f'href="{LIST}?partner={one.slug}">2' in staff.get("/admin/partners").text
    for query, slugs in {
        "": ["b", "a"],
        "sort=name": ["a", "b"],
        "filled=rule": ["a"],
        "shown=no": ["b"],
        "q=b": ["b"],
    }.items():
        assert listed(staff.get(f"/admin/collections?{query}")) == slugs, query


# Views


def views(page: Any) -> list[tuple[str, str]]:
    part = page.text.partition('aria-label="Your views"')[2].partition("</nav>")[0]
    return [
        (name, href.replace("&amp;", "&"))
        for href, name in re.findall(r'class="chip" href="([^"]+)"[^>]*>([^<]+)<', part)
    ]


def test_a_view_keeps_what_is_known_of_the_filters_for_her_alone(app: Flask) -> None:
    staff, other = an_admin(app), an_admin(app)
    answer = staff.post(
        "/admin/views", listed="products", query="sort=name&evil=1&state=draft&state=public", name=" Drafts "
    )
    assert (answer.status_code, answer.location) == (303, f"{LIST}?state=public&sort=name")
    page = staff.get(answer.location)
    assert views(page) == [("Drafts", f"{LIST}?state=public&sort=name")]
    assert 'aria-current="page">Drafts' in page.text
    assert views(other.get(LIST)) == views(staff.get("/admin/partners")) == []
    staff.post("/admin/views", listed="products", query="q=jute", name="Drafts")  # the same name takes them over
    assert views(staff.get(LIST)) == [("Drafts", f"{LIST}?q=jute")]


def test_views_are_renamed_and_deleted_by_who_keeps_them(app: Flask) -> None:
    staff, other = an_admin(app), an_admin(app)
    for name in ("One", "Two"):
        staff.post("/admin/views", listed="partners", query="q=a", name=name)
    reference = db.session.scalar(select(SavedView.reference).where(SavedView.name == "One"))
    for act in ("", "/delete"):
        assert other.post(f"/admin/views/{reference}{act}", name="Hers").status_code == 404
        assert staff.post(f"/admin/views/NOSUCH{act}", name="Hers").status_code == 404
    taken = staff.post(f"/admin/views/{reference}", name="Two")
    assert taken.status_code == 422
    assert "of that name already" in taken.text
    assert staff.post(f"/admin/views/{reference}", name="Three").status_code == 303
    assert [name for name, _ in views(staff.get("/admin/partners"))] == ["Three", "Two"]
    assert staff.post(f"/admin/views/{reference}/delete").status_code == 303
    assert [name for name, _ in views(staff.get("/admin/partners"))] == ["Two"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": ""}, "Give the view a name"),
        ({"name": "x" * 61}, "at most 60 letters"),
        ({"name": "a\x07b"}, "can be printed"),
        ({"query": "evil=1"}, "nothing to keep"),
    ],
)
def test_a_refused_view_says_why_and_keeps_what_was_typed(app: Flask, fields: dict[str, str], says: str) -> None:
    answer = an_admin(app).post("/admin/views", **{"listed": "products", "query": "q=jute", "name": "Mine"} | fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert f'value="{fields.get("name", "Mine")}"' in answer.text
    assert db.session.scalar(select(SavedView.id)) is None


def test_thirty_views_are_enough(app: Flask) -> None:
    staff = an_admin(app)
    with transaction() as session:
        session.add_all(
            SavedView(
                reference=f"V{n}",
                who=staff.person.reference,
                listed="products",
                name=f"V{n}",
                query="q=a",
                created_at=now(),
            )
            for n in range(30)
        )
    assert (
        "Delete one of them first" in staff.post("/admin/views", listed="products", query="q=a", name="One more").text
    )
    assert staff.post("/admin/views", listed="products", query="q=b", name="V3").status_code == 303
    assert staff.post("/admin/views", listed="collections", query="q=b", name="One more").status_code == 303


def test_no_view_of_a_list_that_she_may_not_open(app: Flask) -> None:
    [slug] = some(1)
    staff = of_workshop(app, slug)
    for name in ("partners", "stories", "nonsense", ""):
        assert staff.post("/admin/views", listed=name, query="q=a", name="Mine").status_code == 404, name
    assert staff.post("/admin/views", listed="products", query="q=a", name="Mine").status_code == 303
