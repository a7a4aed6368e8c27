"""What the project ships is linted as it stands, and a block fails the check."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from storefront.style_guide.__main__ import main
from storefront.style_guide.findings import Severity
from storefront.style_guide.linting import before_share
from storefront.style_guide.shipped import DATA, PROJECT, findings

ARTICLE = "storefront/articles/texts/articles/one.md"
HOUSE = "storefront/pages/texts/one.md"
STORIES = json.loads((PROJECT / DATA / "stories.json").read_text("utf-8"))["stories"]


def write(project: Path, name: str, text: str) -> None:
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text(text, "utf-8")


def test_nothing_that_is_shipped_is_blocked() -> None:
    blocked = [(path, line, found.words) for path, line, found in findings() if found.severity is Severity.BLOCK]
    assert blocked == []


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["slug"])
def test_no_shipped_story_is_mostly_about_the_time_before(story: dict[str, object]) -> None:
    assert before_share(story["text"], story["before_words"], story["now_words"]) <= 0.35  # type: ignore[arg-type]


def test_the_command_needs_no_settings_and_fails_on_a_disputed_name(tmp_path: Path) -> None:
    write(tmp_path, ARTICLE, "---\ntitle: One\nrelated: [what-kantha-is]\n---\n\nA line.\n\nSomaly Mam wrote it.\n")
    command = [sys.executable, "-m", "storefront.style_guide", str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(f"{ARTICLE}: 8: block: Somaly Mam: What Somaly Mam has told is disputed.")


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: One\nrelated: [disputed-accounts]\n---\nSomaly Mam wrote it.\n",
        "---\ntitle: One\n---\nSomaly Mam wrote it, see [the note](/articles/disputed-accounts).\n",
    ],
)
def test_with_a_link_the_command_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    write(tmp_path, ARTICLE, text)
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("templates/a/page.html", "{% block main %}\n<p>You <b>saved</b> her.</p>", 2, "You saved her"),
        ("templates/a/page.html", "<p>She was res<em>cued</em>.</p>", 1, "rescued"),
        ("templates/a/page.html", '\n<img alt="Broken chains" src="x">', 2, "Broken chains"),
        ("templates/a/page.html", '{{ empty("Nothing", "She was rescued.") }}', 1, "rescued"),
        ("templates/a/page.html", '<a href="/" title="Our rescue">x</a>', 1, "rescue"),
        ("templates/a/emails/thanks.txt", "\n\nThanks to you.", 3, "Thanks to you"),
        (ARTICLE, "---\ntitle: The rescue\n---\nText", 2, "rescue"),
        (
            ARTICLE,
            "---\ntitle: T\nsummary: >\n  Victims\neditor_notes:\n  - note: Somaly Mam\n---\nText",
            6,
            "Somaly Mam",
        ),
        (ARTICLE, "---\ntitle: T\nsources:\n  - title: Somaly Mam resigns\n---\nText", 4, "Somaly Mam"),
        (ARTICLE, "---\ntitle: T\npicture: {alt: A slave in a room}\n---\nText", 3, "slave"),
        (HOUSE, "---\ntitle: T\nsummary: S\n---\n\n## Who\n\nYou saved her.\n", 8, "You saved her"),
        (HOUSE, "---\ntitle: The rescue\nsummary: S\n---\nText", 2, "rescue"),
    ],
)
def test_each_kind_of_copy_is_read(tmp_path: Path, name: str, text: str, line: int, words: str) -> None:
    write(tmp_path, name, text)
    blocked = [one for one in findings(tmp_path) if one[2].severity is Severity.BLOCK]
    assert [(path, at, found.words.replace("\u200b", "")) for path, at, found in blocked] == [(name, line, words)]


@pytest.mark.parametrize(
    "text",
    [
        "{# the rescue #}<!-- rescue --><script>rescue()</script>",
        '{% if rescue %}{{ rescue|save("rescue") }}{% endif %}<p class="rescue">Tea</p>',
        "<p>What it gave</p><p>Hope is a flower</p>",
        '<p>Somaly Mam, <a href="/articles/disputed-accounts">a note</a></p>',
        '{{ link("/rescue/her") }}',
    ],
)
def test_what_no_reader_sees_is_not_read(tmp_path: Path, text: str) -> None:
    write(tmp_path, "templates/a/page.html", text)
    assert list(findings(tmp_path)) == []


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("stories.json", lambda data: data["stories"][0].update(text=data["stories"][0]["text"] + "\n\nShe climbed out of the window.")),
        ("stories.json", lambda data: data["stories"][0].update(title="Rescued")),
        ("stories.json", lambda data: data["stories"][0].update(text="She lives in Kolkata.")),
        ("partners.json", lambda data: data["partners"][0].update(summary="We rescue people.")),
        ("partners.json", lambda data: data["partners"][0]["facts"][0].update(claim="It empowers women.")),
        ("products.json", lambda data: data["products"][0].update(description="Every bag frees a woman.")),
        ("products.json", lambda data: data["collections"][0].update(intro="Rescued cloth")),
        ("drawings/index.json", lambda data: data["files"][0].update(alt="A victim")),
    ],
)  # fmt: skip
def test_the_demonstration_is_read(tmp_path: Path, file: str, change: object) -> None:
    data = json.loads((PROJECT / DATA / file).read_text("utf-8"))
    write(tmp_path, f"{DATA}/{file}", json.dumps(data))
    assert [one for one in findings(tmp_path) if one[2].severity is Severity.BLOCK] == []
    change(data)  # type: ignore[operator]
    write(tmp_path, f"{DATA}/{file}", json.dumps(data))
    assert len([one for one in findings(tmp_path) if one[2].severity is Severity.BLOCK]) == 1
