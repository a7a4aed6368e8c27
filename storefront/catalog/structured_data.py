"""A product as search engines read it (schema.org). Goods and the workshop only: no person, no story, no rating."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from storefront.catalog.models import Level, Product, Variant
from storefront.catalog.product_page import ProductPage
from storefront.core.money import EXPONENTS, Money
from storefront.media.addresses import Shown, shown
from storefront.partners.models import Partner
from storefront.settings import settings

SCHEMA = "https://schema.org"
MOST_PICTURES = 4
VARIES_BY = {"colour": "color", "size": "size"}  # our options that schema.org has a word for

AVAILABILITY: dict[Level, str] = {
    Level.SOLD: "SoldOut",
    Level.BEING_PAID: "OutOfStock",
    Level.LAST: "InStock",
    Level.FEW: "InStock",
    Level.FOR_SALE: "InStock",
}


def of_product(page: ProductPage) -> dict[str, Any]:
    """A `Product` with its offer, or a `ProductGroup` of all variants where there are several."""
    product, variants = page.product, page.product.live
    facts = {
        "@context": SCHEMA,
        "name": product.name,
        "url": _address(product),
        "description": described(product),
        "brand": _workshop(product.partner),
        "category": product.category.name,
        "image": _pixels(page.gallery),
    }
    if len(variants) == 1:
        return facts | {"@type": "Product"} | _bought(variants[0], product)
    return facts | {
        "@type": "ProductGroup",
        "productGroupID": product.slug,
        "variesBy": [f"{SCHEMA}/{word}" for option, word in VARIES_BY.items() if _varies(option, variants)],
        "hasVariant": [_variant(variant, product) for variant in variants],
    }


def described(product: Product) -> str:
    """The words of the page, or those that staff wrote for search engines.

    What kind of listing this is comes first, so that nobody quotes one without the other.
    """
    words = product.search_text or product.description
    return f"{product.notice.split('. ')[0].rstrip('.')}. {words}" if product.notice else words


def decimal(amount: Money) -> str:
    """`Money(11800, "USD")` reads "118.00": whole digits, and no float is ever made of them."""
    exponent = EXPONENTS[amount.currency]
    digits = str(amount.minor).rjust(exponent + 1, "0")
    return f"{digits[:-exponent]}.{digits[-exponent:]}" if exponent else digits


def _variant(variant: Variant, product: Product) -> dict[str, Any]:
    picture = shown(variant.picture)
    return {
        "@type": "Product",
        "name": f"{product.name}, {variant.label}" if variant.label else product.name,
        **{word: str(variant.options[option]) for option, word in VARIES_BY.items() if option in variant.options},
        **({"image": _pixels([picture])} if picture else {}),
        **_bought(variant, product),
    }


def _bought(variant: Variant, product: Product) -> dict[str, Any]:
    return {
        "sku": variant.sku,
        "offers": {
            "@type": "Offer",
            "url": f"{_address(product)}?{urlencode({'variant': variant.sku})}",
            "price": decimal(variant.price),
            "priceCurrency": variant.price.currency,
            "availability": f"{SCHEMA}/{AVAILABILITY[variant.stock.level]}",
            "itemCondition": f"{SCHEMA}/NewCondition",
        },
    }


def _workshop(partner: Partner) -> dict[str, str]:
    return {
        "@type": "Organization",
        "name": partner.known_as if partner.is_real else partner.name,
        "url": f"{settings.shop_url}/partners/{partner.slug}",
    }


def _varies(option: str, variants: list[Variant]) -> bool:
    return len({str(variant.options.get(option)) for variant in variants}) > 1


def _pixels(pictures: list[Shown]) -> list[str]:
    return [picture.pixels for picture in pictures if picture.pixels][:MOST_PICTURES]


def _address(product: Product) -> str:
    return f"{settings.shop_url}/shop/{product.slug}"
