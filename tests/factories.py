"""Rows for tests, made with as little said as possible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from storefront.catalog.models import Category, Product, Stock, Variant
from storefront.checkout.models import ShippingRate, ShippingZone
from storefront.core.clock import now
from storefront.core.money import Money
from storefront.db import db, transaction
from storefront.orders.models import Order
from storefront.partners.models import Partner, PartnerKind
from storefront.payments.models import PaymentAttempt

PRICE = Money(2400, "USD")
PUBLISHED = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = count(1)


def a_partner(**changes: Any) -> Partner:
    number = next(_numbers)
    given = {
        "slug": f"workshop-{number}", "name": f"Workshop {number}", "kind": PartnerKind.SAMPLE, "is_real": False, "country": "IN",
        "region": "West Bengal", "tagline": "Bags.", "summary": "A workshop.", "also_known_as": [], "goods": [], "support": [],
        "editor_notes": [],
    }  # fmt: skip
    return Partner(**given | changes)


def a_product(*, on_hand: int = 10, price: Money = PRICE, variants: int = 1, **changes: Any) -> Product:
    """A product for sale with its partner, category and variants; SKUs are `T<number>-1`, `T<number>-2`, ..."""
    number = next(_numbers)
    given = {
        "slug": f"tote-{number}", "name": f"Tote {number}", "description": "A tote.", "technique": "Sewn", "country_of_making": "IN",
        "measures": {"unit": "cm", "width": 38}, "measures_are_estimates": True, "weight_grams": 240, "care": ["Wash"],
        "named_pieces": False, "published_at": PUBLISHED,
    }  # fmt: skip
    if "partner" not in changes and "partner_id" not in changes:
        changes["partner"] = a_partner()
    if "category" not in changes and "category_id" not in changes:
        changes["category"] = Category(slug=f"shelf-{number}", name="Bags")
    return Product(
        variants=[
            Variant(
                sku=f"T{number}-{n}",
                options={"colour": f"Colour {n}"},
                position=n,
                price=price,
                stock=Stock(on_hand=on_hand, held=0),
            )
            for n in range(1, variants + 1)
        ],
        **given | changes,
    )


def a_zone(*, countries: tuple[str, ...] = ("US", "DE"), price: int = 800) -> ShippingZone:
    return ShippingZone(
        name="Everywhere",
        countries=list(countries),
        rates=[
            ShippingRate(
                method="standard",
                name="Standard delivery",
                promise="5 to 9 days",
                most_grams=30000,
                price_minor=price,
                currency="USD",
            ),
            ShippingRate(
                method="tracked",
                name="Tracked delivery",
                promise="3 to 5 days",
                most_grams=30000,
                price_minor=price * 2,
                currency="USD",
                position=1,
            ),
        ],
    )


def a_shop(*, on_hand: int = 10, price: Money = PRICE) -> str:
    """One product for sale and a way to send it; returns its SKU."""
    with transaction() as session:
        product = a_product(on_hand=on_hand, price=price)
        session.add_all([product, a_zone()])
        session.flush()
        return product.variants[0].sku


CUSTOMER = {
    "email": "mara@example.org", "name": "Mara Lindqvist", "line1": "48 Linden Street", "line2": "", "city": "Cincinnati", "region": "OH",
    "postal_code": "45202", "country": "US", "shipping_method": "standard", "gift_message": "",
}  # fmt: skip


def hidden_fields(html: str) -> dict[str, str]:
    """The checkout key and the totals that the page showed."""
    import re

    found = dict(re.findall(r'<input[^>]*name="(checkout_key|seen_total)"[^>]*value="([^"]*)"', html))
    return found or {
        name: value for value, name in re.findall(r'value="([^"]*)"[^>]*name="(checkout_key|seen_total)"', html)
    }


def fill_bag(client: FlaskClient, sku: str, quantity: int = 1) -> None:
    answer = client.post("/cart/lines", data={"sku": sku, "quantity": str(quantity)})
    assert answer.status_code == 303, answer.text


def pay_form(client: FlaskClient, **changes: str) -> dict[str, str]:
    """What a customer sends from the checkout page as it stands now."""
    return CUSTOMER | hidden_fields(client.get("/checkout").text) | changes


def check_out(client: FlaskClient, **changes: str) -> Any:
    return client.post("/checkout", data=pay_form(client, **changes))


def the_order() -> Order:
    db.session.rollback()
    return db.session.scalars(select(Order).order_by(Order.id.desc())).first()  # type: ignore[return-value]


def the_attempt() -> PaymentAttempt:
    db.session.rollback()
    return db.session.scalars(select(PaymentAttempt).order_by(PaymentAttempt.id.desc())).first()  # type: ignore[return-value]


def stock_of(sku: str) -> tuple[int, int]:
    """(on hand, held)"""
    db.session.rollback()
    row = db.session.execute(
        select(Stock.on_hand, Stock.held).join(Variant, Variant.id == Stock.variant_id).where(Variant.sku == sku)
    ).one()
    return row.on_hand, row.held


def later(**amount: float) -> datetime:
    return now() + timedelta(**amount)
