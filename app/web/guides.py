"""The project's guides as pages: Markdown to HTML, with anchors, and links that lead to pages."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from posixpath import normpath
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_HERE = Path(__file__).resolve().parent
# In an installed package they lie beside this file, in a checkout where people look for them.
GUIDES = next(folder for folder in (_HERE / "docs", _HERE.parents[1] / "docs") if folder.is_dir())

_FILES = (".json", ".ipynb", ".csv", ".png", ".svg")
"""What guides link to besides each other."""

_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


class Heading(NamedTuple):
    """A heading of the second level."""

    anchor: str
    text: str


class Guide(NamedTuple):
    """A guide.

    Attributes:
        name: as in its URL.
        summary: its first sentences.
    """

    name: str
    title: str
    summary: str
    headings: list[Heading]
    html: Markup


@cache
def guides() -> Mapping[str, Guide]:
    """Every guide by name."""
    pages = sorted(GUIDES.glob("*.md"))
    return {page.stem: read_guide(page.stem, page.read_text("utf-8")) for page in pages}


@cache
def files() -> Mapping[str, Path]:
    """What guides link to, by the path inside their folder."""
    found = (path for path in sorted(GUIDES.rglob("*")) if path.suffix in _FILES)
    return {path.relative_to(GUIDES).as_posix(): path for path in found}


def read_guide(name: str, text: str) -> Guide:
    """A guide from its Markdown. HTML in it is shown, not obeyed."""
    markdown = _markdown()
    tokens = markdown.parse(text)
    headings = _anchored(tokens)
    _linked(tokens)
    texts = [
        _plain(token)
        for opening, token in pairwise(tokens)
        if opening.type in {"heading_open", "paragraph_open"} and opening.level == 0
    ]
    html = markdown.renderer.render(tokens, markdown.options, {})
    title, summary = [*texts, name, ""][:2]
    return Guide(name, title, summary, headings, Markup(html))  # noqa: S704 - without HTML of its own


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    # What is wider than a phone is scrolled, by the keyboard too.
    scrolled = '<div class="wide" tabindex="0" role="region" aria-label="Table">\n<table>\n'
    markdown.add_render_rule("table_open", lambda *_: scrolled)
    markdown.add_render_rule("table_close", lambda *_: "</table>\n</div>\n")
    markdown.add_render_rule("fence", _code)
    markdown.add_render_rule("code_block", _code)
    return markdown


def _code(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    return Markup('<pre tabindex="0"><code>{}</code></pre>\n').format(tokens[index].content)


def _anchored(tokens: Sequence[Token]) -> list[Heading]:
    """Name every heading as code hosts do, so that links work here and there."""
    headings: list[Heading] = []
    seen: dict[str, int] = {}
    for opening, token in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        text = _plain(token)
        anchor = _NOT_IN_ANCHORS.sub("", text.lower()).replace(" ", "-")
        seen[anchor] = seen.get(anchor, -1) + 1
        if seen[anchor]:
            anchor = f"{anchor}-{seen[anchor]}"
        opening.attrSet("id", anchor)
        if opening.tag == "h2":
            headings.append(Heading(anchor, text))
    return headings


def _linked(tokens: Sequence[Token]) -> None:
    """Make links between files lead to pages; those that would lead nowhere are words."""
    for token in tokens:
        open_links: list[Token] = []
        for child in token.children or ():
            if child.type == "link_open":
                target = _target(str(child.attrs["href"]))
                if target is None:
                    child.tag = "span"
                    child.attrs = {}
                else:
                    child.attrs["href"] = target
                    if "://" in target:
                        child.attrs["rel"] = "noopener"
                open_links.append(child)
            elif child.type == "link_close":
                child.tag = open_links.pop().tag
            elif child.type == "image":
                child.attrs["src"] = _target(str(child.attrs["src"])) or ""


def _target(link: str) -> str | None:
    path, _, anchor = link.partition("#")
    if "://" in link or not path or path.startswith("/"):
        return link
    inside = normpath(path)
    if inside.endswith(".md") and (GUIDES / inside).is_file() and "/" not in inside:
        return f"/docs/{inside.removesuffix('.md')}" + (f"#{anchor}" if anchor else "")
    return f"/docs/{inside}" if inside in files() else None


def _plain(token: Token) -> str:
    """The words of an inline token, without what marks them."""
    words = (
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in token.children or ()
    )
    return "".join(words).strip()
