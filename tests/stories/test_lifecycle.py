"""Nine lives of a story, each at its second: what a visitor gets, and what is refused before it gets so far."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO

import pytest
import time_machine
from PIL import Image
from sqlalchemy import select

from storefront.catalog.models import Variant
from storefront.core import clock
from storefront.db import db, transaction
from storefront.media.repainting import repaint
from storefront.stories import withdrawing
from storefront.stories.consent import allows
from storefront.stories.consenting import NotAgreed
from storefront.stories.models import Channel, Wording
from tests.stories.telling import (
    BY,
    PRODUCT,
    TITLE,
    agree,
    asked,
    begin,
    change_consent,
    change_words,
    story_by,
    take_back,
    tell,
)

TODAY = date(2026, 11, 24)


def status(client, slug: str) -> int:
    return client.get(f"/stories/{slug}").status_code


def runs_until(day: date, slug: str) -> None:
    granted = day - timedelta(days=365)
    change_consent(slug, granted_on=granted, publish_not_before=granted + timedelta(days=7), expires_on=day)


def test_withdrawn_three_days_ago(app, client):
    slug = "fixture-withdrawn"
    moment = datetime.combine(TODAY, time(12), UTC) - timedelta(days=3)
    channels = (Channel.WEB_STORY, Channel.PRODUCT_PAGE, Channel.HANG_TAG_QR, Channel.NEWSLETTER)
    with time_machine.travel(moment, tick=False):
        reference = tell(slug, channels=channels)
        assert status(client, slug) == 200
        with transaction():
            withdrawing.withdraw(reference, by=BY, at=clock.now())
        assert status(client, slug) == 410
    answer = client.get(f"/stories/{slug}")
    assert answer.status_code == 410
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex, noarchive")
    assert not any(word in answer.text for word in (TITLE, "Jui", "withdr", slug))
    for address in ("/sitemap.xml", "/sitemap-1.xml", PRODUCT, "/stories", "/"):
        assert TITLE not in client.get(address).text
        assert slug not in client.get(address).text
    assert "/stories" not in client.get("/robots.txt").text  # so that a crawler can see that it is gone
    tag = client.get(f"/p/{db.session.scalar(select(Variant.sku))}")
    assert tag.status_code == 302
    assert tag.location.startswith(PRODUCT)
    assert story_by(reference).consents[0].channels == list(channels)


def test_expired_yesterday(app, client):
    slug = "fixture-expired-yesterday"
    tell(slug)
    runs_until(TODAY - timedelta(days=1), slug)
    assert status(client, slug) == 410


def test_expires_today(app, client):
    slug = "fixture-expires-today"
    tell(slug)
    runs_until(TODAY, slug)
    assert status(client, slug) == 200
    midnight = datetime.combine(TODAY + timedelta(days=1), time(), UTC)
    with time_machine.travel(midnight - timedelta(seconds=1), tick=False):
        assert status(client, slug) == 200
    with time_machine.travel(midnight, tick=False):
        assert status(client, slug) == 410


def test_text_changed(app, client):
    slug = "fixture-text-changed"
    reference = tell(slug)
    change_words(slug, text="Other words.")
    assert status(client, slug) == 404
    with pytest.raises(NotAgreed, match="changed since"):
        agree(reference)


def test_cooling_off(app, client):
    slug = "fixture-cooling-off"
    tell(slug)
    begins = TODAY + timedelta(days=4)
    granted = begins - timedelta(days=7)
    change_consent(slug, granted_on=granted, publish_not_before=begins, expires_on=TODAY + timedelta(days=300))
    assert status(client, slug) == 404
    first = datetime.combine(begins, time(), UTC)
    with time_machine.travel(first - timedelta(seconds=1), tick=False):
        assert status(client, slug) == 404
    with time_machine.travel(first, tick=False):
        assert status(client, slug) == 200


def test_web_only(app, client):
    slug = "fixture-web-only"
    tell(slug)
    take_back(*Channel, slug=slug)
    change_consent(slug, web_story=True)
    answer = client.get(f"/stories/{slug}")
    assert answer.status_code == 200
    assert "noindex" in answer.headers["X-Robots-Tag"]
    beside = client.get(PRODUCT).text
    assert "story-band" not in beside
    assert TITLE not in beside
    assert "Jui" not in beside
    for channel in Channel:
        may = db.session.scalars(select(Wording.id).join(Wording.story).where(allows(channel, at=clock.now()))).all()
        assert bool(may) is (channel is Channel.WEB_STORY), channel


def test_over_36_months(app):
    with pytest.raises(NotAgreed, match="longer than 36 months"):
        agree(begin(), granted_on=TODAY, expires_on=date(2029, 12, 24))


def test_minor(app):
    with pytest.raises(NotAgreed, match=r"adults only\. Nobody can set this aside"):
        agree(begin(), asked=asked(adult=False))


def test_photo_with_gps():
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (22.0, 34.0, 1.0)
    exif[0x010E] = "zinnia"
    photograph = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(photograph, "JPEG", exif=exif, comment=b"zinnia")
    assert b"zinnia" in photograph.getvalue()
    painted = repaint(photograph.getvalue())
    assert b"zinnia" not in painted.content
    assert not Image.open(BytesIO(painted.content)).getexif()
