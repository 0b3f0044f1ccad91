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
from mdit_py_plugins.anchors import anchors_plugin

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
    _linked(tokens)
    opened = [
        (opening, _plain(token))
        for opening, token in pairwise(tokens)
        if opening.type in {"heading_open", "paragraph_open"}
    ]
    headings = [Heading(str(one.attrs["id"]), text) for one, text in opened if one.tag == "h2"]
    texts = [text for one, text in opened if one.level == 0]
    html = markdown.renderer.render(tokens, markdown.options, {})
    title, summary = [*texts, name, ""][:2]
    return Guide(name, title, summary, headings, Markup(html))  # noqa: S704 - without HTML of its own


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    markdown.use(anchors_plugin, max_level=6, slug_func=_slug)
    # What is wider than a phone is scrolled, by the keyboard too.
    scrolled = '<div class="wide" tabindex="0" role="region" aria-label="Table">\n<table>\n'
    markdown.add_render_rule("table_open", lambda *_: scrolled)
    markdown.add_render_rule("table_close", lambda *_: "</table>\n</div>\n")
    markdown.add_render_rule("fence", _code)
    markdown.add_render_rule("code_block", _code)
    return markdown


def _code(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    return Markup('<pre tabindex="0"><code>{}</code></pre>\n').format(tokens[index].content)


def _slug(title: str) -> str:
    """The name of a heading, as code hosts make it, so that links work here and there."""
    return _NOT_IN_ANCHORS.sub("", title.lower()).replace(" ", "-")


def _linked(tokens: Sequence[Token]) -> None:
    """Make links between files lead to pages; those that would lead nowhere are words."""
    tag = "a"  # of the last link: no link is inside another
    for child in (child for token in tokens for child in token.children or ()):
        match child.type:
            case "link_open":
                target = _target(str(child.attrs["href"]))
                away = {"rel": "noopener"} if target and "://" in target else {}
                child.attrs = {"href": target, **away} if target else {}
                child.tag = tag = "a" if target else "span"
            case "link_close":
                child.tag = tag
            case "image":
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
