"""Who may do what at which address, written out from the code itself for docs/permissions.md."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask

from storefront.accounts.permissions import NEEDS_FRESH_FACTOR, PERMISSIONS, Permission, Role
from storefront.admin.wording import ROLES

QUIET = {"HEAD", "OPTIONS"}  # HEAD goes with GET

# By endpoint or by blueprint. An address that is in neither and names no permission is undecided: a fault.
OTHERS: dict[str, str] = {
    "assets": "everybody",
    "health": "everybody",
    "media": "everybody",
    "pages": "everybody",
    "catalog": "everybody",
    "stories": "everybody, while the story may be shown",
    "stories.withdraw": "everybody; whoever holds the code of a storyteller's card takes her story back",
    "articles": "everybody",
    "partners": "everybody",
    "safety": "everybody",
    "safety.leave": "everybody; ends the browser's own session and bag",
    "cart": "everybody; the bag of the browser's own cookie",
    "checkout": "everybody; the bag of the browser's own cookie",
    "checkout.returned": "whoever holds the key: Stripe's id of the payment page",
    "checkout.returned_state": "whoever holds the key: Stripe's id of the payment page",
    "orders": "whoever holds the key of the order",
    "payments.stripe_webhook": "Stripe, by its signature",
    "accounts.sign_in": "everybody",
    "accounts.sign_out": "everybody; ends the browser's own session",
    "accounts.reset": "everybody",
    "accounts.reset_link": "whoever holds the key: a one-time link",
    "accounts.invitation": "whoever holds the key: a one-time link",
    "accounts.second_factor": "whoever has given the right password in this browser",
    "accounts.passkey_options": "whoever has given the right password in this browser",
    "accounts.set_up_second_factor": "whoever has given the right password in this browser and has no factor yet, or "
    "has just proved one",
}


HEAD = """
Written by `flask admin permissions` from the code; a test compares. What is not listed is not found (404), whatever the
method; a page that one may not see answers exactly as a page that does not exist. Nobody without a proved second factor
is let in: a GET below `/admin` leads such a visitor to the sign-in page, whether or not there is a page at the address,
and anything else is not found.
""".strip().splitlines()


class Undecided(Exception):
    """Raised for an address of which nobody has said who may open it."""


def cells(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every (address, method, endpoint), in the order of the addresses."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - QUIET):
            yield rule.rule, method, rule.endpoint


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """What a view asks for; nothing for a view that belongs to no person of the staff."""
    found: Permission | None = getattr(app.view_functions[endpoint], "permission", None)
    return found


def permission_table(app: Flask) -> str:
    """The Markdown of docs/permissions.md."""
    staff, others = [], []
    for address, method, endpoint in cells(app):
        permission = permission_of(app, endpoint)
        if permission is not None:
            marks = ["yes" if permission in PERMISSIONS[role] else "-" for role in Role]
            fresh = "yes" if permission in NEEDS_FRESH_FACTOR else "-"
            staff.append([f"`{address}`", method, f"`{permission.value}`", fresh, *marks])
        else:
            others.append([f"`{address}`", method, _who(address, endpoint)])
    names = [ROLES[role].name for role in Role]
    return "\n".join(
        [
            "# Permissions",
            "",
            *HEAD,
            "",
            "## Roles",
            "",
            *_table(["role", "in the code", "may"], [[w.name, f"`{r.value}`", w.may] for r, w in ROLES.items()]),
            "",
            "## For those who work here",
            "",
            "*Fresh*: the second factor was proved within the last ten minutes.",
            "",
            *_table(["address", "method", "permission", "fresh", *names], staff),
            "",
            "## Every permission",
            "",
            *_table(
                ["permission", *names],
                [[f"`{p.value}`", *("yes" if p in PERMISSIONS[role] else "-" for role in Role)] for p in Permission],
            ),
            "",
            "## Everything else",
            "",
            *_table(["address", "method", "who"], others),
            "",
        ]
    )


def _who(address: str, endpoint: str) -> str:
    who = OTHERS.get(endpoint) or OTHERS.get(endpoint.partition(".")[0])
    if who is None or address == "/admin" or address.startswith("/admin/"):
        raise Undecided(f"{address} ({endpoint}) names no permission, and nobody has said who else may open it.")
    return who


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
