"""The form of an editor's page as a browser would send it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from werkzeug.datastructures import MultiDict

from tests.admin.people import SAME, Staff, anew


def form_of(page: str) -> MultiDict[str, Any]:
    """Everything that the page's first editor's form would send as it stands, by its nameless button."""
    form = re.search(r"<form[^>]*data-autosave.*?</form>", page, re.DOTALL)
    assert form, page
    sent: MultiDict[str, Any] = MultiDict()
    fields = r"<input[^>]*>|<textarea[^>]*>.*?</textarea>|<select[^>]*>.*?</select>"
    for tag in re.findall(fields, form[0], re.DOTALL):
        name = re.search(r'name="([^"]+)"', tag)
        if not name or 'type="file"' in tag or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        sent.add(name[1], _value(tag))
    return sent


def _value(tag: str) -> str:
    if tag.startswith("<textarea"):
        body = re.search(r"<textarea[^>]*>\r?\n?(.*?)</textarea>", tag, re.DOTALL)
        return unescape(body[1] if body else "")
    if tag.startswith("<select"):
        chosen = re.search(r'<option value="([^"]*)" selected', tag)
        return unescape(chosen[1] if chosen else "")
    value = re.search(r'value="([^"]*)"', tag)
    return unescape(value[1] if value else "")


def send(staff: Staff, path: str, form: MultiDict[str, Any], **changes: Any) -> Any:
    """`changes` name fields with two underscores for a point; a list sends several, None sends none."""
    form = form.deepcopy()
    for name, value in changes.items():
        field = name.replace("__", ".")
        form.poplist(field)
        for each in value if isinstance(value, list) else [] if value is None else [value]:
            form.add(field, each)
    return anew(staff.client, path, method="POST", data=form, headers=SAME)


def wrong(page: str) -> set[str]:
    """Fields that say that something is wrong."""
    return set(re.findall(r'id="([a-z0-9-]+)-wrong"', page))
