"""The words that pages use for kinds, ways, stages and contents of stories. They are fixed: nobody writes them anew."""

from storefront.stories.models import Pathway, Stage, StoryKind

LABELS: dict[StoryKind, str] = {
    StoryKind.ILLUSTRATION: "An illustration, written for this demonstration shop. Nobody's testimony.",
    StoryKind.TESTIMONY: "Told by the person herself, who may take it back at any time.",
    StoryKind.ENTERPRISE: "Story of an enterprise, from cited sources.",
}

PATHWAYS: dict[Pathway, str] = {
    Pathway.AUTHORITIES: "With help from the authorities",
    Pathway.ESCAPE: "By escaping",
    Pathway.EARNED_RELEASE: "By working off a debt",
    Pathway.WALKED_AWAY: "By walking away",
    Pathway.PREVENTION: "It did not come to it",
    Pathway.NOT_SHARED: "Not shared",
}

STAGES: dict[Stage, str] = {
    Stage.SAFETY: "Being safe",
    Stage.FREEDOM: "Being free",
    Stage.EDUCATION: "Learning",
    Stage.FINANCIAL_STABILITY: "Money that lasts",
    Stage.HEALTH: "Being well",
}

# Short and factual; what is not in this list is not said, so that no note can tell what the story does not.
CONTENT_NOTES: dict[str, str] = {
    "A court case": "a court case",
    "A police operation, not described": "a police operation, not described",
    "Being far from family": "being far from family",
    "Being left without housing": "being left without housing",
    "Debt": "debt",
    "Debt bondage": "debt bondage",
    "Exploitation is mentioned, not described": "exploitation is mentioned, not described",
    "False job offers": "false job offers",
    "Fear": "fear",
    "Forced domestic work": "forced domestic work",
    "Forced labour": "forced labour",
    "Forced labour at sea": "forced labour at sea",
    "Illness": "illness",
    "Loss of identity papers": "loss of identity papers",
    "Sleeplessness and mental health": "sleeplessness and mental health",
    "Unpaid work": "unpaid work",
    "Whole families at work": "whole families at work",
}


def content_note(notes: list[str]) -> str | None:
    """The notes as half a sentence: "debt; exploitation is mentioned, not described"."""
    return "; ".join(CONTENT_NOTES[note] for note in notes if note in CONTENT_NOTES) or None
