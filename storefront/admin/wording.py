"""Roles, permissions, acts and jobs in the words that staff read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storefront.accounts.permissions import Role
from storefront.audit.models import Act
from storefront.audit.trail import COMMAND_LINE, STRIPE, SYSTEM


@dataclass(frozen=True, slots=True)
class RoleWords:
    name: str
    may: str  # one sentence


ROLES: dict[Role, RoleWords] = {
    Role.OWNER: RoleWords(
        "Owner",
        "Invites people and gives roles, reads the audit trail, and may do everything about goods, orders, refunds, "
        "texts and notes; may withdraw a story but neither write nor publish one.",
    ),
    Role.CATALOGUE_ADMIN: RoleWords(
        "Catalogue", "Changes goods, prices, pictures and stock, collections, workshops and shipping."
    ),
    Role.ORDER_DESK: RoleWords("Order desk", "Sees orders, packs them, sends money back and counts stock."),
    Role.EDITOR: RoleWords(
        "Editor",
        "Writes drafts of stories, which another person publishes; articles, help lines and texts of the house; reads "
        "notes to workshops.",
    ),
    Role.GUARDIAN: RoleWords(
        "Guardian",
        "Sees who agreed to what, publishes stories and withdraws them, reads notes to workshops; sees no order and no "
        "customer.",
    ),
    Role.PARTNER_STAFF: RoleWords(
        "Workshop staff", "Changes and counts the goods of their own workshop and reads the notes to it; nothing else."
    ),
}

ACTS: dict[Act, str] = {
    Act.SIGN_IN: "Signed in",
    Act.SIGN_IN_FAILED: "Could not sign in",
    Act.SIGN_OUT: "Signed out",
    Act.PASSWORD_CHANGED: "Changed the password",
    Act.PASSWORD_RESET: "Set a new password by a link",
    Act.SECOND_FACTOR_ADDED: "Added a second factor",
    Act.SECOND_FACTOR_REMOVED: "Removed a second factor",
    Act.RECOVERY_CODE_USED: "Used a recovery code",
    Act.ROLE_CHANGED: "Changed what somebody may do",
    Act.INVITATION: "Invited somebody",
    Act.ACCOUNT_DISABLED: "Disabled an account",
    Act.DEVICE_SIGNED_OUT: "Signed a device out",
    Act.CONSENT_READ: "Read who agreed to what",
    Act.DATA_EXPORTED: "Took data out of the shop",
    Act.ORDER_REFUNDED: "Sent money back",
    Act.STORY_PUBLISHED: "Published a story",
    Act.STORY_WITHDRAWN: "Withdrew a story",
    Act.CONSENT_RECORDED: "Recorded a consent",
    Act.RISK_REVIEWED: "Reviewed the risk of a story",
    Act.STORY_APPROVED: "Approved a story",
    Act.STORY_HIDDEN: "Hid a story for proceedings",
    Act.STORY_SHOWN_AGAIN: "Showed a hidden story again",
    Act.STORY_ERASED: "Erased a story that had ended",
    Act.CHANNEL_CLOSED: "Closed one place of a story",
    Act.CARD_MADE: "Made a card for a storyteller",
    Act.DATA_RESTORED: "Restored the shop from a backup",
}

WHO: dict[str, str] = {
    SYSTEM: "the shop itself",
    STRIPE: "Stripe",
    COMMAND_LINE: "the command line",
    "unknown": "somebody unknown",
}

JOBS: dict[str, str] = {
    "mail.send": "An e-mail could not be sent",
    "stories.leave_no_trace": "What was erased could not be taken out of the database's files",
    "media.renditions": "The smaller files of a picture could not be made",
    "media.remove_files": "The files of a deleted picture could not be removed",
    "payments.event": "What Stripe told us could not be followed up",
    "payments.refund": "A refund could not be asked for",
}


def in_words(roles: Iterable[Role]) -> str:
    """`Owner, Guardian`, in the order of the list above; or that there is none."""
    held = set(roles)
    return ", ".join(words.name for role, words in ROLES.items() if role in held) or "No role"
