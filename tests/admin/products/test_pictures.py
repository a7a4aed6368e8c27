"""The pictures page: bringing several, words that are needed, order, use, removing and putting back; hostile files."""

from __future__ import annotations

import io
import re
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from storefront.accounts.permissions import Role
from storefront.admin.products.pictures import MOST_FILES
from storefront.catalog import documents, editing
from storefront.catalog.documents import KIND
from storefront.catalog.models import Material, PictureRole, Product, ProductPicture
from storefront.db import db, transaction
from storefront.jobs.models import Job
from storefront.media.files import file_of
from storefront.media.models import Focus, Picture, Shelf
from storefront.media.repainting import MOST_BYTES
from storefront.revisions import keeping
from storefront.settings import settings
from tests.admin.people import SAME, Staff, a_person, anew
from tests.factories import a_product
from tests.media.files import flat, saved
from tests.media.hostile import SHAPES, SLOW, corpus

SECRET = b"somebody's own words"
pytestmark = pytest.mark.any_database  # what is asked of both: test_pictures_at_once.py


@pytest.fixture
def desk(app: Flask) -> Staff:
    return Staff(app, a_person(Role.CATALOGUE_ADMIN))


def a_picture(number: int, **changes: Any) -> Picture:
    return Picture(
        **{"shelf": Shelf.PUBLIC, "name": f"brought/p{number}.png", "sha256": "0" * 64, "width": 40, "height": 50}
        | {"alt": f"Picture {number}"}
        | changes
    )


def goods(pictures: int = 3, **changes: Any) -> Product:
    with transaction() as session:
        product = a_product(**{"variants": 2} | changes)
        product.materials = [Material(position=0, name="Cotton", percent=100)]
        product.pictures = [
            ProductPicture(position=number, role=PictureRole.EXTRA, picture=a_picture(number))
            for number in range(pictures)
        ]
        session.add(product)
    return product


def address(product: Product, more: str = "") -> str:
    return f"/admin/products/{product.slug}/pictures{more}"


def document(product: Product) -> dict[str, Any]:
    db.session.rollback()
    return documents.read(editing.load(product.id))


def names(product: Product) -> list[str]:
    return [each["name"].removeprefix("brought/").removesuffix(".png") for each in document(product)["pictures"]]


def name(number: int) -> str:
    return f"brought/p{number}.png"


def form(page: str, **typed: Any) -> dict[str, Any]:
    """What the browser sends of the page's form, with this typed in; `__` in a name stands for the colon."""
    part = page[page.index('<form id="pictures"') :]
    part = part[: part.index("</form>")]
    fields: dict[str, Any] = {
        "version": re.findall(r'name="version" value="(\d+)"', part)[0],
        "picture": re.findall(r'name="picture" value="([^"]+)"', part),
        "act": "save",
    }
    fields |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)<', part))
    fields |= dict(re.findall(r'type="radio" name="([^"]+)" value="([^"]+)"[^>]* checked', part))
    for field, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', part, re.DOTALL):
        fields[field] = ([*re.findall(r'value="([^"]*)" selected', options), ""])[0]
    return fields | typed


def send(desk: Staff, product: Product, **typed: Any) -> Any:
    return desk.post(address(product), **form(desk.get(address(product)).text, **typed))


def upload(desk: Staff, product: Product, *files: tuple[bytes, str], name: str = "photo-{}.png") -> Any:
    """As a browser sends it. Encoded here, because the test client leaves a temporary file open for large forms."""
    picked = [FileStorage(io.BytesIO(content), name.format(place)) for place, (content, _) in enumerate(files)]
    fields = {"csrf_token": desk.form_token(), "picture": picked, "alt": [alt for _, alt in files]}
    boundary, body = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    return anew(desk.client, address(product, "/add"), method="POST", data=body, content_type=kind, headers=SAME)


def png(colour: int = 0) -> bytes:
    return saved(flat(size=(40 + colour, 50)), "PNG")


# The form


def test_what_is_typed_is_saved_as_one_version(desk: Staff) -> None:
    product = goods()
    sku = product.variants[1].sku
    typed = {f"alt:{name(1)}": " A blue seam ", f"role:{name(1)}": "detail", f"focus:{name(1)}": "top_left"}
    answer = send(desk, product, **typed, **{f"shows:{sku}": name(2)})
    assert answer.status_code == 303
    assert "The pictures are saved." in desk.get(answer.location).text
    now_there = document(product)
    assert now_there["pictures"][1] == {"name": name(1), "role": "detail", "alt": "A blue seam", "focus": "top_left"}
    assert [each["picture"] for each in now_there["variants"]] == [None, name(2)]
    assert len(keeping.history(KIND, product.id)) == 2  # as it came, and this one
    page = desk.get(address(product)).text
    assert f"Shown for {sku}" in page


@pytest.mark.parametrize(
    ("act", "order"),
    [("earlier", ["p0", "p2", "p1"]), ("later", ["p0", "p1", "p2"])],
)
def test_buttons_move_a_picture_and_save_later(desk: Staff, act: str, order: list[str]) -> None:
    product = goods()
    moved = send(desk, product, act=f"{act}:{name(2)}", **{f"alt:{name(0)}": "Typed meanwhile"})
    assert moved.status_code == 200
    assert names(product) == ["p0", "p1", "p2"]  # not saved yet
    sent = form(moved.text)
    assert [each.removeprefix("brought/").removesuffix(".png") for each in sent["picture"]] == order
    assert sent[f"alt:{name(0)}"] == "Typed meanwhile"
    assert re.search(rf'value="{act}:{name(2)}"[^>]* autofocus', moved.text)
    assert 'data-unsaved="yes"' in moved.text
    assert desk.post(address(product), **sent).status_code == 303
    assert names(product) == order


@pytest.mark.parametrize("typed", ["", "   ", "x" * 301, "a\0b"])
def test_words_are_needed(desk: Staff, typed: str) -> None:
    product = goods()
    answer = send(desk, product, **{f"alt:{name(1)}": typed, f"alt:{name(2)}": "Kept <words>"})
    assert answer.status_code == 422
    assert f'href="#alt-{name(1)}"' in answer.text
    assert "Kept &lt;words&gt;" in answer.text
    assert [each["alt"] for each in document(product)["pictures"]] == ["Picture 0", "Picture 1", "Picture 2"]


@pytest.mark.parametrize(
    "typed", [{f"role:{name(0)}": "portrait"}, {f"focus:{name(0)}": "middle"}, {"picture": [name(0), name(0)]}]
)
def test_what_is_no_choice_is_refused(desk: Staff, typed: dict[str, Any]) -> None:
    assert send(desk, goods(), **typed).status_code == 422


def test_a_picture_of_others_is_not_hung_up_here(desk: Staff) -> None:
    product = goods(1)
    with transaction() as session:
        session.add_all([a_picture(8), a_picture(9, shelf=Shelf.STORIES)])
    sku = product.variants[0].sku
    answer = send(desk, product, picture=[name(0), name(8), name(9), "x\0"], **{f"shows:{sku}": name(8)})
    assert answer.status_code == 303
    assert names(product) == ["p0"]
    assert document(product)["variants"][0]["picture"] is None


def test_two_who_save_see_each_others_words(desk: Staff, app: Flask) -> None:
    product = goods()
    sent = form(desk.get(address(product)).text, **{f"alt:{name(0)}": "Mine"})
    send(Staff(app, a_person(Role.OWNER)), product, **{f"alt:{name(0)}": "Theirs"})
    clash = desk.post(address(product), **sent)
    assert clash.status_code == 422
    assert "What differs" in clash.text
    assert "Theirs" in clash.text
    again = form(clash.text)
    assert again[f"alt:{name(0)}"] == "Mine"
    assert desk.post(address(product), **again).status_code == 303
    assert document(product)["pictures"][0]["alt"] == "Mine"


def test_what_was_typed_and_not_saved_comes_back_with_what_was_added_since(desk: Staff) -> None:
    product = goods()
    sent = form(desk.get(address(product)).text, **{f"alt:{name(0)}": "Half a sent"})
    sent["picture"] = sent["picture"][::-1]
    assert desk.post("/admin/unsaved", unsaved_form=address(product), **sent).status_code == 204
    upload(desk, product, (png(), "A new one"))
    page = desk.get(address(product, "?unsaved=1")).text
    again = form(page)
    assert again[f"alt:{name(0)}"] == "Half a sent"
    assert again["picture"][:3] == [name(2), name(1), name(0)]
    assert len(again["picture"]) == 4


# Removing and putting back


@pytest.mark.parametrize("back_by", ["flash", "list"])
def test_a_removed_picture_can_be_put_back_where_it_was(desk: Staff, back_by: str) -> None:
    product = goods()
    sku = product.variants[0].sku
    send(desk, product, **{f"shows:{sku}": name(1)})
    gone = send(desk, product, act=f"remove:{name(1)}")
    assert names(product) == ["p0", "p2"]
    assert document(product)["variants"][0]["picture"] is None
    page = desk.get(gone.location if back_by == "flash" else address(product)).text
    assert ("Removed: Picture 1" in page) is (back_by == "flash")
    fields = re.findall(r'put-back">.*?name="version" value="(\d+)".*?name="picture" value="([^"]+)"', page)
    assert {each for _, each in fields} == {name(1)}
    assert len(fields) == (2 if back_by == "flash" else 1)
    answer = desk.post(address(product, "/put-back"), version=fields[0][0], picture=fields[0][1])
    assert "The picture is back." in desk.get(answer.location).text
    assert names(product) == ["p0", "p1", "p2"]
    assert document(product)["variants"][0]["picture"] == name(1)


def test_the_file_of_a_removed_picture_stays(desk: Staff) -> None:
    product = goods()
    upload(desk, product, (png(), "A button"))
    [brought] = db.session.scalars(select(Picture).where(Picture.alt == "A button"))
    file = file_of(settings.media_dir, Shelf.PUBLIC, brought.name)
    send(desk, product, act=f"remove:{brought.name}")
    assert brought.name not in [each["name"] for each in document(product)["pictures"]]
    assert file.is_file()
    assert db.session.scalar(select(Picture.id).where(Picture.name == brought.name))


def test_the_last_picture_of_what_is_shown_stays(desk: Staff) -> None:
    product = goods(1)
    answer = send(desk, product, act=f"remove:{name(0)}")
    assert answer.status_code == 422
    assert "at least one picture before it is shown" in answer.text
    assert names(product) == ["p0"]


@pytest.mark.parametrize("which", ["brought/p0.png", "brought/p7.png", "", "\0"])
def test_what_was_never_removed_is_not_put_back(desk: Staff, which: str) -> None:
    product = goods()
    assert desk.post(address(product, "/put-back"), version="0", picture=which).status_code == 404


# Bringing


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_a_picture_of_each_kind_is_taken(desk: Staff, kind: str) -> None:
    product = goods(0, published_at=None)
    answer = upload(desk, product, (saved(flat(), kind), "A flat thing"))
    assert answer.status_code == 303
    assert "1 picture is added, repainted without hidden data." in desk.get(answer.location).text
    [each] = document(product)["pictures"]
    assert (each["alt"], each["role"], each["focus"]) == ("A flat thing", "hero", Focus.CENTRE)
    assert file_of(settings.media_dir, Shelf.PUBLIC, each["name"]).is_file()
    assert [job.kind for job in db.session.scalars(select(Job))] == ["media.renditions"]


def test_several_at_once_stand_behind_the_others(desk: Staff) -> None:
    product = goods(1)
    answer = upload(desk, product, (png(1), "One"), (png(2), "Two"))
    assert "2 pictures are added" in desk.get(answer.location).text
    assert [each["alt"] for each in document(product)["pictures"]] == ["Picture 0", "One", "Two"]
    assert [each["role"] for each in document(product)["pictures"]][1:] == ["extra", "extra"]
    assert keeping.history(KIND, product.id)[0].words == "2 pictures added"


def test_one_broken_file_is_named_and_the_others_are_kept(desk: Staff) -> None:
    product = goods(1)
    answer = upload(
        desk, product, (png(1), "One"), (b"GIF89a broken", "The broken <one>"), (png(3), ""), (b"<svg/>", "A drawing")
    )
    assert answer.status_code == 422
    assert "1 picture is added." in answer.text
    assert [each["alt"] for each in document(product)["pictures"]] == ["Picture 0", "One"]
    refused = re.findall(r'<li><a href="#(file-\d)">(photo-\d.png): ([^<]+)<', answer.text)
    assert [(where, which) for where, which, _ in refused] == [
        ("file-1", "photo-1.png"), ("file-2", "photo-2.png"), ("file-3", "photo-3.png"),
    ]  # fmt: skip
    assert "no picture that we can take" in refused[0][2]
    assert "what is to be seen" in refused[1][2]
    assert "Vector files are refused" in refused[2][2]
    assert 'value="The broken &lt;one&gt;"' in answer.text
    assert answer.text.count('type="file"') == 4 + 1  # the places are still four, and the one for scripts


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([], "Choose at least one picture"),
        ([(b"", "Nothing")], "no picture that we can take"),
        ([(b"\0" * (MOST_BYTES + 1), "Heavy")], "larger than 10 MB"),
        ([(png(), "x" * 301)], "at most 300 letters"),
        ([(png(), "a\0b")], "can be printed"),
        ([(png(), "One")] * (MOST_FILES + 1), "at most 12 pictures at once"),
    ],
    ids=["none", "empty", "heavy", "long words", "strange words", "many"],
)
def test_what_is_not_taken_is_said(desk: Staff, files: list[tuple[bytes, str]], says: str) -> None:
    product = goods(1)
    answer = upload(desk, product, *files)
    assert answer.status_code == 422
    assert says in answer.text
    assert names(product) == ["p0"]
    assert list(db.session.scalars(select(Job))) == []


def test_more_than_a_request_may_hold(desk: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    product = goods(1)
    monkeypatch.setattr(desk.client.application.view_functions["admin.add_pictures"], "most_bytes", 100)
    assert upload(desk, product, (png(), "One")).status_code == 413
    assert names(product) == ["p0"]


def test_more_than_a_product_may_have(desk: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storefront.catalog.checking.MOST_PICTURES", 2)
    product = goods(2)
    answer = upload(desk, product, (png(), "One"))
    assert answer.status_code == 422
    assert "at most 2 pictures" in answer.text
    assert len(names(product)) == 2


@pytest.mark.parametrize("given", ["../../etc/passwd", "a\0b.png", "x" * 3000 + ".png", "<b>.png", "ß‮gnp.exe"])
def test_the_name_of_a_file_counts_for_nothing(desk: Staff, given: str) -> None:
    product = goods(0, published_at=None)
    assert upload(desk, product, (png(), "One"), name=given).status_code == 303
    [each] = document(product)["pictures"]
    assert re.fullmatch(r"brought/[0-9a-z]{20}\.[0-9a-f]{10}\.png", each["name"])
    answer = upload(desk, product, (b"broken", "One"), name=given)
    assert answer.status_code == 422
    assert "<b>.png" not in answer.text


def test_nothing_hidden_comes_along(desk: Staff) -> None:
    product = goods(0, published_at=None)
    content = saved(flat(), "JPEG", comment=SECRET)
    assert SECRET in content
    upload(desk, product, (content, "One"))
    [each] = document(product)["pictures"]
    assert SECRET not in file_of(settings.media_dir, Shelf.PUBLIC, each["name"]).read_bytes()


def test_hostile_files_through_the_page(desk: Staff) -> None:
    """Thirty kinds: a picture or a sentence, never a fault, and every file that is kept is pixels of ours."""
    product = goods(1)
    files = [content for _, _, content in islice(corpus(len(SHAPES) - len(SLOW)), 0, None, 3)][:30]
    assert len(files) == 30
    for start in range(0, 30, 10):
        answer = upload(desk, product, *((content, "One") for content in files[start : start + 10]))
        assert answer.status_code in {303, 422}
    for path in Path(settings.media_dir).rglob("*"):
        assert path.is_dir() or path.suffix in {".png", ".jpg"}
    assert desk.get(address(product)).status_code == 200


# Whose


def test_workshop_staff_bring_pictures_of_their_own_goods_only(app: Flask) -> None:
    mine, theirs = goods(0, published_at=None), goods(0, published_at=None)
    person = Staff(app, a_person(Role.PARTNER_STAFF, partner_id=mine.partner_id))
    assert upload(person, mine, (png(), "Mine")).status_code == 303
    assert upload(person, theirs, (png(), "Theirs")).status_code == 404
    for more in ("", "/put-back"):
        assert person.post(address(theirs, more), version="0").status_code == 404
    assert (len(names(mine)), len(names(theirs))) == (1, 0)


def test_a_page_without_pictures_teaches(desk: Staff) -> None:
    page = desk.get(address(goods(0, published_at=None))).text
    assert "No picture yet" in page
