"""The checkout: one page, then Stripe's, then back."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from storefront.cart.cookies import keep_count, token_in
from storefront.cart.models import Cart
from storefront.cart.visitor import of_token, with_lines
from storefront.checkout.forms import CheckoutForm
from storefront.checkout.placing import (
    AlreadyPaid,
    BagChanged,
    BagIsEmpty,
    EarlierPaymentOpen,
    bag_total,
    bag_weight,
    place,
    totals_seen,
)  # fmt: skip
from storefront.checkout.shipping import countries, quotes, zones
from storefront.core.clock import now
from storefront.core.errors import ShopError
from storefront.db import db, reading, transaction
from storefront.media.addresses import shown
from storefront.orders.keys import order_path
from storefront.orders.models import Order
from storefront.payments.closing import close
from storefront.payments.models import PaymentAttempt
from storefront.payments.queries import live_of_cart
from storefront.payments.requesting import AWAY, PaymentPageAway, start_paying
from storefront.payments.settling import Outcome, apply, outcome_of
from storefront.payments.stripe_gateway import StripeAway, StripeRefused
from storefront.settings import settings
from storefront.web.filters import country as country_name
from storefront.web.security import private

bp = Blueprint("checkout", __name__, url_prefix="/checkout")
MOST_CLOSINGS = 3


@bp.route("", methods=["GET", "POST"])
def review() -> AnyResponse:
    cart = _cart_with_lines()
    if request.method == "POST" and "change_country" not in request.form:
        form = _form(cart)
        if cart is None:
            return redirect("/cart", 303)
        if not form.validate():
            return _page(cart, form, status=422)
        try:
            return redirect(_pay(cart.id, form), 303)
        except AlreadyPaid as paid:
            return redirect(order_path(paid.reference), 303)
        except BagIsEmpty:
            return redirect("/cart", 303)
        except PaymentPageAway as away:
            form.form_errors.append(away.message)
            return _page(_cart_with_lines(), form, status=503)
        except ShopError as error:
            form.form_errors.append(error.message)
            return _page(_cart_with_lines(), form, status=422)
    if cart is None or not cart.lines:
        return redirect("/cart", 303)
    return _page(cart, _form(cart))


def _pay(cart_id: int, form: CheckoutForm) -> str:
    """Place the order and open its payment page; first closes whatever page of this bag is still open."""
    gateway, wish = current_app.extensions["stripe"], form.wish()
    for _ in range(MOST_CLOSINGS):
        try:
            with transaction():
                payment = place(
                    cart_id,
                    checkout_key=form.checkout_key.data or "",
                    wish=wish,
                    seen_total=form.seen_total.data or "",
                    at=now(),
                )
            return start_paying(payment, gateway=gateway)
        except EarlierPaymentOpen as earlier:
            try:
                outcome = close(earlier.attempt_id, gateway=gateway)
            except StripeAway as away:
                raise PaymentPageAway(AWAY) from away
            if outcome is Outcome.PAID:
                with reading():
                    raise AlreadyPaid(db.session.get_one(PaymentAttempt, earlier.attempt_id).order.reference) from None
            if outcome is Outcome.PROCESSING:
                raise ShopError(
                    "Your bank is still working on an earlier payment for this bag. Please wait for its answer."
                ) from None
    raise BagChanged("Your bag was being changed elsewhere. Please look it over and pay again.")


@bp.get("/return")
def returned() -> AnyResponse:
    """Where Stripe's page sends the shopper back to. Only a hint: what was paid is asked of Stripe."""
    outcome, reference = _look()
    if outcome is Outcome.PAID and reference:
        return keep_count(redirect(order_path(reference), 303), _cart_with_lines())
    answer = render_template(
        "checkout/returned.html",
        outcome=outcome if reference else Outcome.UNKNOWN,
        reference=reference,
        again=request.full_path,
    )
    return private(make_response(answer))


@bp.get("/return/state")
def returned_state() -> Response:
    """The same for the script that looks again: a state, a sentence, and where to go when there is somewhere to go."""
    outcome, reference = _look()
    sentences = {
        Outcome.PAID: "Your order is paid.",
        Outcome.PROCESSING: "We are waiting for your bank.",
        Outcome.ENDED: "This payment has ended. Nothing was charged.",
    }
    said = sentences.get(outcome, "We are still checking.") if reference else "We are still checking."
    url = order_path(reference) if reference and outcome in {Outcome.PAID, Outcome.REFUNDED, Outcome.REVIEW} else None
    return private(jsonify(state=outcome.value if reference else "unknown", message=said, url=url))


def _look() -> tuple[Outcome, str | None]:
    """What became of the session in the address.

    The order's reference comes along only for the visitor whose bag it was.
    """
    session_id = request.args.get("session_id", "")
    if not 8 <= len(session_id) <= 200 or not session_id.isascii() or not session_id.isprintable():
        return Outcome.UNKNOWN, None
    token = token_in(request.cookies)
    with reading():
        found = db.session.execute(
            select(PaymentAttempt.id, Order.reference, Cart.token_hash)
            .join(PaymentAttempt.order)
            .outerjoin(Cart, Cart.id == PaymentAttempt.cart_id)
            .where(PaymentAttempt.session_id == session_id)
        ).first()
        own_cart = db.session.scalar(of_token(token)) if token else None
    if found is None:
        return Outcome.UNKNOWN, None
    try:
        session = current_app.extensions["stripe_quick"].session(session_id)
        with transaction():
            outcome = apply(session, by="return page", at=now())
    except (StripeAway, StripeRefused):
        with reading():
            outcome = outcome_of(db.session.get_one(PaymentAttempt, found.id))
    own = own_cart is not None and own_cart.token_hash == found.token_hash
    return outcome, found.reference if own else None


def _form(cart: Cart | None) -> CheckoutForm:
    """The form as it was sent, or, on the way back from the payment page, as this bag's open order was filled in."""
    among = zones()
    sent_to = countries(among)
    listed = sorted(((code, country_name(code)) for code in sent_to), key=lambda pair: pair[1])
    if request.method == "POST":
        given = request.form.get("country", "")
        return CheckoutForm(
            request.form, countries=listed, country=given if given in sent_to else _first_country(sent_to)
        )
    attempt = db.session.scalars(live_of_cart(cart.id)).first() if cart else None
    asked = request.args.get("country", "")
    country = asked if asked in sent_to else attempt.order.country if attempt else _first_country(sent_to)
    return CheckoutForm(None, countries=listed, country=country, obj=attempt.order if attempt else None)


def _first_country(sent_to: list[str]) -> str:
    return settings.ships_from if settings.ships_from in sent_to or not sent_to else sent_to[0]


def _page(cart: Cart | None, form: CheckoutForm, *, status: int = 200) -> AnyResponse:
    if cart is None or not cart.lines:
        return redirect("/cart", 303)
    lines, goods = cart.lines, bag_total(cart.lines)
    offered = quotes(zones(), country=form.rules.country, grams=bag_weight(lines), goods=goods)
    form.choose_shipping(offered)
    form.checkout_key.data, form.seen_total.data = cart.checkout_key, totals_seen(goods, offered)
    quote = next((quote for quote in offered if quote.method == form.shipping_method.data), None)
    response = make_response(
        render_template(
            "checkout/review.html",
            form=form,
            rules=form.rules,
            lines=[(line, shown(line.variant.picture)) for line in lines],
            goods=goods,
            offered=offered,
            quote=quote,
            total=goods + quote.price if quote else goods,
        ),
        status,
    )
    if status == 503:
        response.headers["Retry-After"] = "60"
    return private(response, referrer="same-origin")


def _cart_with_lines() -> Cart | None:
    token = token_in(request.cookies)
    return db.session.scalar(with_lines(token)) if token else None
