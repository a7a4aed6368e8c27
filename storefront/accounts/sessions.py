"""Flask's session over the main database. Nothing is read, written or sent before somebody asks.

A cookie without a row belongs to somebody who has not signed in: it carries nothing but the token against forged forms,
which is worked out from the cookie and stored nowhere.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Request, g, session
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import inspect
from werkzeug.wrappers import Response

from storefront.accounts import devices
from storefront.accounts.devices import Opened
from storefront.accounts.models import UserSession
from storefront.core.clock import now
from storefront.core.refs import new_token, signature
from storefront.db import db, transaction
from storefront.settings import settings

COOKIE = "session"
LENGTH = 43  # letters of 256 bits


class OwnSession(dict[str, Any], SessionMixin):
    """What this browser's cookie stands for."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token, self.send, self.drop = token, False, False
        self._device: UserSession | None = None
        self._asked = False

    def device(self, *, again: bool = False) -> UserSession | None:
        """The row behind the cookie while it counts, with its person. `again` reads it inside a use case."""
        if not self.token:
            return None
        if not self._asked or again or _is_stale(self._device):
            self._device, self._asked = db.session.scalar(devices.live(self.token)), True
            if self._device is not None and not again and not db.session().info.get("in_use_case"):
                self._note_seen(self._device)
        return self._device

    def give(self, opened: Opened) -> None:
        """From this answer on the browser holds another id."""
        self.token, self.send, self.drop, self._asked = opened.token, True, False, False
        self._forget_form_token()

    def end(self) -> None:
        self.token, self.send, self.drop, self._device, self._asked = "", False, True, None, True
        self._forget_form_token()

    def __contains__(self, name: object) -> bool:
        return name == "csrf_token" or super().__contains__(name)

    def __missing__(self, name: str) -> str:
        if name != "csrf_token":
            raise KeyError(name)
        if not self.token:
            self.token, self.send, self.drop = new_token(), True, False
        return signature(settings.secret_key, "csrf", self.token)

    @staticmethod
    def _forget_form_token() -> None:
        g.pop("csrf_token", None)  # Flask-WTF keeps what it made for the id before

    def _note_seen(self, device: UserSession) -> None:
        if device.seen_at <= now() - devices.STEP:
            with transaction():
                devices.saw(device.id)
            self._device = db.session.scalar(devices.live(self.token))


def _is_stale(device: UserSession | None) -> bool:
    """Whether a use case has run since it was read, and may have ended it."""
    return device is not None and ((state := inspect(device)).expired or state.detached or state.deleted)


class OwnSessions(SessionInterface):
    """Takes the id from the cookie, and sends one only when it is new."""

    def open_session(self, app: Flask, request: Request) -> OwnSession:
        OwnSession._forget_form_token()
        token = request.cookies.get(settings.cookie_name(COOKIE), "")
        return OwnSession(token if len(token) == LENGTH and token.isascii() else "")

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, OwnSession) or not (session.send or session.drop):
            return
        name = settings.cookie_name(COOKIE)
        rules: dict[str, Any] = {"path": "/", "secure": settings.https, "httponly": True, "samesite": "Lax"}
        if session.send:
            response.set_cookie(name, session.token, **rules)
        else:
            response.delete_cookie(name, **rules)


def own_session() -> OwnSession:
    """Flask's `session`, typed as what it is here."""
    found = session._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(found, OwnSession)
    return found
