"""Reading a form out of a page, as a browser would send it."""

from __future__ import annotations

from html.parser import HTMLParser


class Filled(HTMLParser):
    """`fields` are what the form with this id holds, wherever on the page they stand; buttons are not pressed."""

    def __init__(self, page: str, form: str) -> None:
        super().__init__()
        self.form, self.inside = form, False
        self.fields: dict[str, list[str]] = {}
        self.select = self.textarea = ""
        self.first = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.form
        if tag == "option" and self.select:
            value = given.get("value")
            if value is not None and ("selected" in given or not self.first):
                self.fields[self.select] = [value]
                self.first = "seen"
            self.option, self.is_selected = value, "selected" in given
            return
        if not (self.inside or given.get("form") == self.form) or "name" not in given:
            return
        name = given["name"]
        if tag == "input":
            if given.get("type") in {"checkbox", "radio"} and "checked" not in given:
                return
            self.fields.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "select":
            self.select, self.first = name, ""
        elif tag == "textarea":
            self.textarea = name
            self.fields[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.fields[self.textarea][0] += data.removeprefix("\n")
        elif (
            self.select
            and getattr(self, "option", "") is None
            and data.strip()
            and (self.is_selected or not self.first)
        ):
            self.fields[self.select] = [data.strip()]
            self.first = "seen"


def filled(page: str, form: str = "product") -> dict[str, list[str]]:
    return Filled(page, form).fields
