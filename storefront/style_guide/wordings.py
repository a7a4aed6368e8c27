"""The words that sensationalise, make the buyer a hero, show violence or tell a way out; each with its reason.

To add one, add a line to `WORDINGS`. A pattern is a regular expression over the folded text in small letters
(see `reading`): it begins at the beginning of a word, and every repetition in it has a limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from storefront.style_guide.findings import Kind, Severity

BLOCK, WARN = Severity.BLOCK, Severity.WARN


class Wording(NamedTuple):
    """`counts_in` says how much it matters in which kind of text; in a kind that is left out it is fine."""

    rule: str
    pattern: str
    reason: str
    counts_in: Mapping[Kind, Severity]


def _matters(copy: Severity, editorial: Severity) -> dict[Kind, Severity]:
    return dict.fromkeys(Kind, copy) | dict.fromkeys([Kind.ARTICLE, Kind.NOTE], editorial)


BLOCKED = _matters(BLOCK, BLOCK)
BLOCKED_IN_COPY = _matters(BLOCK, WARN)
WARNED = _matters(WARN, WARN)
IN_STORIES = {Kind.STORY: BLOCK}
WARNED_IN_STORIES = {Kind.STORY: WARN}
BESIDE_STORIES = {Kind.STORY: BLOCK, Kind.ALT_TEXT: BLOCK}
NAMING_SLAVERY = dict.fromkeys([Kind.STORY, Kind.PRODUCT, Kind.EMAIL, Kind.ALT_TEXT], WARN)

PEOPLE = (
    r"(?:women|woman|girls?|boys?|child|children|people|persons?|survivors?|lives|life|souls?|some(?:one|body)|"
    r"any(?:one|body)|makers?|artisans?|men|man|mothers?|daughters?|sisters?|sons?|famil(?:y|ies)|slaves?|victims?)"
)
SOME_PEOPLE = (
    rf"(?:(?:a|an|the|one|these|those|this|that|more|other|many|young|vulnerable|trafficked) ){{0,3}}{PEOPLE}\b"
)
# "saved her" is about a person, "saved her wages" is not; "save them" may be about recovery codes.
ALONE = r"(?= (?:and|from|too|today|now|again|with|by|when|life|lives)\b| ?[^\w\s'-]|\n|$)"
HER = rf"(?:her|him){ALONE}"
SOMEBODY = rf"(?:{SOME_PEOPLE}|{HER})"
WHO = r"(?:she|he|they|women|woman|girls?|child|children|people|survivors?|who|makers?)"
WAS = r"(?:(?:'s|was|were|is|are|be|being|been|got|had been|has been|have been|to be) (?:being )?)"
OWNER = (
    r"(?:guards?|owners?|madam|captors?|keeper|traffickers?|bosses|boss|watchm[ae]n|everyone|household|family|house)"
)
RAN = r"(?:ran|fled|escaped|slipped|crept|climbed|crawled|jumped|sneaked|snuck|got away|got out|left|walked out|broke out)"
RAN_AWAY = r"(?:ran (?:away|off|out)|fled|escaped|slipped (?:away|out|past)|crept|climbed|crawled|sneaked|snuck|got away|got out|left the \w+|walked out|broke out)"
PURCHASE = r"(?:purchases?|orders?|gifts?|money|basket|bag|support|donations?|shopping)"
HERO_DEED = (
    r"(?:(?:frees?|rescues?|liberates?|empowers?)\b(?! up)|"
    r"(?:saves?|gives?|brings?|restores?|ends?|stops?|fights?|transforms?|changes?|sets?|helps? (?:to )?(?:free|save|rescue|end|stop|fight))"
    rf"(?: \w+){{0,2}} (?:{PEOPLE}|her|them|hope|freedom|dignity|slavery|trafficking|exploitation|poverty|free)\b)"
)

NOT_A_HERO = "It makes the buyer the hero. Say what the money pays for: wages, cloth, classes."
NO_RESCUE = (
    'It makes somebody else the hero of her way out. Write "left", "got away", "was released" or "was helped to leave".'
)
NO_SAVING = "It makes somebody else the hero. Say what she did herself, and who stood by with what."
HER_OWN_WORD = (
    "It says that a person is ruined. Keep it only if it is the teller's own word; otherwise say what was hard."
)
PLAINLY = "It is there to shock or to move. Say plainly what is so and leave the feeling to the reader."
NO_VIOLENCE = "It shows violence. Leave it out: the content note says in a few words what the story touches."
NO_METHOD = "It tells how she got away, and a way told is a way closed. Write only that she left."

WORDINGS: tuple[Wording, ...] = (
    # The buyer as hero
    Wording("buyer as hero", rf"(?:your|every|each|this) {PURCHASE} (?:\w+ )?{HERO_DEED}", NOT_A_HERO, BLOCKED),
    Wording(
        "buyer as hero",
        r"(?:you|we)(?: have| had| can| could| will| would|'ve|'ll|'re)?(?: just| really| helped?| help| helping)?(?: to)? "
        rf"(?:(?:save|saved|saving|free|freed|freeing|rescued?|rescuing|liberated?) {SOMEBODY}|(?:saved|freed|rescued|liberated) them{ALONE})",
        NOT_A_HERO,
        BLOCKED,
    ),
    Wording(
        "buyer as hero",
        r"(?:buy|shop|wear|carry|give|donate|order|purchase)(?: \w+){0,3}?(?: to|,? and|,)(?: help)? "
        rf"(?:free|save|rescue|liberate|empower|end|stop|fight|change) (?:a |the |an |her )?(?:modern |human |sex )?"
        rf"(?:slavery|trafficking|exploitation|poverty|{PEOPLE})\b",
        NOT_A_HERO,
        BLOCKED,
    ),
    Wording(
        "buyer as hero",
        r"(?:be|become|you are|you're|you were|like) (?:a|an|the|her|their|someone's|somebody's) (?:\w+ )?(?:hero|saviou?r|angel|freedom fighter|abolitionist)(?:es|s)?\b",
        NOT_A_HERO,
        BLOCKED,
    ),
    Wording(
        "buyer as hero",
        r"(?:thanks to|because of|made possible by) (?:you|your (?:purchases?|support|gifts?|donations?|kindness|generosity))\b",
        NOT_A_HERO,
        BLOCKED,
    ),
    Wording(
        "buyer as hero",
        r"(?:you|your \w+|we)(?: have| can| could| will|'ve|'ll)?(?: help| helped)?(?: to)? (?:changed?|changes|transform(?:s|ed)?) "
        r"(?:a |the |her |his |their |someone's |somebody's |women's |so many )?li(?:fe|ves)\b",
        NOT_A_HERO,
        BLOCKED,
    ),
    Wording(
        "buyer as hero",
        r"(?:make|makes|made|making) (?:a|the|all the) (?:\w+ )?difference\b",
        NOT_A_HERO,
        {Kind.PRODUCT: WARN, Kind.EMAIL: WARN, Kind.PAGE: WARN},
    ),
    Wording(
        "buyer as hero",
        r"(?:fight(?:s|ing)?|end(?:s|ing)?|stop(?:s|ping)?) (?:against )?(?:human |sex |modern )?(?:trafficking|slavery|exploitation)\b|"
        r"by (?:buying|wearing|shopping|giving|choosing|carrying)\b(?: \w+){0,3},? you(?:'re| are| will|'ll| can)? (?:help|support|sav|fre|giv|chang|mak)(?:e|es|ing|port|ing)?\b",
        NOT_A_HERO,
        {Kind.PRODUCT: BLOCK, Kind.EMAIL: BLOCK, Kind.ALT_TEXT: BLOCK, Kind.STORY: WARN, Kind.PAGE: WARN},
    ),
    # Rescue, save, free
    Wording("rescue", r"rescu(?:e|es|ed|er|ers|ing)\b", NO_RESCUE, _matters(BLOCK, BLOCK) | {Kind.NOTE: WARN}),
    Wording("save", rf"sav(?:e|es|ed|ing) {SOMEBODY}", NO_SAVING, _matters(BLOCK, BLOCK) | {Kind.NOTE: WARN}),
    Wording("save", rf"{WHO} ?{WAS}saved\b(?! (?:up|in|on|here|for)\b)", NO_SAVING, BLOCKED_IN_COPY),
    Wording(
        "save", r"saved by (?:you|your|our|us|god|a|an|the|someone|strangers?|police)\b", NO_SAVING, BLOCKED_IN_COPY
    ),
    Wording(
        "save",
        r"sav(?:e|es|ed|ing) (?:her |him |them |us )?from (?:\w+ ){0,3}(?:slavery|trafficking|traffickers|prostitution|brothels?|exploitation|the streets?|poverty|death)\b",
        NO_SAVING,
        BLOCKED,
    ),
    Wording("save", r"(?:saviou?rs?|life[- ]saving purchase)\b", NO_SAVING, BLOCKED),
    Wording("free", rf"(?:fre(?:es|ed|eing)|liberat(?:e|es|ed|ing)) {SOMEBODY}", NO_RESCUE, WARNED),
    Wording(
        "free",
        r"(?:set|sets|setting) (?:her|him|them|women|girls|people|\w+ women) free\b|(?:was|were|be|been|being) set free\b",
        NO_RESCUE,
        WARNED,
    ),
    # Labels
    Wording(
        "slave",
        r"(?:(?:sex|modern|child|love)[- ])?slaves?\b|enslav(?:e|es|ed|ing|ement)\b|sex[- ]slavery\b",
        'It turns a person into what was done to her. Write "was made to work", "was held" or "forced labour".',
        BLOCKED_IN_COPY,
    ),
    Wording(
        "slave",
        r"(?:modern(?:[- ]day)? )?slavery\b",
        'It shouts. Outside the names of laws and organisations write "trafficking", "forced labour" or "debt bondage".',
        NAMING_SLAVERY,
    ),
    Wording(
        "victim",
        r"victim(?:s|hood|i[sz]ed|i[sz]es?|i[sz]ing)?\b(?! (?:support|identification|status|personal statement)\b)",
        'It makes one thing that happened the whole person. Write "people who were trafficked" or her own word.',
        BLOCKED_IN_COPY,
    ),
    Wording(
        "label",
        r"prostitut(?:e|es|ed)\b|hookers?\b|whores?\b|call[- ]girls?\b|fallen wom[ae]n\b",
        'It names a person by what was done to her. Write "was sold for sex" or "sold sex", and only where it is needed.',
        BLOCKED_IN_COPY,
    ),
    Wording(
        "label",
        rf"(?:broken|shattered|damaged|ruined|wasted|fallen|wretched) (?:\w+ )?(?:{PEOPLE}|heart|past|bod(?:y|ies)|spirits?|dreams?)\b|brokenness\b",
        HER_OWN_WORD,
        BLOCKED_IN_COPY,
    ),
    Wording(
        "label",
        rf"{WHO} ?(?:'s|was|were|is|are|felt|feels?|looked|had been) (?:\w+ )?(?:broken|shattered|ruined|worthless)\b"
        r"(?! (?:into|off|up|down|in|through)\b)",
        HER_OWN_WORD,
        _matters(WARN, WARN),
    ),
    Wording(
        "label",
        r"voiceless\b|(?:gives?|gave|giving|given|be|being) (?:her |him |them |women |survivors |people )?(?:a|back (?:a|her|their)|her|their) voice\b",
        "People have voices; it is a question of who listens. Say what she says.",
        BLOCKED_IN_COPY,
    ),
    Wording(
        "label",
        r"(?:helpless|powerless|defen[cs]eless|innocent (?:girls?|child(?:ren)?|wom[ae]n|victims?))\b",
        PLAINLY,
        WARNED,
    ),
    # Chains
    Wording(
        "chains",
        r"in (?:iron |heavy )?chains\b(?! of)|(?<!-)chained\b(?! stitch)|unchained\b|broken chains\b|break(?:s|ing)? (?:\w+ )?chains?\b|broke (?:\w+ )?chains?\b|"
        r"chains of (?:slavery|bondage|trafficking|debt|poverty|oppression)\b|(?:her|his|their|iron|heavy) (?:own |heavy |iron )?chains\b|shackle[sd]?\b|behind bars\b",
        "Chains are a picture that hides how people are held: by debt, papers, fear. Say which.",
        BLOCKED_IN_COPY,
    ),
    # Given hope, empowered
    Wording(
        "given hope",
        r"(?:g[ai]ves?|given|giving|brings?|brought|bringing|offers?|offered|offering|restor(?:e|es|ed|ing)|sew(?:s|n|ing)?|weav(?:e|es|ing))"
        r"(?: (?:her|him|them|women|girls|people|survivors|back|new|real|some|the gift of|fresh)){0,3} "
        r"(?:hope|freedom|(?:a )?(?:second chance|new (?:life|start)|future|reason to live)|(?:back )?(?:her|their) (?:dignity|freedom|future|li(?:fe|ves) back))\b",
        "Hope, dignity and a new life are nobody's gift. Say what was there: work, a wage, a room, a class.",
        BLOCKED_IN_COPY,
    ),
    Wording(
        "empower",
        r"empower(?:s|ed|ing|ment)?\b",
        "Power is not handed out by a shop. Say what people can do now: read a contract, sign for a flat, choose hours.",
        BLOCKED_IN_COPY,
    ),
    # Sensation
    Wording(
        "sensation",
        r"(?:horrif(?:ic|ying)|harrowing|unspeakable|unimaginable|heart-?(?:breaking|wrenching|rending)|living hell|hell on earth|"
        r"nightmarish|tragic(?:ally)?|dark(?:est)? (?:past|secrets?|world)|ordeals?|sold like|inspirational|from \w+ to triumph|"
        r"miraculous(?:ly)?|life[- ]changing)\b",
        PLAINLY,
        WARNED,
    ),
    Wording("sensation", r"sold into (?:\w+ )?(?:slavery|prostitution)\b", PLAINLY, BLOCKED_IN_COPY),
    Wording(
        "sensation",
        r"(?:chang(?:e|es|ed|ing)|transform(?:s|ed|ing)?) (?:women's |their |so many |people's )?lives\b",
        PLAINLY,
        WARNED,
    ),
    # Graphic violence
    Wording(
        "violence",
        r"(?:gang-?)?rap(?:e|ed|es|ing|ists?)\b|sexual(?:ly)? (?:\w+ )?(?:assault(?:s|ed|ing)?|abus(?:e|ed|es|ing)|violen(?:ce|t)|violated)\b|"
        r"molest(?:s|ed|ing)?\b|tortur(?:e|es|ed|ing|ers?)\b|beatings\b|stabb(?:ed|ing)\b|strangl(?:e|ed|es|ing)\b|mutilat(?:e|ed|ion|ing)\b|"
        r"murder(?:s|ed|ing|ers?)?\b|kill(?:s|ed|ers?)\b(?! time)|killing (?:her|him|them)\b|suicide\b|hang(?:ed)? (?:her|him|them)sel(?:f|ves)\b|"
        r"bloodied\b|bloody\b|blood-?stain(?:s|ed)?\b|(?:covered|soaked) in blood\b|corpses?\b|dead bod(?:y|ies)\b|at (?:gun|knife)-?point\b|"
        r"(?:gun|knife|blade) to (?:her|his|my|their)\b|cigarette burns?\b|burn(?:ed|t) (?:her|him|them) with\b|bruis(?:e|es|ed|ing)\b|"
        r"broke (?:her|his|my) (?:arms?|legs?|jaw|nose|ribs?|bones?|fingers?|wrists?)\b|(?:threw|thrown?) acid\b|acid (?:attack|was thrown)\b",
        NO_VIOLENCE,
        BESIDE_STORIES,
    ),
    Wording(
        "violence",
        r"(?:beat|beats|beating|beaten|hit|hits|hitting|slapped|slapping|punched|punching|kicked|kicking|whipped|whipping|choked|choking|"
        rf"burned|burnt|drugged|starved|starving) {HER}",
        NO_VIOLENCE,
        BESIDE_STORIES,
    ),
    Wording(
        "violence",
        rf"{WHO} ?{WAS}(?:\w+ )?(?:beaten|hit|slapped|punched|kicked|whipped|choked|burn(?:ed|t)|drugged|bleeding|starved)\b|{WHO} bled\b|"
        r"(?:beaten|kicked|burn(?:ed|t)|whipped) (?:by (?:her|his|the (?:men|man|owners?|guards?))|until|unconscious|every|daily)\b",
        NO_VIOLENCE,
        BESIDE_STORIES,
    ),
    # The way out
    Wording(
        "way out",
        r"(?:climb(?:ed|ing|s)?|jump(?:ed|ing|s)?|crawl(?:ed|ing|s)?|squeez(?:ed|ing|es?)|slipp(?:ed|ing)|got|escap(?:ed|ing|es?)|fled|ran|left|walked|sneaked|snuck|crept|broke)"
        r"(?: \w+){0,2}? (?:out of|out|over|through|by|from|onto|past|via|down|off)"
        r"(?: (?:of|over|through|the|a|an|her|his|their|back|open|side|small|high|first-floor|bathroom|toilet|kitchen|bedroom|attic|garden|garage)){1,5} "
        r"(?:windows?|walls?|fences?|roofs?|rooftops?|balcon(?:y|ies)|gates?|drain(?:s|pipe)?|sewers?|hedges?|doors?|fire escape|skylight|ladder|vents?|hatch|guards?|watchm[ae]n|checkpoint)\b",
        NO_METHOD,
        IN_STORIES,
    ),
    Wording(
        "way out",
        r"(?:hid|hides|hiding|hidden)(?: \w+){0,2} (?:in|under|behind|beneath|inside|among|between)(?: \w+){0,4} "
        r"(?:boot|trunk|lorr(?:y|ies)|trucks?|vans?|cars?|bus(?:es)?|trains?|carts?|rickshaw|sacks?|cupboard|wardrobe|laundry|toilets?|containers?|boats?|crates?|bushes|fields?|cargo)\b",
        NO_METHOD,
        IN_STORIES,
    ),
    Wording(
        "way out",
        r"forg(?:e|ed|es|ing)(?: \w+){0,3} (?:pass|passes|permits?|papers?|passports?|ids?|cards?|tickets?|documents?|letters?|signatures?|notes?)\b|forger(?:y|ies)\b|"
        r"(?:false|fake|borrowed|stolen|copied) (?:\w+ )?(?:pass|passes|permit|papers?|passports?|ids?|id cards?|identity cards?|tickets?|documents?|uniform|keys?)\b|"
        r"brib(?:e|ed|es|ing)\b|(?:paid|pay|paying)(?: off)? (?:the|a|one of the|her|his) (?:guards?|watchm[ae]n|police(?:man)?|officers?|smugglers?)\b",
        NO_METHOD,
        IN_STORIES,
    ),
    Wording(
        "way out",
        r"(?:took|caught|boarded|got on|jumped on|ran for) (?:a |the )?(?:night|last|first|overnight|next) (?:bus|train|boat|ferry|minibus|coach|lorry)\b",
        NO_METHOD,
        IN_STORIES,
    ),
    Wording("way out", r"(?:the|a) night (?:bus|train|boat|ferry)\b(?: at| from| to)", NO_METHOD, IN_STORIES),
    Wording(
        "way out",
        rf"(?:at|one|that|in the|by|during the|late at|late one|middle of the|under cover of) (?:night|dark|darkness|dawn),? (?:she|he|they|i) (?:\w+ )?{RAN}\b",
        NO_METHOD,
        IN_STORIES,
    ),
    Wording(
        "way out",
        rf"{RAN_AWAY}(?: \w+){{0,5}} (?:at night|in the (?:night|dark)|under cover of \w+|before dawn|at dawn|before (?:anyone|they) woke|while (?:\w+ ){{0,3}}(?:slept|sleeping|asleep|drunk|prayed|praying|away|out|ate|eating))\b",
        NO_METHOD,
        IN_STORIES,
    ),
    Wording(
        "way out",
        rf"(?:when|while|once|as|until) (?:the |her |his |their )?{OWNER} (?:\w+ )?(?:slept|(?:was|were|fell|lay) (?:asleep|drunk|sleeping|praying|out|away|eating)|prayed|left for|changed (?:over|shifts?))\b",
        NO_METHOD,
        IN_STORIES,
    ),
    Wording(
        "way out",
        r"(?:stole|copied|swiped|palmed)(?: \w+){0,3} keys?\b|(?:picked|broke|forced|smashed|sawed through|unscrewed) (?:the|a|her|his) (?:\w+ )?(?:locks?|padlock|window|bars|door|grille)\b|"
        r"(?:cut|sawed|filed)(?: through)? (?:the|a) (?:\w+ )?(?:fence|bars|wire|lock|rope|padlock)\b|knotted (?:bed ?)?sheets\b|rope of (?:\w+ )?(?:sheets|saris)\b",
        NO_METHOD,
        IN_STORIES,
    ),
    Wording(
        "way out",
        r"(?:told|tricked|fooled|distracted|begged) (?:the|a|one of the|her|his) guards?\b|jump(?:ed|ing) (?:out of|from|off)(?: \w+){1,3} (?:cars?|vans?|trucks?|lorry|train|boat|bus)\b|"
        r"disguis(?:e|ed|ing)\b|dressed (?:up )?(?:as|like) (?:a|an|the) (?:boy|man|woman|guards?|nurse|police)\b|pretend(?:ed|ing) to (?:sleep|faint|be (?:ill|sick|asleep|dead|a|someone|somebody))\b|"
        r"swam (?:across|ashore|to)\b|jumped (?:ship|overboard|off|from)\b|dug (?:\w+ ){0,2}(?:tunnel|under)\b|smuggl(?:e|ed|es|ing) (?:\w+ )?(?:her|him|them|out|across|over)\b|"
        r"sleeping (?:pills?|tablets?)\b|drugged (?:the|her|his) (?:\w+ )?(?:guards?|owners?|madam|captors?)\b",
        NO_METHOD,
        IN_STORIES,
    ),
)
