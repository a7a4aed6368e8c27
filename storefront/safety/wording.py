"""What the page of help lines says about a line: who answers, and where its number was read."""

from __future__ import annotations

from storefront.safety.models import LineKind, Verification

KINDS: dict[LineKind, str] = {
    LineKind.TRAFFICKING: "About trafficking",
    LineKind.HUMAN_RIGHTS: "About human rights",
    LineKind.POLICE: "A police line",
    LineKind.POLICE_CONFIDENTIAL: "A police line that takes calls in confidence",
    LineKind.WOMEN_CHILDREN: "For women and children",
    LineKind.SOCIAL_ASSISTANCE: "Social assistance",
    LineKind.LABOUR_AND_ANONYMOUS: "About work, and for anonymous reports",
    LineKind.GENERAL: "For every emergency, and for children",
}

READ_AT: dict[Verification, str] = {
    Verification.OPERATOR_SITE: "on the page of those who answer",
    Verification.GOVERNMENT_SITE: "on a page of the government",
    Verification.TWO_INDEPENDENT_SECONDARY: "in two or more places, none of them official",
    Verification.SINGLE_SECONDARY: "in one place only, which is not enough to show it",
    Verification.NUMBER_NOT_SEEN: "nowhere: we found the organisation and not its number",
}

SOURCES: dict[str, str] = {
    "operator": "those who answer",
    "government": "government",
    "ngo": "another organisation",
    "press": "newspaper or agency",
    "state_broadcaster": "state broadcaster",
    "guide": "guide",
    "encyclopedia": "encyclopedia",
}
