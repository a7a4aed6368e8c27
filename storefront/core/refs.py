"""Names that nobody can guess or count: public references, secret tokens, and how tokens are kept."""

import hashlib
import hmac
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no letter that is read as a digit, no vowel that makes words but A and E


def new_reference(length: int = 10) -> str:
    """A reference that is read aloud on the telephone, such as `R7K2M4QX9D`; 30 to the power of `length` of them."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_token() -> str:
    """A secret of 256 random bits, 43 letters that are safe in an address."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """How a token is stored: SHA-256, 64 hexadecimal digits. Enough for 256 random bits, which nobody can try out."""
    return hashlib.sha256(token.encode()).hexdigest()


def signature(key: str, purpose: str, name: str) -> str:
    """A 256-bit token that is worked out, not stored: only who holds `key` can make it for `name`."""
    return hmac.new(key.encode(), f"{purpose}:{name}".encode(), hashlib.sha256).hexdigest()


def matches(given: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())
