"""Encrypting an address that letters must still name after the page is gone. A stolen database does not tell it."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

from storefront.settings import settings


def seal(address: str) -> str:
    return _box().encrypt(address.encode()).decode()


def unseal(sealed: str) -> str | None:
    """The address; none when it was sealed under another key."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _box() -> Fernet:
    key = hmac.new(settings.secret_key.encode(), b"stories: addresses in letters", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(key))
