"""Markdown to HTML for what people write: no HTML of theirs, no pictures, no scripts."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_plain = MarkdownIt("commonmark", {"html": False, "typographer": False}).disable(
    ["image", "link", "autolink", "reference", "heading", "lheading", "code", "fence", "html_block", "html_inline"]
)
PLAIN_TAGS = {"p", "em", "strong", "ul", "ol", "li", "blockquote", "br", "hr"}


def plain(text: str) -> Markup:
    """Paragraphs, emphasis, lists and quotations; anything else is shown as the letters that were written."""
    return Markup(nh3.clean(_plain.render(text), tags=PLAIN_TAGS, attributes={}))  # noqa: S704
