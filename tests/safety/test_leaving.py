"""A person who leaves is told from everything else that asks for the way out."""

import pytest

from storefront.safety.leaving import is_leaving

PERSON = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_person_who_follows_the_link_or_types_the_address(site):
    assert is_leaving(PERSON | {"Sec-Fetch-Site": site}, carries_our_cookie=False)


@pytest.mark.parametrize(
    "headers",
    [
        *({"Sec-Fetch-Dest": kind, "Sec-Fetch-Mode": "no-cors"} for kind in ("image", "script", "style", "video", "")),
        *({"Sec-Fetch-Dest": kind} for kind in ("iframe", "frame", "object", "embed", "worker")),
        {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
    ],
    ids=str,
)
def test_nothing_else_is_a_person(headers):
    """Each of these alone, put in the place of what a browser says of a person, is refused; a cookie changes nothing."""
    assert not is_leaving(PERSON | headers, carries_our_cookie=True)


def test_a_browser_too_old_to_say_is_believed_with_our_cookie():
    """SameSite=Lax: what another site embeds does not bring it along."""
    assert is_leaving({}, carries_our_cookie=True)
    assert not is_leaving({}, carries_our_cookie=False)
    assert not is_leaving({"Sec-Purpose": "prefetch"}, carries_our_cookie=True)
