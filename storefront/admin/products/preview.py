"""The page of a product as the public would see it, whether or not it may be seen."""

from __future__ import annotations

from flask import abort, render_template, request

from storefront.catalog import product_page
from storefront.core.clock import now
from storefront.pages import goods


def draw(product_id: int) -> str:
    """`?variant=` chooses as it does on the page itself."""
    at = now()
    found = product_page.read_unseen(product_id, sku=request.args.get("variant"), at=at)
    if found is None:
        abort(404)
    return render_template("catalog/product.html", is_preview=True, **goods.shown(found, at=at))
