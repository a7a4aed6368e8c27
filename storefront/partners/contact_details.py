"""Finding addresses, numbers and names of accounts in a text that must hold none, also where they are disguised.

A first sieve: a person reads whatever it lets through.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

LONGEST_QUOTE = 40
FEWEST_DIGITS = 7  # of a telephone number; ITU-T E.164 allows 15

DIGIT_WORDS = {
    "0": "zero nought nil oh null shunya sunya shunno cero sero শূন্য शून्य", "1": "one ek eins ein uno un une এক एक",
    "2": "two do dui zwei zwo dos deux দুই दो", "3": "three teen tin drei tres trois তিন तीन",
    "4": "four char chaar vier cuatro quatre চার चार", "5": "five paanch panch pach funf cinco cinq পাঁচ पांच पाँच",
    "6": "six chhe chah chhoy choy sechs seis ছয় छह छः", "7": "seven saat sat shaat sieben siete sept সাত सात",
    "8": "eight aath aat ath acht ocho huit আট आठ", "9": "nine nau noy noi neun nueve neuf নয় नौ",
}  # fmt: skip

# Cyrillic and Greek letters that are drawn like Latin ones.
LOOK_ALIKES = str.maketrans("авекмнорстухіјѕԁԛԝһαβεικνορτυχω", "abekmhopctyxijsdqwhabeikvoptuxw")


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of the text, in plain letters, and what it looks like."""

    piece: str
    kind: str

    def __str__(self) -> str:
        return f"Please take out “{self.piece}”: it looks like {self.kind}."


def contact_details(text: str) -> list[Found]:
    """What somebody could be reached by, at most one of each kind. An empty list: nothing was found."""
    written = re.sub(r"\.(?=[A-Z][a-z])", ". ", _plain(text))  # a space forgotten after a sentence makes no address
    small = written.casefold().translate(LOOK_ALIKES)
    found = []
    for kind, search in SEARCHES.items():
        if piece := next(filter(None, map(search, (written, small, _joined(small)))), ""):
            found.append(Found(" ".join(piece.split())[:LONGEST_QUOTE], kind))
    return found


def _plain(text: str) -> str:
    """Full-width, circled and accented letters as plain ones, the digits of every script as ours, nothing unseen."""
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
        for letter in unicodedata.normalize("NFKD", text)
        if unicodedata.category(letter) not in {"Cf", "Me"} and not _is_accent(letter)
    )


def _is_accent(letter: str) -> bool:
    """A mark over a letter, but for the vowel signs of Bengali, Hindi and their neighbours: they make the word."""
    return unicodedata.category(letter) == "Mn" and not "\u0900" <= letter <= "\u0dff"


def _joined(text: str) -> str:
    """`g m a i l . c o m` as `gmail.com`: four or more single letters in a row."""
    spaced = r"(?<!\w)[^\W\d](?:[\s_*-]+(?:[^\W\d]|[.@])(?!\w)){3,}"
    return re.sub(spaced, lambda match: re.sub(r"[\s_*-]+", "", match[0]), text)


def _first(*patterns: str) -> Callable[[str], str]:
    """The first piece that fits any of the patterns, or nothing. Capitals in a pattern are meant."""
    compiled = [re.compile(pattern) for pattern in patterns]
    return lambda text: next((match[0] for pattern in compiled if (match := pattern.search(text))), "")


# Endings of web addresses; after a dot and no space they are one, be they words of a sentence or not.
_ENDINGS = (
    "(?:com|net|org|edu|gov|info|biz|io|app|dev|xyz|online|site|website|blog|shop|store|club|link|page|live|email|mobi|"
    "top|ly|gl|gd|cc|tv|fm|co|uk|de|fr|nl|ch|eu|es|pt|pl|se|dk|fi|cz|sk|hu|ro|bg|gr|ua|ru|us|ca|au|nz|bd|np|pk|lk|mm|"
    "th|kh|vn|io|ph|my|sg|hk|cn|jp|kr|za|ke|ng|br|mx|ar|in|it|me|is|at|be|to|no|so|am)"
)
_SAID_ENDINGS = "(?:com|org|net|edu|info|io|co|uk|de|fr|nl|bd|np)"

_email = _first(
    r"[\w.+-]+\s*@\s*[\w-]+\s*\.\s*\w+",
    r"[\w.+-]*\s*[(\[{<_]\s*(?:at|arroba|@|dot|punkt)\s*[)\]}>_]\s*\w*",
    rf"\b[\w.+-]+\s+(?:at|arroba)\s+[\w-]+\s*(?:\.|\bdot\b|\bpunkt\b)\s*{_SAID_ENDINGS}\b",
    r"\b(?:g\W?mail|googlemail|hotmail|yahoo(?!\s?!)|ymail|proton\W?mail|icloud|gmx|rediffmail|fastmail|tutanota)\b",
    r"\be-?mail me\b|\bmy e-?mail\b",
)
_web = _first(
    r"\bh(?:tt|xx)ps?\b\W{0,3}\S*",
    r"\bwww\b\W{0,3}\S*",
    rf"\b[a-z0-9][a-z0-9-]*\.(?:[a-z0-9-]+\.)*{_ENDINGS}\b",
    r"\b[a-z0-9][a-z0-9-]+\.[a-z]{2,}/\w\S*",
    rf"\b[a-z0-9-]+\s*\.\s+(?:com|org)\b|\b[a-z0-9-]+\s+\.\s?{_ENDINGS}\b",
    rf"\b[a-z0-9-]+\W{{1,3}}(?:dot|punkt|punto|ponto)\W{{1,3}}{_SAID_ENDINGS}\b",
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
)
_account = _first(
    r"@\s?\w[\w.]*|@",
    r"\b(?:insta(?:gram)?|facebook|fb|snap\s?chat|tik\s?tok|twitter|linkedin|youtube|pinterest|bluesky|mastodon)\b"
    r"(?:\W{1,3}\w+)?",
    r"\bmy (?:ig|discord)\b\W*\w*|\big\s?[:=]\s?\w+",
)
_messenger = _first(
    r"\b(?:what'?s\s?app|watsapp|wh?ats?ap|telegram|wechat|weixin|viber|kakao\s?talk|zalo|skype|discord|threema|"
    r"imessage)\b(?:\W{1,3}\w+)?",
    r"\b(?:on|via) (?:signal|imo|messenger|botim)\b|\bsignal (?:id|me)\b|\bsignal\s?:|\b(?:line|imo) id\b",
)
_NO_NAME = r"(?!(?:of|the|an?|in|on|at|for|to|and|or|is|my|your|our|this|that|with|from|years?|days?|weeks?)\b)"
_postal = _first(
    rf"\b\d{{1,5}}[a-z]?,?\s+(?:{_NO_NAME}[a-z][\w'.-]*\s+){{1,2}}"
    r"(?:street|road|avenue|boulevard|lane|strasse|sarani|marg|nagar)\b",
    r"\b\d{1,5}[A-Za-z]?,?\s+(?:[A-Z][\w'.-]+\s+){1,3}"
    r"(?:St|Rd|Ave|Ln|Blvd|Way|Place|Close|Court|Square|Drive|Terrace|Gardens|Crescent|Row|Hill)\b",
    r"\b\d{1,4},?\s+(?:rue|calle|rua)\s+[a-z]\w+",
    r"\b[a-z]{3,}(?:strasse|gasse)\s+\d{1,4}\b",
    r"\b(?:street|road|avenue|lane|strasse|str\.)\s*(?:no\.?|nr\.?|number)?\s*\d{1,5}\b",
    r"\b(?:house|flat|apartment|apt|plot|door)\s*(?:no\b|number|nr|#)\.?\s*\d+",
    r"\bp\.?\s?o\.?\s?box\s*\d+",
    r"\b(?:post\s?code|postal code|zip code|pin code|plz)\D{0,12}\d{4,6}\b|\b(?:zip|pin)\W{0,3}\d{5,6}\b",
    r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b",  # SW1A 1AA
    r"\b[A-Z]{2},? \d{5}(?:-\d{4})?\b",  # OH 45202
)
_payment = _first(
    r"\b(?:pay\s?pal|venmo|cash\s?app|b\s?kash|nagad|paytm|phone\s?pe|g\s?pay|google pay|upi|zelle|revolut|"
    r"western union|moneygram|patreon|ko-fi|go\s?fund\s?me|iban)\b(?:\W{1,3}\w+)?",
    r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b",  # an IBAN
    r"\bbc1[a-z0-9]{25,60}\b|\b[13](?=\w*\d)(?=\w*[a-zA-Z])[a-km-zA-HJ-NP-Z1-9]{25,60}\b|\b0x[0-9a-f]{40}\b",
    r"(?<!\w)\$[a-zA-Z]\w{2,}",
    r"\b(?:account|a/c|card)\s*(?:no|number|nr)\b\W*\d+",
)

_SAID = {unicodedata.normalize("NFKD", word): digit for digit, words in DIGIT_WORDS.items() for word in words.split()}
_TIMES = {"double": 2, "triple": 3}
_SAID_DIGIT = re.compile(r"\b(?:(double|triple)\W+)?(" + "|".join(sorted(_SAID, key=len, reverse=True)) + r"|\d)(?!\w)")
_RUN = re.compile(r"\+?\d(?:(?:[\W_]|\b(?:and|then|dash|space|minus|plus|dot|point)\b){0,6}\d)*")
_CURRENCY = r"(?:[$€£₹৳¥]|\b(?:usd|eur|gbp|inr|bdt|rs|tk|dollars?|euros?|pounds?|rupees?|taka)\b\.?)"
_AMOUNT = r"[1-9](?:\d{0,4}|\d{0,2}(?:,\d{2,3}){1,2})(?:[.,]\d{2})?"
_NO_NUMBER_TO_CALL = re.compile(
    rf"{_CURRENCY}\s?{_AMOUNT}(?!\d)|(?<![\d+])\b{_AMOUNT}\s?{_CURRENCY}"
    r"|(?<![\d,.-])[1-9]\d{0,2}(?:,\d{2,3})*,000(?![\d,])"
    r"|(?<![\d./-])(?:\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2(?:19|20)\d\d)(?![\d/-]|\.\d)",
    re.IGNORECASE,
)


def _telephone(text: str) -> str:
    """Seven digits or more in a row, however they are written and whatever signs stand between them."""
    text = _NO_NUMBER_TO_CALL.sub("…and…", text)
    for said in (text, _in_digits(text)):
        for match in _RUN.finditer(said):
            if sum(letter.isdigit() for letter in match[0]) >= FEWEST_DIGITS and not _is_counting(match[0]):
                return match[0]
    called = re.search(
        r"\b(?:tel|telephone|phone|mobile|cell|call|ring|text|sms|dial)\b\D{0,20}(\d[\d .-]{3,}\d)", text
    )
    return called[1] if called else ""


def _in_digits(text: str) -> str:
    """`double seven oh one` and `o17` as digits."""
    digits = _SAID_DIGIT.sub(lambda match: _SAID.get(match[2], match[2]) * _TIMES.get(match[1] or "", 1), text)
    return re.sub(r"(?<=\d)o|o(?=\d)", "0", digits)


def _is_counting(run: str) -> bool:
    """Years; numbers that rise or fall in even steps, as rows and sizes do; and a short list with commas."""
    digits = re.findall(r"\d+", run)
    numbers = [int(piece) for piece in digits]
    if all(len(piece) == 4 and 1900 <= int(piece) <= 2100 for piece in digits):
        return True
    if any(len(piece) > 3 or (len(piece) > 1 and piece[0] == "0") for piece in digits):
        return False
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    is_list = 1 < len(numbers) <= 5 and re.fullmatch(r"\d+(?:(?:, |,? and )\d+)+", run) is not None
    return len(numbers) > 2 and (is_list or (len(steps) == 1 and steps != {0}))


SEARCHES: dict[str, Callable[[str], str]] = {
    "an e-mail address": _email,
    "a web address": _web,
    "a telephone number": _telephone,
    "a name in a social network": _account,
    "a messenger": _messenger,
    "a postal address": _postal,
    "a way to pay": _payment,
}
