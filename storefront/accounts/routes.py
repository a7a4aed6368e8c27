"""The account pages: signing in and out, second factors, forgotten passwords, invitations, devices."""

from __future__ import annotations

import json
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import segno
import webauthn
from flask import Blueprint, abort, jsonify, make_response, redirect, render_template, request
from itsdangerous import BadData, URLSafeTimedSerializer
from markupsafe import Markup
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor
from werkzeug.wrappers import Response

from storefront.accounts import factors, inviting, limits, passwords, security, signing_in, staffing
from storefront.accounts.devices import browser_in_words, end
from storefront.accounts.forms import (
    BareForm,
    DeviceForm,
    InvitationForm,
    NewPasswordForm,
    PasswordForm,
    ResetForm,
    SecondFactorForm,
    SetUpForm,
    SignInForm,
)  # fmt: skip
from storefront.accounts.guard import (
    current_session,
    current_user,
    is_fresh,
    own_path,
    requires,
    to_second_factor,
    to_sign_in,
)
from storefront.accounts.models import User, UserSession
from storefront.accounts.permissions import Permission
from storefront.accounts.queries import by_email, devices_of, email_key, invitation_of, recovery_codes_left, reset_of
from storefront.accounts.sessions import own_session
from storefront.core.errors import ShopError
from storefront.db import db, reading, transaction
from storefront.settings import settings
from storefront.web.networks import own_network
from storefront.web.security import private

bp = Blueprint("accounts", __name__, url_prefix="/account")
WRONG = "This address and this password do not fit together."
WRONG_CODE = "This does not fit, or it was used before. Please wait for the next code and try again."
SET_UP_SECONDS = 1800


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response:
    """The same answer, words and work, whether the address, the password or both are wrong."""
    form = SignInForm(request.form)
    if form.is_sent():
        if form.validate():
            opened = _try_password(form.email.data, form.password.data)
            if opened is not None:
                own_session().give(opened)
                return _seen(f"/account/second-factor{_with_next(form.next.data)}")
            form.form_errors.append(WRONG)
    else:
        if current_user() is not None:
            return _seen(own_path(request.args.get("next")))
        form.next.data = own_path(request.args.get("next"))
    return _page("sign_in", form)


@bp.post("/sign-out")
def sign_out() -> Response:
    BareForm(request.form).is_sent()
    with transaction():
        if (device := own_session().device(again=True)) is not None:
            signing_in.sign_out(device)
    own_session().end()
    return _seen("/account/sign-in")


@bp.route("/second-factor", methods=["GET", "POST"])
def second_factor() -> Response:
    """The second step of signing in; and the same again where a fresh proof is asked for."""
    device = own_session().device()
    if device is None:
        return to_sign_in()
    if not device.user.has_second_factor:
        return _seen("/account/set-up-second-factor")
    form = SecondFactorForm(request.form)
    if form.is_sent():
        if form.validate() and (form.code.data or form.credential.data):
            if _try_factor(device, form.code.data or "", form.credential.data or ""):
                return _seen(own_path(form.next.data))
            form.form_errors.append(WRONG_CODE)
        elif not form.errors:
            form.form_errors.append("Please write the code that your app shows now, or one of your recovery codes.")
    else:
        form.next.data = own_path(request.args.get("next"))
    return _page("second_factor", form, again=device.factor_at is not None, keys=bool(device.user.passkeys))


@bp.post("/second-factor/passkey")
def passkey_options() -> Response:
    """What a browser's passkey is asked: to prove one of ours, or, with `purpose=add`, to make a new one."""
    BareForm(request.form).is_sent()
    device = own_session().device()
    if device is None:
        abort(404)
    adding = request.form.get("purpose") == "add"
    if adding and not _may_set_up(device):
        abort(403)
    challenge = security.passkeys().generate_challenge(32)
    options = _adding_options(device.user, challenge) if adding else _proving_options(device.user, challenge)
    with transaction():
        factors.ask_passkey(device.id, challenge)
    return private(jsonify(json.loads(options)))


@bp.route("/reset", methods=["GET", "POST"])
def reset() -> Response:
    """Nobody looks for the address before the answer is out: the worker does."""
    form, sent = ResetForm(request.form), False
    if form.is_sent() and form.validate():
        with transaction():
            limits.take(limits.reset(email_key(form.email.data), own_network()))
            passwords.ask_reset(form.email.data)
        sent = True
    return _page("reset", form, sent=sent)


@bp.route("/reset/<token>", methods=["GET", "POST"])
def reset_link(token: str) -> Response:
    """Opening the link changes nothing, for mail scanners open links; its one button uses it up."""
    form = NewPasswordForm(request.form)
    found = db.session.scalar(reset_of(token))
    if found is None:
        return _no_such_link("reset_link")
    if form.is_sent() and form.validate() and _is_good(form):
        password_hash = _hashed(form)
        try:
            with transaction():
                passwords.reset(token, password_hash)
        except passwords.LinkUsed:
            return _no_such_link("reset_link")
        own_session().end()
        return _seen("/account/sign-in")
    return _page("reset_link", form)


@bp.route("/invitation/<token>", methods=["GET", "POST"])
def invitation(token: str) -> Response:
    form = InvitationForm(request.form)
    found = db.session.scalar(invitation_of(token))
    if found is None:
        return _no_such_link("invitation")
    asks_email, email = found.email is None, found.email or ""
    if form.is_sent() and form.validate() and _is_good(form, email=email or form.email.data):
        try:
            if asks_email:
                email = security.normal_email(form.email.data)
            password_hash = _hashed(form)
            with transaction():
                user = inviting.accept(token, password_hash=password_hash, email=email)
                _leave()
                opened = signing_in.password_fits(user, browser=_browser())
        except passwords.LinkUsed:
            return _no_such_link("invitation")
        except ShopError as error:
            form.form_errors.append(error.message)
        except ValueError:
            form.email.errors = ["Please write an e-mail address, such as name@example.org."]
        else:
            own_session().give(opened)
            return _seen("/account/set-up-second-factor")
    return _page("invitation", form, asks_email=asks_email, email=email)


@bp.route("/set-up-second-factor", methods=["GET", "POST"])
def set_up_second_factor() -> Response:
    """The first factor after an invitation; later, with a fresh proof, further ones, and taking one away."""
    device = own_session().device()
    if device is None:
        return to_sign_in()
    if not _may_set_up(device):
        return to_second_factor() if request.method == "GET" else abort(403)
    form = SetUpForm(request.form)
    if form.is_sent() and form.validate():
        try:
            if form.remove.data:
                with transaction():
                    factors.remove(_again().user, form.remove.data)
                return _seen("/account/set-up-second-factor")
            return _add_factor(form)
        except ShopError as error:
            form.form_errors.append(error.message)
    return _set_up_page(form, _now(device))


@bp.route("/recovery-codes", methods=["GET", "POST"])
@requires(Permission.OWN_SECURITY)
def recovery_codes() -> Response:
    """How many are left; new ones are shown in the answer to the button, once."""
    device, form, codes = current_session(), BareForm(request.form), list[str]()
    assert device is not None
    if not is_fresh(device):
        return to_second_factor() if request.method == "GET" else abort(403)
    if form.is_sent():
        with transaction():
            codes = security.recovery_codes().create_recovery_codes(_again().user)
    left = db.session.scalar(recovery_codes_left(_now(device).user_id))
    return _page("recovery_codes", form, codes=codes, left=left)


@bp.route("/password", methods=["GET", "POST"])
@requires(Permission.OWN_SECURITY)
def password() -> Response:
    device, form = current_session(), PasswordForm(request.form)
    assert device is not None
    user = device.user
    if form.is_sent() and form.validate() and _is_good(form, email=user.email):
        counts = limits.sign_in(user.email_key, own_network())
        with transaction():
            taken = limits.take(counts)
            old, reference = user.password_hash, user.reference
        if not security.fits(form.present.data, old):
            with transaction():
                signing_in.failed(reference, step="password")
            form.present.errors = ["This is not your present password."]
        else:
            password_hash = _hashed(form)
            with transaction():
                again = _again()
                limits.give_back(counts, taken)
                opened = passwords.change(again.user, password_hash, session=again)
            own_session().give(opened)
            return _seen("/account/devices")
    return _page("password", form)


@bp.route("/devices", methods=["GET", "POST"])
@requires(Permission.OWN_SECURITY)
def devices() -> Response:
    """One's own browsers; any of them can be signed out from here."""
    device, form = current_session(), DeviceForm(request.form)
    assert device is not None
    if form.is_sent() and form.validate():
        with transaction():
            mine = {row.reference for row in db.session.scalars(devices_of(device.user_id))}
            if form.device.data in mine:
                staffing.sign_out_device(form.device.data, by=_again().user.reference)
        return _seen("/account/devices")
    rows = list(db.session.scalars(devices_of(device.user_id)))
    return _page("devices", form, rows=rows, here=device.reference, user=device.user)


# --- What the pages share ---------------------------------------------------------------------------------------------


def _try_password(email: str, password: str) -> Any:
    """Count, look, verify once with nothing open, then write; nothing of it depends on whether there is an account."""
    counts = limits.sign_in(email_key(email), own_network())
    with transaction():
        taken = limits.take(counts)
        user = db.session.scalar(by_email(email))
        user_id, reference = (user.id, user.reference) if user else (None, None)
        known = user.password_hash if user and user.active else None
    right = security.fits(password, known)
    new = security.hash_password(password) if right and known and security.needs_rehash(known) else None
    with transaction():
        user = db.session.get(User, user_id) if right else None
        if user is None or not user.active or user.password_hash != known:
            signing_in.failed(reference, step="password")
            return None
        limits.give_back(counts, taken)
        _leave()
        if new and known:
            passwords.rehash(user.id, known, new)
        return signing_in.password_fits(user, browser=_browser())


def _try_factor(device: UserSession, code: str, credential: str) -> bool:
    counts = limits.second_factor(device.user.reference, own_network())
    with transaction():
        taken = limits.take(counts)
    with transaction():
        again = _again()
        how = _how_it_fits(again, code, credential)
        if how is None:
            signing_in.failed(again.user.reference, step="second_factor")
            return False
        limits.give_back(counts, taken)
        opened = signing_in.factor_fits(again, how=how)
    own_session().give(opened)
    return True


def _how_it_fits(device: UserSession, code: str, credential: str) -> str | None:
    """Which factor was shown, used up with this very statement; nothing when none fits."""
    user = device.user
    if credential:
        return "passkey" if _proves_passkey(device, credential) else None
    if security.takes_code(user, code):
        return "app"
    return "recovery_code" if security.recovery_codes().delete_recovery_code(user, code) else None


def _may_set_up(device: UserSession) -> bool:
    """Somebody without a factor, straight after the password; somebody with one, after a fresh proof of it."""
    return not device.user.has_second_factor if device.factor_at is None else is_fresh(device)


def _add_factor(form: SetUpForm) -> Response:
    """Prove the new factor, keep it, go on under a new id, show recovery codes to who has none."""
    with transaction():
        device = _again()
        user = device.user
        if not _may_set_up(device):
            abort(403)
        if form.credential.data:
            _add_passkey(device, form.credential.data, form.name.data or "")
        else:
            secret = _opened(user, form.secret.data or "")
            counter = security.totp().counter_of_first(form.code.data or "", secret) if secret else None
            if secret is None or counter is None:
                raise ShopError("These digits do not fit the code above. Please wait for the next ones and try again.")
            factors.add_totp(user, secret=secret, counter=counter)
        codes = factors.first_recovery_codes(user)
        opened = signing_in.factor_fits(device, how="passkey" if form.credential.data else "app")
    own_session().give(opened)
    if not codes:
        return _seen("/account/set-up-second-factor")
    return _page("recovery_codes", form, codes=codes, left=len(codes))


def _set_up_page(form: SetUpForm, device: UserSession) -> Response:
    totp, user = security.totp(), device.user
    secret = _opened(user, form.secret.data or "") or totp.generate_totp_secret()
    form.secret.data = _sealer().dumps([user.reference, secret])
    form.remove.data = form.credential.data = ""
    drawn = segno.make(totp.get_totp_uri(user.email, secret), micro=False)
    picture = Markup(drawn.svg_inline(scale=5, border=4, dark="#000", light="#fff"))  # noqa: S704  ours, no input in it
    return _page(
        "set_up_second_factor", form, picture=picture, key=totp.get_totp_pretty_key(secret), user=user,
        first=not user.has_second_factor,
    )  # fmt: skip


def _sealer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key, salt="set-up-second-factor")


def _opened(user: User, sealed: str) -> str | None:
    """The encrypted secret of a set-up page of this very person, for half an hour."""
    try:
        reference, secret = _sealer().loads(sealed, max_age=SET_UP_SECONDS)
    except (BadData, ValueError, TypeError):
        return None
    return str(secret) if reference == user.reference else None


def _rp_id() -> str:
    return urlsplit(settings.shop_url).hostname or ""


def _adding_options(user: User, challenge: str) -> str:
    ours = security.passkeys().registration_options(cast("Any", user), "secondary", {})
    return options_to_json(
        webauthn.generate_registration_options(
            rp_id=_rp_id(), rp_name=settings.shop_name, user_id=user.reference.encode(), user_name=user.email,
            challenge=challenge.encode(), exclude_credentials=_keys_of(user), **ours,
        )
    )  # fmt: skip


def _proving_options(user: User, challenge: str) -> str:
    ours = security.passkeys().authentication_options(cast("Any", user), ["secondary"], {})
    return options_to_json(
        webauthn.generate_authentication_options(
            rp_id=_rp_id(), challenge=challenge.encode(), allow_credentials=_keys_of(user), **ours
        )
    )


def _keys_of(user: User) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id)) for key in user.passkeys]


def _add_passkey(device: UserSession, credential: str, name: str) -> None:
    challenge = device.challenge
    refused = ShopError("This passkey could not be added. Please try again.")
    if not challenge or not factors.answer_passkey(device.id, challenge):
        raise refused
    try:
        made = webauthn.verify_registration_response(
            credential=credential, expected_challenge=challenge.encode(), expected_rp_id=_rp_id(),
            expected_origin=security.passkeys().origin(),
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
        raise refused from error
    factors.add_passkey(
        device.user, name=name, credential_id=bytes_to_base64url(made.credential_id),
        public_key=bytes_to_base64url(made.credential_public_key), sign_count=made.sign_count,
    )  # fmt: skip


def _proves_passkey(device: UserSession, credential: str) -> bool:
    """The challenge is used up first, so that the same answer never counts twice."""
    challenge = device.challenge
    if not challenge or not factors.answer_passkey(device.id, challenge):
        return False
    try:
        shown = json.loads(credential)["id"]
        key = next(key for key in device.user.passkeys if key.credential_id == shown)
        proof = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=challenge.encode(), expected_rp_id=_rp_id(),
            expected_origin=security.passkeys().origin(), credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
        )  # fmt: skip
    except (WebAuthnException, StopIteration, ValueError, KeyError, TypeError, RecursionError):
        return False
    return factors.count_passkey(key.id, proof.new_sign_count)


def _leave() -> None:
    """Inside a use case: whoever was signed in here before is so no longer."""
    if (device := own_session().device(again=True)) is not None:
        end(device.id)


def _again() -> UserSession:
    """The session at hand, read anew inside a use case; what ended meanwhile, by a double click too, signs in anew."""
    device = own_session().device(again=True)
    if device is None:
        abort(to_sign_in())
    return device


def _now(device: UserSession) -> UserSession:
    """The same after a use case, which may have given the browser a new session."""
    return own_session().device() or device


def _is_good(form: NewPasswordForm, *, email: str = "") -> bool:
    form.password.errors = [*form.password.errors, *security.faults(form.password.data, email=email)]
    return not form.password.errors


def _hashed(form: NewPasswordForm) -> str:
    """With nothing open: it takes a while, and nobody should wait for the lock meanwhile."""
    with reading():
        pass
    return security.hash_password(form.password.data)


def _no_such_link(page: str) -> Response:
    """Unknown, used and run out are told alike; who tries many is slowed down."""
    with transaction():
        limits.take([limits.Count(limits.LINK_NETWORK, own_network())])
    return _page(page, None, status=404)


def _browser() -> str:
    return browser_in_words(request.headers.get("User-Agent", ""))


def _with_next(wanted: str | None) -> str:
    return "?" + urlencode({"next": own_path(wanted)})


def _seen(path: str) -> Response:
    return private(redirect(path, 303))


def _page(name: str, form: Any, *, status: int = 200, **facts: Any) -> Response:
    wrong = form is not None and bool(form.errors)
    answer = make_response(render_template(f"accounts/{name}.html", form=form, **facts), 422 if wrong else status)
    return private(answer)
