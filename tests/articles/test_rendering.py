"""What somebody wrote comes out as a text and as nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from storefront.articles import rendering
from storefront.articles.models import Article

SCRIPT = "<script>alert(1)</script>"
FOREIGN = 'rel="noopener nofollow noreferrer"'


def html(body: str, sources: int = 0) -> str:
    return str(rendering.body(Article(body=body, sources=[{"title": "A report"}] * sources)))


@pytest.mark.parametrize(
    "body",
    [
        SCRIPT,
        "<img src=x onerror=alert(1)>",
        "a <b onclick=alert(1)>b</b>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](&#106;avascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "![a](https://elsewhere.example/pixel.png)",
        "<javascript:alert(1)>",
        "[a]: javascript:alert(1)\n\n[a]",
        '[a](https://b.example "x\\" onmouseover=alert(1)")',
        "<a href='javascript:alert(1)'>a</a>",
        "<!-- --><style>*{display:none}</style>",
        "```html\n<script>alert(1)</script>\n```",
        "<svg/onload=alert(1)>",
        '[a](vbscript:x) <https://ok.example/"onmouseover=alert(1)>',
    ],
)
def test_nothing_written_can_act(body: str) -> None:
    import html.parser

    seen: list[tuple[str, dict[str, str | None]]] = []

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: Any) -> None:
            seen.append((tag, dict(attrs)))

    Reader().feed(str(rendering.body(Article(body=body, sources=[]))))
    assert {tag for tag, _ in seen} <= rendering.TAGS
    for tag, attributes in seen:
        assert set(attributes) <= ({"href", "rel"} if tag == "a" else set())
        assert str(attributes.get("href", "https://")).startswith(("https://", "http://", "/", "#"))


def test_headings_begin_below_the_title() -> None:
    assert (
        html("# One\n\n## Two\n\n### Three\n\n###### Six") == "<h2>One</h2>\n<h2>Two</h2>\n<h3>Three</h3>\n<h4>Six</h4>"
    )


def test_links_to_others_tell_them_nothing() -> None:
    assert html("[a](https://other.example/x)") == f'<p><a href="https://other.example/x" {FOREIGN}>a</a></p>'
    assert html("[a](/articles/b)") == '<p><a href="/articles/b">a</a></p>'
    for elsewhere in ("//evil.example", "/\\evil.example"):
        out = html(f"[a]({elsewhere})")
        assert FOREIGN in out or "%5C" in out


def test_a_number_leads_to_its_source() -> None:
    assert html("Said [1][2].", sources=2) == ('<p>Said <a href="#source-1">[1]</a><a href="#source-2">[2]</a>.</p>')


def test_a_number_without_a_source_stays_what_it_is() -> None:
    assert html("Said [3] and [0].", sources=2) == "<p>Said [3] and [0].</p>"


def test_a_link_whose_words_are_a_number_is_a_link() -> None:
    assert html("[1](/articles/b)", sources=1) == '<p><a href="/articles/b">1</a></p>'


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("2014-05-29", "29 May 2014"),
        ("2017-09", "September 2017"),
        ("2018", "2018"),
        ("spring 2018", "spring 2018"),
        ("2018-13", "2018-13"),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_said_as_far_as_it_is_known(given: str | None, said: str | None) -> None:
    assert rendering.in_words(given) == said


def test_a_source_is_a_link_only_on_the_web() -> None:
    listed = [{"title": "a", "url": url} for url in ("javascript:alert(1)", "https://b.example", None)]
    assert [source.url for source in rendering.sources(listed)] == [None, "https://b.example", None]


def test_a_source_of_which_little_is_known_is_still_listed() -> None:
    [source] = rendering.sources([{}])
    assert (source.title, source.publisher, source.date) == ("Source", "", None)


def test_notes_may_link_and_do_nothing_else() -> None:
    [note] = rendering.notes(
        Article(editor_notes=[{"date": "2026-11-24", "note": f"See [b](/articles/b). {SCRIPT}"}], sources=[])
    )
    assert note.date == "24 November 2026"
    assert str(note.html) == 'See <a href="/articles/b">b</a>. &lt;script&gt;alert(1)&lt;/script&gt;'
