"""The words that the project ships: templates, the demonstration's data, articles. Each is read as what it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from storefront.style_guide.linting import Finding, Kind, lint
from storefront.style_guide.proportion import before_share

PROJECT = Path(__file__).parents[2]
TEMPLATES, DATA = "templates", "storefront/demo/data"
ARTICLES, HOUSE = "storefront/articles/texts", "storefront/pages/texts"
HIDDEN = "\u200b"  # takes the place of a tag inside a word, so that both halves are read as one

COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->|<(script|style)\b.*?</\1>", re.DOTALL)
JINJA = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
STRING = re.compile(r'"([^"\n]*)"')
TAG = re.compile(r"<[^<>]*>")
IN_LINE = re.compile(r"</?(?:a|abbr|b|bdi|cite|code|em|i|mark|q|s|small|span|strong|sub|sup|time|u)\b", re.IGNORECASE)
ALT = re.compile(r'\balt="([^"]*)"')
SAID = re.compile(r'\b(?:title|aria-label|placeholder|content)="([^"]*)"')
LINK = re.compile(r"\]\(<?([^()\s<>]+)")  # in Markdown
HREF = re.compile(r'\bhref="(?:\{\{[^}]*\}\})?([^"{}]*)"')


@dataclass(frozen=True, slots=True)
class Copy:
    """A text of a file. `line_of` turns a place in the text into a line of the file, from 1 on."""

    path: str
    text: str
    kind: Kind
    line_of: Callable[[int], int]
    links: tuple[str, ...] = ()
    before_share: float | None = None
    names: tuple[str, ...] = ()


def findings(project: Path = PROJECT) -> Iterator[tuple[str, int, Finding]]:
    """File, line and finding for everything that the project ships."""
    for copy in [*_templates(project), *_demonstration(project), *_articles(project), *_house(project)]:
        found = lint(copy.text, kind=copy.kind, before_share=copy.before_share, links=copy.links, names=copy.names)
        for finding in found:
            yield copy.path, copy.line_of(finding.start), finding


def _templates(project: Path) -> Iterator[Copy]:
    for file in sorted((project / TEMPLATES).rglob("*")):
        if file.suffix not in {".html", ".txt"}:
            continue
        source, path = file.read_text("utf-8"), str(file.relative_to(project))
        folders = file.relative_to(project / TEMPLATES).parts
        kind = Kind.EMAIL if "emails" in folders or file.stem == "email" else Kind.PAGE
        if "articles" in folders:
            kind = Kind.ARTICLE
        lines, links = _lines(source), tuple(HREF.findall(source))
        words = COMMENT.sub(_blank, source)
        words = JINJA.sub(_keep_sentences, words)
        for found in ALT.finditer(words):
            yield Copy(path, found[1], Kind.ALT_TEXT, _after(lines, found.start(1)))
        for found in SAID.finditer(words):
            yield Copy(path, found[1], kind, _after(lines, found.start(1)), links)
        yield Copy(path, TAG.sub(_without_tag, words), kind, lines, links)


def _demonstration(project: Path) -> Iterator[Copy]:
    for name, entries in (
        ("stories.json", _of_story),
        ("partners.json", _of_partner),
        ("products.json", _of_product),
        ("drawings/index.json", _of_drawing),
    ):
        file = project / DATA / name
        if file.exists():
            raw, path = file.read_text("utf-8"), str(file.relative_to(project))
            document = json.loads(raw)
            for kind, text, more in entries(document):
                yield Copy(path, text, kind, _line_in(raw, text), **more)


Entry = tuple[Kind, str, dict[str, Any]]


def _of_story(document: dict[str, Any]) -> Iterator[Entry]:
    for story in document["stories"]:
        kind = Kind.ARTICLE if story["kind"] == "enterprise" else Kind.STORY
        more = {"names": (story["display_name"],) if story["display_name"] else ()}
        share = before_share(story["text"], story["before_words"], story["now_words"])
        yield kind, story["text"], more | {"before_share": share}
        yield kind, story["title"], more
        if story["editor_note"]:
            yield Kind.NOTE, story["editor_note"], {}


def _of_partner(document: dict[str, Any]) -> Iterator[Entry]:
    for partner in document["partners"]:
        texts = [partner["tagline"], partner["summary"], partner["notice"], *partner["goods"], *partner["support"]]
        texts += [fact["claim"] for fact in partner["facts"]]
        yield from ((Kind.PAGE, text, {}) for text in texts)
        yield from ((Kind.NOTE, text, {}) for text in partner["editor_notes"])


def _of_product(document: dict[str, Any]) -> Iterator[Entry]:
    for product in document["products"]:
        texts = [product["name"], product["description"], product["technique"], product["notice"], *product["care"]]
        texts.append(product["price_breakdown"]["note"])
        yield from ((Kind.PRODUCT, text, {}) for text in texts)
    for shelf in [*document["categories"], *document["collections"]]:
        yield Kind.PRODUCT, shelf["name"], {}
        if "intro" in shelf:
            yield Kind.PRODUCT, shelf["intro"], {}


def _of_drawing(document: dict[str, Any]) -> Iterator[Entry]:
    yield from ((Kind.ALT_TEXT, drawing["alt"], {}) for drawing in document["files"])


def _articles(project: Path) -> Iterator[Copy]:
    """What stands between the two lines of dashes is data about the article; some of it is read on the page."""
    for file in sorted((project / ARTICLES).rglob("*.md")):
        raw, path = file.read_text("utf-8"), str(file.relative_to(project))
        about, body = _head_and_body(raw)
        links = (f"/{file.parent.name}/{file.stem}", *(f"/articles/{slug}" for slug in about.get("related", [])))
        links += tuple(LINK.findall(raw))
        yield Copy(path, body, Kind.ARTICLE, _after(_lines(raw), len(raw) - len(body)), links)
        for kind, text in _of_head(about):
            yield Copy(path, text, kind, _line_in(raw, text.strip("“”")), links)


def _house(project: Path) -> Iterator[Copy]:
    """The texts of the house; the name of a file is the address of its page."""
    for file in sorted((project / HOUSE).rglob("*.md")):
        raw, path = file.read_text("utf-8"), str(file.relative_to(project))
        about, body = _head_and_body(raw)
        links = (f"/{file.stem}", *LINK.findall(raw))
        yield Copy(path, body, Kind.PAGE, _after(_lines(raw), len(raw) - len(body)), links)
        for name in ("title", "summary"):
            yield Copy(path, about.get(name, ""), Kind.PAGE, _line_in(raw, about.get(name, "")), links)


def _head_and_body(raw: str) -> tuple[dict[str, Any], str]:
    if not (raw.startswith("---\n") and "\n---\n" in raw):
        return {}, raw
    head, body = raw[4:].split("\n---\n", 1)
    return yaml.safe_load(head) or {}, body


def _of_head(about: dict[str, Any]) -> Iterator[tuple[Kind, str]]:
    yield from ((Kind.ARTICLE, about[key]) for key in ("title", "summary") if key in about)
    yield from ((Kind.ARTICLE, note) for note in about.get("content_notes", []))
    yield from ((Kind.NOTE, entry["note"]) for entry in about.get("editor_notes", []))
    yield from ((Kind.NOTE, f"“{entry['title']}”") for entry in about.get("sources", []))  # words of others
    if "picture" in about:
        yield Kind.ALT_TEXT, about["picture"]["alt"]


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _keep_sentences(found: re.Match[str]) -> str:
    """A piece of Jinja as long as it was, with nothing left of it but what a page says by way of a macro."""
    kept = [" " if letter != "\n" else letter for letter in found[0]]
    for string in STRING.finditer(found[0]):
        if " " in string[1]:
            start, end = string.span(1)
            kept[start:end] = string[1]
            kept[start - 1] = kept[end] = "\n"  # a line of its own
    return "".join(kept)


def _without_tag(found: re.Match[str]) -> str:
    if IN_LINE.match(found[0]):
        return HIDDEN * len(found[0])
    return "\n\n" + " " * (len(found[0]) - 2)


def _lines(source: str) -> Callable[[int], int]:
    return lambda place: source.count("\n", 0, place) + 1


def _after(lines: Callable[[int], int], start: int) -> Callable[[int], int]:
    return lambda place: lines(start + place)


def _line_in(raw: str, text: str) -> Callable[[int], int]:
    """The line on which a text begins, for a text that stands in its file in another spelling."""
    written = json.dumps(text, ensure_ascii=False)[1:-1]
    at = max(raw.find(written), raw.find(text[:40]), 0)
    return lambda place: raw.count("\n", 0, at) + 1
