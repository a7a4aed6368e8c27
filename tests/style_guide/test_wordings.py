"""Every wording, both ways: what is found, and the ordinary sentence beside it that is not."""

from __future__ import annotations

import re

import pytest

from storefront.style_guide.linting import Finding, Kind, Severity, lint
from storefront.style_guide.wordings import WORDINGS

COPY = [Kind.STORY, Kind.PRODUCT, Kind.EMAIL, Kind.ALT_TEXT, Kind.PAGE]


def rules(text: str, kind: Kind, severity: Severity | None = None) -> set[str]:
    return {found.rule for found in lint(text, kind=kind) if severity in (None, found.severity)}


BLOCKED_IN_COPY = [
    ("buyer as hero", "Your purchase frees a woman."),
    ("buyer as hero", "Every order helps to end trafficking."),
    ("buyer as hero", "This bag gives hope to women."),
    ("buyer as hero", "You saved her."),
    ("buyer as hero", "You freed her!"),
    ("buyer as hero", "You have helped free three young women: you helped free people."),
    ("buyer as hero", "Together we rescued a girl."),
    ("buyer as hero", "You saved them."),
    ("buyer as hero", "Buy a bag, free a slave."),
    ("buyer as hero", "Shop to end slavery."),
    ("buyer as hero", "Wear it and help stop human trafficking."),
    ("buyer as hero", "Be her hero."),
    ("buyer as hero", "You are a true hero for buying this."),
    ("buyer as hero", "She can read thanks to you."),
    ("buyer as hero", "This was made possible by your support."),
    ("buyer as hero", "You changed her life."),
    ("buyer as hero", "Your money sets women free."),
    ("given hope", "This scarf gives women a future."),
    ("given hope", "You give them a reason to live."),
    ("rescue", "She was rescued."),
    ("rescue", "A rescuer came."),
    ("rescue", "Rescue work"),
    ("save", "It saves lives."),
    ("save", "A raid to save girls."),
    ("save", "A neighbour saved her."),
    ("save", "She was saved when she was ill."),
    ("save", "They had been saved by the police."),
    ("save", "Saved from a life of slavery."),
    ("save", "A saviour came."),
    ("slave", "She had been a sex slave."),
    ("slave", "Modern slaves sew for others."),
    ("slave", "They enslaved her."),
    ("victim", "A victim of trafficking."),
    ("victim", "The victims sew."),
    ("victim", "She was victimised."),
    ("label", "She had been a prostitute."),
    ("label", "A broken girl."),
    ("label", "Their shattered lives"),
    ("label", "Voiceless women"),
    ("label", "We give them a voice."),
    ("chains", "She broke her chains."),
    ("chains", "Women in chains"),
    ("chains", "A drawing of broken chains"),
    ("chains", "He was chained to the bed."),
    ("chains", "the chains of slavery"),
    ("given hope", "The workshop gave hope."),
    ("given hope", "Sewing gave her new hope."),
    ("given hope", "A job that gives women a second chance."),
    ("given hope", "It restored her dignity."),
    ("empower", "Empowering women since 2001."),
    ("empower", "Women's empowerment"),
    ("sensation", "She was sold into slavery."),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), BLOCKED_IN_COPY)
def test_it_blocks_in_every_kind_of_copy(rule: str, text: str) -> None:
    assert {kind: rule in rules(text, kind, Severity.BLOCK) for kind in COPY} == dict.fromkeys(COPY, True)


WARNED = [
    ("free", "The police freed her."),
    ("free", "It set her free."),
    ("free", "People who have been set free"),
    ("label", "She felt broken."),
    ("label", "She was shattered."),
    ("label", "helpless"),
    ("sensation", "A harrowing account"),
    ("sensation", "Her dark past"),
    ("sensation", "It changed lives."),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), WARNED)
def test_it_warns_and_does_not_block(rule: str, text: str) -> None:
    for kind in Kind:
        assert rule in rules(text, kind, Severity.WARN), kind
        assert rules(text, kind, Severity.BLOCK) == set(), kind


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "text",
    [
        "Save 10 % on the second bag.",
        "You can save 5 euros.",
        "You saved 4.00.",
        "Save changes",
        "Your changes have been saved.",
        "The order was saved.",
        "Save these codes. Save them now, and keep them.",
        "You can save your address for next time.",
        "She is saving for a telephone.",
        "She saved up for a year and saved her wages in a tin.",
        "A savings circle.",
        "Chain stitch along the hem, and a necklace chain.",
        "The bag hangs from two chains of brass links.",
        "The supply chains of cotton are long.",
        "A broken needle can be mended; a broken seam too.",
        "The loom was broken and the glass shattered.",
        "The cup broke into two.",
        "Free delivery over 50 euros. People may choose freely.",
        "You can free up room in a drawer.",
        "It gives the cloth a voice of its own.",
        "I hope that it fits. We hope to see you again.",
        "Your order gives you fourteen days to change your mind.",
        "Every bag has one pocket. This bag saves room.",
        "You get this e-mail because of your account.",
        "You get this e-mail because of your order.",
        "Thank you for your order.",
        "Thread wound round a seed.",
        "It makes no difference to the price.",
        "Power loom and hand loom.",
    ],
)
def test_ordinary_words_pass(kind: Kind, text: str) -> None:
    assert lint(text, kind=kind) == []


@pytest.mark.parametrize("kind", [Kind.ARTICLE, Kind.NOTE])
@pytest.mark.parametrize(
    "text",
    [
        "You will hardly meet *rescue* here, nor _save her_.",
        "Others say 'rescue' where we do not.",
        "Others say “your purchase frees a woman”.",
        'The advertisement said "You saved her, and\nshe was a victim".',
        "> She was rescued from slavery.",
        "We do not say that a purchase frees or saves anybody.",
        "We never call anybody a victim, a slave or broken.",
        "Buying does not free anybody, and nobody was rescued.",
        "The International Rescue Committee and Victim Support answer the Modern Slavery Act.",
        "## Sources\n\n1. How we rescued the slaves. A paper.\n2. Victims. Another.",
        "See <https://shop.example/rescue/victims> and [this](/articles/rescue-a-slave).",
    ],
)
def test_words_may_be_talked_about(kind: Kind, text: str) -> None:
    assert lint(text, kind=kind) == []


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        (Kind.PAGE, "Others say “rescue”.", set()),
        (Kind.PAGE, "Buying something does not free anybody.", set()),
        (Kind.PAGE, "“With every bag of ours another young woman is rescued.”", {"rescue"}),
        (Kind.PRODUCT, "“Rescue” tote", {"rescue"}),
        (Kind.PRODUCT, "*rescue*", {"rescue"}),
        (Kind.STORY, "She said “rescue”.", {"rescue"}),
        (Kind.STORY, "She does not say that she was rescued.", {"rescue"}),
        (Kind.ARTICLE, "“Pathway” is a word. They were rescued. “Rescue” is another.", {"rescue"}),
        (Kind.ARTICLE, "We do not say that. She was rescued.", {"rescue"}),
        (Kind.ARTICLE, "**What was done.** Rescue work in *three* places", {"rescue"}),
        (Kind.ARTICLE, "## Sources\n\n1. The rescue.\n\n## What then\n\nShe was rescued.", {"rescue"}),
        (Kind.PRODUCT, "Rescue Foundation tote", {"rescue"}),
    ],
)
def test_where_talking_about_words_ends(kind: Kind, text: str, found: set[str]) -> None:
    assert rules(text, kind) == found


@pytest.mark.parametrize(
    ("kind", "severity"),
    [(Kind.ARTICLE, Severity.BLOCK), (Kind.NOTE, Severity.WARN), (Kind.PAGE, Severity.BLOCK)],
)
def test_used_and_not_quoted_it_counts(kind: Kind, severity: Severity) -> None:
    assert [found.severity for found in lint("She was rescued.", kind=kind)] == [severity]


@pytest.mark.parametrize(
    "hidden",
    [
        "RESCUED",
        "Res\u00adcued",
        "res\u200bcued",
        "res\u2060cued",
        "ｒｅｓｃｕｅｄ",
        "𝐫𝐞𝐬𝐜𝐮𝐞𝐝",
        "résçuéd",
        "re\u0301scued",
        "rеsсuеd",  # with letters of the Cyrillic alphabet
        "**res**cued",
        "_rescued_",
        "res&shy;cued",
        "&#114;escued",
        "&#x72;escued",
        "[rescued](/somewhere)",
        "re[scued](/somewhere)",
    ],
)
def test_nothing_hides_a_word(hidden: str) -> None:
    text = f"There she was {hidden}."
    [found] = [one for one in lint(text, kind=Kind.STORY) if one.rule == "rescue"]
    assert text[found.start : found.end] == found.words
    assert hidden.startswith(found.words[:2]) or found.words in hidden


@pytest.mark.parametrize(
    "text",
    ["It gave her\nhope.", "It gave\r\n  her hope", "It gave\u00a0her\u2003hope", "You’ve saved her", "you've saved\nher", "gave [hope](/x)",
     "gave &nbsp;hope", "set\n>women free", "heart‑breaking", "heart–breaking"],
)  # fmt: skip
def test_line_breaks_and_typographic_signs_hide_no_phrase(text: str) -> None:
    assert lint(text, kind=Kind.EMAIL) != []


def test_a_paragraph_ends_a_phrase() -> None:
    assert lint("What it gave\n\nHope is a flower", kind=Kind.PAGE) == []


VIOLENCE = [
    "She was raped.", "He beat her.", "She was beaten every day.", "They tortured him.", "with cigarette burns", "at gunpoint",
    "He broke her arm.", "She was covered in blood.", "He was killed.", "They starved her.", "They threw acid.", "She was stabbed", "sexual abuse", "bruises",
]  # fmt: skip


@pytest.mark.parametrize("text", VIOLENCE)
def test_violence_is_not_shown_in_a_story(text: str) -> None:
    assert "violence" in rules(text, Kind.STORY, Severity.BLOCK)
    assert "violence" in rules(text, Kind.ALT_TEXT, Severity.BLOCK)
    assert "violence" not in rules(text, Kind.ARTICLE)


@pytest.mark.parametrize(
    "text",
    ["She beats the weft tight.", "The dye bled a little.", "Brass, beaten thin.", "The thread is wound.", "She killed time with the radio.",
     "A whip stitch, a bloodless colour, a grapefruit.", "He hit the nail.", "Blood pressure is taken at the clinic.", "The drum has a beat."],
)  # fmt: skip
def test_craft_is_no_violence(text: str) -> None:
    assert rules(text, Kind.STORY) == set()


WAYS_OUT = [
    "She climbed out of the window.", "She jumped from the roof.", "They got out through the back door.", "She slipped past the guards.",
    "He hid in the boot of a car.", "She hid under some sacks in a lorry, hidden among the crates.", "She forged a pass.",
    "A cousin forged her signature on a letter.", "She bribed the guard.", "She paid off the watchman.", "She took the night bus at the square.",
    "She caught the first train.", "At night she ran.", "One night, she quietly left.", "She ran away in the dark.",
    "They fled while the men were asleep.", "When the guard slept, the door was open.", "She stole the keys.", "She picked the lock.",
    "They cut through the fence.", "with knotted sheets", "disguised", "dressed as a boy", "She pretended to be ill.", "He swam ashore.",
    "with false papers", "He was smuggled out.", "sleeping pills in the tea", "She waited until the guard fell asleep.", "She told the guard that she was thirsty.", "jumped out of the moving van",
]  # fmt: skip


@pytest.mark.parametrize("text", WAYS_OUT)
def test_no_way_out_is_told_in_a_story(text: str) -> None:
    found = [one for one in lint(text, kind=Kind.STORY) if one.rule == "way out"]
    assert found
    assert {one.severity for one in found} == {Severity.BLOCK}
    assert "a way told is a way closed" in found[0].reason
    assert "way out" not in rules(text, Kind.PRODUCT)


@pytest.mark.parametrize(
    "text",
    [
        "One day, when their attention was elsewhere, she left. How she did it is not told here.",
        "After some months she got away and found her country's consulate.",
        "One morning she left, and went to the house of a friend.",
        "She takes the bus to work, and takes the next if she misses one.",
        "She left the window open and looked out of the window.",
        "She carries cloth to the gate and walks to the door.",
        "He learned his numbers at night with pebbles.",
        "She is trusted with the keys.",
        "He forges iron. A pass of the shuttle.",
        "She keeps her papers in a drawer.",
        "The cat hid, and she got up.",
        "It took her eleven months to walk through it.",
    ],
)
def test_leaving_without_a_method_passes(text: str) -> None:
    assert rules(text, Kind.STORY) == set()


def test_the_longer_finding_stands_for_its_parts() -> None:
    [found] = lint("Your purchase frees a slave", kind=Kind.ARTICLE, links=[])[:1]
    assert found == Finding(Severity.BLOCK, "buyer as hero", "Your purchase frees", 0, 19, found.reason)
    assert [one.words for one in lint("a sex slave", kind=Kind.PAGE)] == ["sex slave"]


@pytest.mark.parametrize(
    "text",
    ["A tote that fights trafficking.", "By buying this bag, you are helping women.", "By wearing it you change more."],
)
def test_selling_with_a_fight_is_blocked_in_what_sells(text: str) -> None:
    for kind in (Kind.PRODUCT, Kind.EMAIL, Kind.ALT_TEXT):
        assert "buyer as hero" in rules(text, kind, Severity.BLOCK)
    assert rules(text, Kind.PAGE, Severity.BLOCK) == set()
    assert rules("By buying you accept the terms. The sale ends in May.", Kind.PRODUCT) == set()


def test_of_two_that_overlap_both_are_found() -> None:
    found = lint("She broke her chains of slavery.", kind=Kind.PAGE)
    assert [one.words for one in found] == ["broke her chains", "chains of slavery"]


@pytest.mark.parametrize("wording", WORDINGS, ids=lambda wording: f"{wording.rule} {wording.pattern[:20]}")
def test_a_wording_says_one_thing_and_why(wording: object) -> None:
    assert re.compile(wording.pattern).groups == 0, "a group would be taken for another wording"  # type: ignore[attr-defined]
    assert not re.search(r"(?<!\\)[*+](?!\+)", re.sub(r"\[[^]]*\]|\\w\+", "", wording.pattern)), (
        "a repetition without end"
    )  # type: ignore[attr-defined]
    assert wording.reason.endswith(".")  # type: ignore[attr-defined]
    assert len(wording.reason) > 40  # type: ignore[attr-defined]
