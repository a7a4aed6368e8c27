"""The words that pages use for kinds, ways, stages and contents of stories. They are fixed: nobody writes them anew."""

from storefront.stories.models import Attester, Channel, ExplainedBy, Pathway, ReviewResult, Stage, StoryKind

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

# The outcomes that survivors of trafficking agreed on (Modern Slavery Core Outcome Set, 2023).
OUTCOMES: dict[str, str] = {
    "housing": "Secure and suitable housing",
    "safety": "Safety from any trafficker or other abuser",
    "consistent_support": "Support that stays",
    "compassionate_services": "Services that know what happened and do not ask again",
    "purpose": "A purpose of one's own",
    "medical": "Medical treatment",
    "education": "Education",
}

HELPED_BY: dict[str, str] = {
    "friend": "a friend",
    "neighbour": "a neighbour",
    "counsellor": "a counsellor",
    "relative": "a relative",
    "colleague": "a colleague",
    "judge": "a judge",
    "lawyer": "a lawyer",
    "officer": "an officer",
    "teacher": "a teacher",
    "health_worker": "a nurse or a doctor",
}

LANGUAGES: dict[str, str] = {
    "en": "English", "bn": "বাংলা", "hi": "हिन्दी", "km": "ភាសាខ្មែរ", "ne": "नेपाली", "pa": "ਪੰਜਾਬੀ", "ta": "தமிழ்",
    "th": "ไทย", "ur": "اردو", "vi": "Tiếng Việt", "es": "Español", "fr": "Français", "pt": "Português",
}  # fmt: skip
RIGHT_TO_LEFT = frozenset({"ur"})

CHANNELS: dict[Channel, str] = {
    Channel.WEB_STORY: "Story page",
    Channel.PRODUCT_PAGE: "Beside products",
    Channel.HANG_TAG_QR: "Behind the hang-tag code",
    Channel.NEWSLETTER: "Newsletter",
    Channel.SOCIAL: "Social media",
    Channel.PRESS: "Press",
    Channel.SEARCH_INDEXING: "Search engines",
}

EXPLAINED_BY: dict[ExplainedBy, str] = {
    ExplainedBy.INTERPRETER_AND_SUPPORT_WORKER: "An interpreter and a support worker, neither employed by the workshop"
    " nor by this shop",
    ExplainedBy.SUPPORT_WORKER: "A support worker who is not employed by the workshop",
    ExplainedBy.LEGAL_ADVISER: "A legal adviser",
    ExplainedBy.SURVIVOR_ADVOCATE: "An advocate who has lived through it herself",
}

ATTESTERS: dict[Attester, str] = {
    Attester.WORKSHOP_GUARDIAN: "The workshop's guardian of stories",
    Attester.SOCIAL_WORKER: "A social worker who knows her",
    Attester.INDEPENDENT_ADVOCATE: "An independent advocate",
}

PEOPLE_AT_RISK: dict[str, str] = {
    "storyteller": "The teller herself",
    "family": "Her family",
    "colleagues": "Her colleagues",
    "children": "Children",
    "others_still_held": "People who are still held where she was",
}

REVIEW_RESULTS: dict[ReviewResult, str] = {
    ReviewResult.MAY_BE_SHOWN: "It may be shown as it is",
    ReviewResult.WITH_CHANGES_MADE: "It may be shown, with the changes that were made",
    ReviewResult.NOT_TO_BE_SHOWN: "It must not be shown",
}

# What whoever approves has looked for, point by point.
CHECKLIST: dict[str, str] = {
    "no_place_age_or_date": "No town, street, age or day",
    "no_violence": "No violence told",
    "no_way_of_escape": "No way of escape told",
    "past_is_short": "The past takes less than 35 % of the words",
    "adult_throughout": "An adult, then and now",
    "her_words": "The words for before and now are her own",
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
