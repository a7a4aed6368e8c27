"""The key beside an order's reference.

It is worked out from the shop's secret, so no table holds it and no leak shows it.
"""

from storefront.core.refs import matches, signature
from storefront.settings import settings


def order_key(reference: str) -> str:
    """256 bits that open one order, for its reference."""
    return signature(settings.secret_key, "order", reference)


def opens(reference: str, key: str) -> bool:
    return matches(key, order_key(reference))


def order_path(reference: str) -> str:
    """The order's own address on this shop, key included."""
    return f"/orders/{reference}?key={order_key(reference)}"


def order_link(reference: str) -> str:
    """The same as a whole address, for e-mails."""
    return settings.shop_url + order_path(reference)
