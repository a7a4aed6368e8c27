"""Markdown as it is shown in the reading rooms: no HTML of the writer's, and only the few tags that a text needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from storefront.articles.models import Article

TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "em", "strong", "a", "blockquote", "code", "br"}
ATTRIBUTES: dict[str, set[str]] = {"a": {"href", "rel"}, "ol": {"start"}, "*": set()}
SCHEMES = {"http", "https"}
FOREIGN = "noopener nofollow noreferrer"
OURS = re.compile(r"[/#](?!/)")
REFERENCE = re.compile(r"\[([1-9][0-9]?)\](?!\()")


@dataclass(frozen=True, slots=True)
class Source:
    """One line of the list of sources. `url` is none for what is not on the web; dates are in words."""

    title: str
    publisher: str
    url: str | None
    date: str | None
    accessed: str | None
    access_note: str | None


@dataclass(frozen=True, slots=True)
class Note:
    date: str
    html: Markup


def body(article: Article) -> Markup:
    """The text of a page; its headings begin at the second rank, `[1]` leads to the first of its sources."""
    return markdown(article.body, sources=len(article.sources))


def markdown(text: str, *, sources: int = 0) -> Markup:
    """Markdown as HTML; `sources` is how many sources `[1]` and the like may lead to."""
    return _clean(_markdown.render(text, {"sources": sources}))


def notes(article: Article) -> list[Note]:
    return [
        Note(in_words(note.get("date")) or "", _clean(_markdown.renderInline(str(note.get("note") or ""), {})))
        for note in article.editor_notes
    ]


def sources(listed: Sequence[dict[str, Any]]) -> list[Source]:
    """Sources as they are shown. An address that is not on the web is not made a link."""
    return [
        Source(
            title=str(source.get("title") or source.get("publisher") or "Source"),
            publisher=str(source.get("publisher") or ""),
            url=url if (url := str(source.get("url") or "")).startswith(("https://", "http://")) else None,
            date=in_words(source.get("date")),
            accessed=in_words(source.get("accessed")),
            access_note=source.get("access_note") or None,
        )
        for source in listed
    ]


def in_words(given: Any) -> str | None:
    """`2014-05-29` reads "29 May 2014", `2017-09` "September 2017", and `2018` stays as it is."""
    if not given:
        return None
    year, *rest = str(given).split("-")
    try:
        day = date(int(year), *(int(part) for part in [*rest, "1", "1"][:2]))
    except ValueError:
        return str(given)
    return [year, f"{day:%B %Y}", f"{day.day} {day:%B %Y}"][min(len(rest), 2)]


def _clean(html: str) -> Markup:
    cleaned = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)
    return Markup(cleaned.strip())  # noqa: S704


def _refer(state: StateInline, silent: bool) -> bool:
    """`[2]` becomes a link to the second source, if there is one."""
    found = REFERENCE.match(state.src, state.pos)
    if found is None or int(found[1]) > state.env.get("sources", 0):
        return False
    if not silent:
        state.push("link_open", "a", 1).attrs = {"href": f"#source-{found[1]}"}
        state.push("text", "", 0).content = found[0]
        state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


def _lower_headings(state: StateCore) -> None:
    """The first rank belongs to the title of the page."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(4, max(2, int(token.tag[1])))}"


def _open_link(
    renderer: RendererHTML, tokens: Sequence[Token], position: int, options: OptionsDict, env: EnvType
) -> str:
    if not OURS.match(str(tokens[position].attrs.get("href", ""))):
        tokens[position].attrSet("rel", FOREIGN)
    return renderer.renderToken(tokens, position, options, env)


_markdown = MarkdownIt("commonmark", {"html": False}).disable(["image", "reference"])
_markdown.inline.ruler.before("link", "refer", _refer)
_markdown.core.ruler.push("lower_headings", _lower_headings)
_markdown.add_render_rule("link_open", _open_link)
