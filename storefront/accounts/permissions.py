"""What a person may do, and which role may do it. Decided here once; every staff page names one of these."""

from __future__ import annotations

import enum


class Permission(enum.StrEnum):
    """Named for what is done, so that a role is read as a sentence."""

    DASHBOARD = "dashboard"  # see the staff area's first page
    OWN_SECURITY = "own_security"  # see and change one's own password, factors and devices
    PEOPLE = "people"  # invite, give and take roles, disable, sign devices out
    AUDIT = "audit"  # read the audit trail
    GOODS = "goods"  # open the goods desk: a catalogue admin sees all of it, workshop staff their own
    CATALOGUE = "catalogue"  # goods, prices, pictures, collections
    OWN_CATALOGUE = "own_catalogue"  # the same, of one's own workshop only
    STOCK = "stock"  # count it; workshop staff their own
    ORDERS = "orders"  # see orders and pack them
    REFUNDS = "refunds"
    EXPORTS = "exports"  # take data out of the shop
    STORIES = "stories"  # open the stories desk: a guardian sees all of it, an editor her own, the owner no text
    STORIES_WRITE = "stories_write"  # draft, and see one's own drafts
    STORIES_PUBLISH = "stories_publish"
    STORIES_WITHDRAW = "stories_withdraw"
    CONSENTS = "consents"  # see who agreed to what and when
    WORDS = "words"  # articles, help lines, texts of the house, announcements
    NOTES = "notes"  # read, pass on, drop and hand over what visitors write to workshops
    OWN_NOTES = "own_notes"  # read what was passed on to one's own workshop


class Role(enum.StrEnum):
    OWNER = "owner"
    CATALOGUE_ADMIN = "catalogue_admin"
    ORDER_DESK = "order_desk"
    EDITOR = "editor"
    GUARDIAN = "guardian"
    PARTNER_STAFF = "partner_staff"


_EVERYBODY = {Permission.DASHBOARD, Permission.OWN_SECURITY}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(
        _EVERYBODY
        | {
            Permission.PEOPLE, Permission.AUDIT, Permission.GOODS, Permission.CATALOGUE, Permission.STOCK,
            Permission.ORDERS, Permission.REFUNDS, Permission.EXPORTS, Permission.STORIES, Permission.STORIES_WITHDRAW,
            Permission.WORDS, Permission.NOTES,
        }
    ),
    Role.CATALOGUE_ADMIN: frozenset(_EVERYBODY | {Permission.GOODS, Permission.CATALOGUE, Permission.STOCK}),
    Role.ORDER_DESK: frozenset(_EVERYBODY | {Permission.ORDERS, Permission.REFUNDS, Permission.STOCK}),
    Role.EDITOR: frozenset(
        _EVERYBODY | {Permission.STORIES, Permission.STORIES_WRITE, Permission.WORDS, Permission.NOTES}
    ),
    Role.GUARDIAN: frozenset(
        _EVERYBODY
        | {
            Permission.STORIES, Permission.STORIES_WRITE, Permission.STORIES_PUBLISH, Permission.STORIES_WITHDRAW,
            Permission.CONSENTS, Permission.NOTES,
        }
    ),
    Role.PARTNER_STAFF: frozenset(
        _EVERYBODY | {Permission.GOODS, Permission.OWN_CATALOGUE, Permission.STOCK, Permission.OWN_NOTES}
    ),
}  # fmt: skip

# Asked for a second factor again, when the last one is older than ten minutes.
NEEDS_FRESH_FACTOR = frozenset({Permission.PEOPLE, Permission.REFUNDS, Permission.EXPORTS, Permission.STORIES_PUBLISH})


def allowed(roles: set[Role] | frozenset[Role] | list[Role]) -> frozenset[Permission]:
    """Everything that somebody with these roles may do; somebody without a role may do nothing."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))
