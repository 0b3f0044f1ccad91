"""Pages as browsers read them."""

from __future__ import annotations

from httpx2 import Response
from lxml import html
from lxml.html import FormElement, HtmlElement


def read(answer: Response) -> HtmlElement:
    """A page, or a part of one."""
    return html.fromstring(answer.text)


def words(element: HtmlElement) -> str:
    """The text of an element, each space one wide."""
    return " ".join(element.text_content().split())


def said(page: HtmlElement, path: str) -> list[str]:
    """The texts of elements."""
    return [words(element) for element in page.xpath(path)]


def sent(form: FormElement) -> list[tuple[str, str]]:
    """What a browser without scripts sends of a form."""
    for field in form.xpath(".//input[not(@value)]"):
        field.set("value", "on" if field.get("type") in {"checkbox", "radio"} else "")
    return form.form_values()


def rows(page: HtmlElement, table: str) -> list[list[HtmlElement]]:
    """The cells of a table's body, row by row."""
    return [row.xpath("th | td") for row in page.get_element_by_id(table).xpath("./tbody/tr")]


def charts(page: HtmlElement) -> dict[str, str]:
    """Name and query of every chart."""
    return {
        figure.get("data-chart"): figure.get("data-query")
        for figure in page.xpath("//figure[@data-chart]")
    }
