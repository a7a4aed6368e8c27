"""Ages, dates and the other small facts that, put together, tell who somebody is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from storefront.style_guide.reading import Reading

OF_AGE = 18

ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth "
    "seventeenth eighteenth nineteenth twentieth thirtieth"
).split()
NUMBERS = {word: at for at, word in enumerate(ONES, 1)} | {word: 10 * at for at, word in enumerate(TENS, 2)}
PLACES_IN_ORDER = {word: at for at, word in enumerate(ORDINALS, 1)} | {"thirtieth": 30}

NUMBER = rf"(?:\d{{1,2}}|(?:{'|'.join(TENS)})(?:[- ](?:{'|'.join(ONES[:9])}))?|{'|'.join(reversed(ONES))})"
IN_ORDER = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)|(?:{'|'.join(TENS)})-(?:{'|'.join(ORDINALS[:9])})|{'|'.join(reversed(ORDINALS))})"
)
TEEN = r"(?:1[3-7]|thirteen|fourteen|fifteen|sixteen|seventeen)"  # smaller numbers may be the time of day
NO_CLOCK = r"(?![:.]\d| ?(?:a\.?m|p\.?m)\b| o'clock| in the (?:morning|evening|afternoon)| at night)"
# What may follow an age: "she was nine", but not "she was nine weeks on the road".
THEN = r"(?=[.,;:!?)\"\n]|$| (?:when|and|but|or|at the time|years|yrs|in those|that|then|as|before|while|if|going on)\b)(?![:.,]\d)"

AGE = re.compile(
    rf"\b(?P<a>{NUMBER})[- ](?:years?|yrs?)[- ](?:olds?\b|of age\b)"
    rf"|\b(?:aged?|age of|ages of)(?: about| around| only| just)? (?P<b>{NUMBER})\b(?!\d|[:.,]\d)"
    rf"|\b(?:child|girl|boy|kid|bride|daughter|son) of (?P<c>{NUMBER})\b(?! (?:years?|months?|weeks?|days?) (?:of|in)\b)"
    r"|\b(?:she|he|i|who|girl|boy|child|daughter|son|brother|sister)(?:'s| was| is| am|'d been| had been| has been| had just turned| turned)"
    rf"(?: (?:only|just|barely|about|around|nearly|almost|still|then|maybe|perhaps|not yet|at most)){{0,3}} (?P<d>{NUMBER}){THEN}"
    rf"|\bturned (?P<e>{NUMBER}){THEN}"
    rf"|\b(?:sold|married|taken|trafficked|orphaned|engaged|betrothed)(?: off| away)? (?:at|when) (?P<f>{NUMBER})\b{NO_CLOCK}"
    rf"|\b(?:at|from|by|until|till) (?P<g>{TEEN})(?:{THEN}|(?= (?:she|he|i|they)\b)){NO_CLOCK}"
    rf"|\b(?P<h>{TEEN}),? when (?:she|he|i|they)\b"
    rf"|\b(?:sister|brother|son|daughter|niece|nephew|girl|boy|child), (?P<j>{NUMBER}),(?! \w+,)"
    r"|\b(?:under|below)(?: the age of)? (?P<i>18|eighteen)\b"
)
NAMED_AGE = re.compile(
    rf"\b(?!(?:It|There|That|This|Today|Lunch|Work|Time)\b)[A-Z][a-z]{{1,30}}+ (?:was|is|turned)(?: only| just| barely| about| nearly| still)? (?P<a>{NUMBER}){THEN}"
)
BIRTHDAY = re.compile(rf"\b(?P<a>{IN_ORDER}) (?:birthday|year of (?:her|his|my) life)\b")
YOUNG = re.compile(
    r"\b(?:teenage(?:d|rs?)?|(?:(?:early|late|mid)[- ])?teens|schoolgirls?|schoolboys?|under-?aged?|child (?:brides?|marriages?|soldiers?|labou?r(?:ers?)?))\b"
)
CHILDHOOD = re.compile(
    r"\b(?:as|while still|when (?:she|he|i) was(?: still| only| just)?) a (?:small |little |young )?(?:child|girl|boy|kid|baby)\b(?! of)"
    rf"|\b(?:in|left|after|until|finished|failed) (?:class|grade|standard) {NUMBER}{THEN}"
)
BORN = re.compile(r"\bborn (?:in|on|before|after|around) (?:\w+ ){0,4}?(?:19|20)\d\d\b")

MONTH = r"(?:january|february|april|june|july|august|september|october|november|december|jan|feb|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?"
ANY_MONTH = rf"(?:{MONTH}|march\b|may\b|mar\b\.?)"
DAY = rf"(?:[0-3]?\d(?:st|nd|rd|th)?|(?:twenty|thirty)-(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|{'|'.join(reversed(ORDINALS))})"
YEAR = r"(?:19|20)\d\d"
DATE = re.compile(
    rf"\b(?:the )?{DAY}(?: day)?(?: of (?P<a>{ANY_MONTH})|[ -]{MONTH}|[ -]{ANY_MONTH},?[ -]{YEAR}\b)(?:,? {YEAR}\b)?"
    rf"|\b{MONTH} (?:the )?{DAY}\b(?!\d)(?:,? {YEAR}\b)?"
    rf"|\b{ANY_MONTH} {DAY},? {YEAR}\b"
    rf"|\b\d{{1,2}}[./-]\d{{1,2}}[./-](?:{YEAR}|\d\d)\b|\b{YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}}\b"
    r"|\bon the \d{1,2}(?:st|nd|rd|th)(?=[.,;!?\n]|$)"
    r"|\b(?:christmas(?: day| eve)?|new year's (?:day|eve)|diwali|holi|eid(?: al-\w+)?|durga puja|kali puja|valentine's day|easter(?: sunday)?|"
    rf"pohela boishakh|pchum ben|dashain|tihar)(?: of| in|,)? {YEAR}\b"
)
WITH_CAPITAL = re.compile(
    r"\b(?:\d{1,2}(?:st|nd|rd|th)? (?:May|March|MAY|MARCH)|(?:May|March|MAY|MARCH) (?:the )?\d{1,2}(?:st|nd|rd|th)?)\b(?!\d)"
)

RELATIVE = r"(?:father|mother|husband|wife|parents?|brothers?|sisters?|uncles?|aunts?|grand(?:father|mother|parents)|family|in-laws)"
TRADE = (
    r"(?:fisher(?:man|men|folk)|farm(?:er|ers|hands?)|rickshaw(?: \w+)?|drivers?|teachers?|headm(?:aster|istress)|tailors?|weavers?|potters?|priests?|imams?|"
    r"tea[- ](?:pickers?|pluckers?|stall)|labourers?|carpenters?|soldiers?|police(?:man|men)?|shopkeepers?|boatm[ae]n|barbers?|cobblers?|blacksmiths?|"
    r"goldsmiths?|butchers?|midwi(?:fe|ves)|miners?|sharecroppers?|bricklayers?|masons?|doctors?|nurses?|clerks?|drummers?|musicians?|cooks?|bakers?|guards?|"
    r"brick(?:s| kiln)?|kilns?|shop|fields|sweets?|bus|lorry|taxi|boat)"
)
LANGUAGE = (
    r"(?:bengali|bangla|hindi|urdu|nepali|sylheti|chittagonian|santali|santhali|khmer|thai|lao|vietnamese|punjabi|pashto|sindhi|saraiki|balochi|burmese|"
    r"rohingya|tamil|telugu|odia|oriya|assamese|maithili|bhojpuri|tamang|tharu|twi|ewe|yoruba|igbo|edo|hausa|swahili|amharic|tigrinya|polish|romanian|"
    r"bulgarian|albanian|lithuanian|latvian|russian|ukrainian|hungarian|romani|mandarin|cantonese|tagalog|malayalam|marathi|gujarati|kannada)"
)
REGION = (
    r"(?:west bengal|bengal|bihar|jharkhand|odisha|orissa|assam|uttar pradesh|andhra pradesh|telangana|tamil nadu|kerala|karnataka|maharashtra|rajasthan|"
    r"gujarat|punjab|haryana|chhattisgarh|madhya pradesh|manipur|mizoram|nagaland|tripura|meghalaya|sindh|balochistan|khyber pakhtunkhwa|terai|tarai|"
    r"rakhine|shan state|isaan|isan|chittagong hill tracts|(?:north|south|east|west)(?:ern|-east(?:ern)?|-west(?:ern)?)? (?:of )?"
    r"(?:india|nepal|bangladesh|pakistan|cambodia|thailand|england|bengal|ghana|nigeria|vietnam|myanmar|poland|romania)|"
    r"from the (?:north|south|east|west|hills|coast|delta|border|islands?|mountains|far (?:north|south|east|west)))"
)
COUNT = rf"(?:{NUMBER}|several|many|only|twin|eldest|oldest|youngest|middle|second|third)"

CLUES: dict[str, re.Pattern[str]] = {
    "a time": re.compile(
        rf"\b(?:(?:{ANY_MONTH}|spring|summer|autumn|winter),?(?: of)? )?(?:in |since |until |by )?{YEAR}\b(?! (?:pieces|dollars))"
    ),
    "children or siblings": re.compile(
        rf"\b(?:{COUNT}|her|his|their|my)(?: (?:small|little|young|younger|elder|older|baby|own)){{0,2}} (?:sons?|daughters?|twins)\b(?!-in-law)"
        rf"|\b{COUNT}(?: (?:small|little|young|younger|elder|older)){{0,2}} (?:brothers?|sisters?|siblings|children|kids)\b(?!-in-law)"
        rf"|\b(?:mother|father|one) of {NUMBER}\b(?! (?:of|the|them))|\b(?:eldest|youngest|first-?born|only child)\b"
    ),
    "a region": re.compile(rf"\b{REGION}\b"),
    "a relative's work": re.compile(
        rf"\b{RELATIVE}(?: (?:was|is|were|are|had been|worked|works|drove|drives|ran|runs|owned|kept|sold|fished|farmed|pulled|made|makes)\b)"
        rf"(?: \w+){{0,3}} {TRADE}\b|\b(?:daughter|son|wife|widow|child|children|family) of (?:a |an |the )?(?:\w+ )?{TRADE}\b|"
        rf"\b(?:from )?a (?:\w+ )?famil(?:y|ies) of (?:\w+ )?{TRADE}\b|\b{RELATIVE} (?:fished|farmed|taught|drove|preached)\b"
    ),
    "a language": re.compile(rf"\b{LANGUAGE}\b|\b(?:dialects?|accent|mother tongue)\b"),
    "a mark on the body": re.compile(
        r"\b(?:scars?|scarred|tattoo(?:s|ed)?|birthmarks?|a limp|limps|stammers?|stutters?|(?:missing|lost) (?:a |an |her |his )?(?:\w+ )?(?:fingers?|toes?|tooth|teeth|eye|leg|arm|hand))\b"
    ),
}


class Age(NamedTuple):
    start: int
    end: int
    under_age: bool


def ages(reading: Reading) -> Iterator[Age]:
    """Every age that is said of somebody, in folded letters."""
    for pattern, text in ((AGE, reading.lower), (NAMED_AGE, reading.folded)):
        for found in pattern.finditer(text):
            said = found[found.lastgroup or 0]
            under = found.lastgroup == "i" or _number(said) < OF_AGE
            yield Age(*found.span(), under)
    for found in BIRTHDAY.finditer(reading.lower):
        yield Age(*found.span(), _number(found["a"]) <= OF_AGE)
    for found in YOUNG.finditer(reading.lower):
        yield Age(*found.span(), True)


def dates(reading: Reading) -> Iterator[tuple[int, int]]:
    """Every date with its day, in folded letters."""
    for pattern, text in ((DATE, reading.lower), (WITH_CAPITAL, reading.folded)):
        for found in pattern.finditer(text):
            yield found.span()


def clues(reading: Reading, *, said_ages: list[Age], days: list[tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """The first clue of each kind, in folded letters, in the order in which they stand; ages and dates are at hand."""
    first: dict[str, tuple[int, int]] = {}
    if said_ages:
        first["an age"] = min(said_ages)[:2]
    if days:
        first["a time"] = min(days)
    for kind, pattern in CLUES.items():
        if kind not in first and (found := pattern.search(reading.lower)):
            first[kind] = found.span()
    return dict(sorted(first.items(), key=lambda clue: clue[1]))


def _number(said: str) -> int:
    digits = re.match(r"\d+", said)
    if digits:
        return int(digits[0])
    parts = re.split(r"[- ]", said.lower())
    return sum(NUMBERS.get(part) or PLACES_IN_ORDER.get(part, 0) for part in parts)
