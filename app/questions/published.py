"""List the figures that papers print of networks, each beside the counted one and with a verdict.

A figure is `equal` within one unit of its last printed digit, `explained` if another convention in
use gives it or the difference is known, and `unexplained` otherwise.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from pydantic import Field

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.verify import MILLION, Verdict, VerifiedFigure, verify
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import Known, Request
from archmeter.models.errors import ArchmeterError

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer


def lineages() -> list[str]:
    """Every word that figures are filed under, sorted."""
    return sorted({figure.family for figure in verify()})


class UnknownLineage(ArchmeterError):
    """No published figure is filed under this word."""

    code = "unknown_lineage"


class PublishedRequest(Request):
    """Which figures are listed."""

    family: Annotated[str | None, Known(lineages)] = None
    """Only the figures of this lineage, by the word the table files it under, such as `resnet`."""

    verdict: Verdict | None = None
    """Only the figures with this verdict."""

    text: Annotated[str, Field(max_length=120)] | None = None
    """Only the figures whose network, source or reason contains this text, in any case."""


@dataclass(frozen=True, slots=True)
class PublishedList(Answer):
    """Printed figures beside counted ones."""

    items: Rows[VerifiedFigure]
    total: int
    """How many figures these are."""

    verdicts: dict[str, int]
    """How many of them have each verdict."""

    links: dict[str, str]


def published(request: PublishedRequest) -> PublishedList:
    """Choose the figures that are asked for."""
    found = select(request)
    verdicts = Counter(figure.verdict for figure in found)
    query = urlencode(request.model_dump(exclude_none=True))
    this = "/v1/published" + (f"?{query}" if query else "")
    return PublishedList(found, len(found), dict(sorted(verdicts.items())), {"self": this})


def select(request: PublishedRequest) -> Rows[VerifiedFigure]:
    """Figures of a lineage, of a verdict, that mention a text; of all of these, or all.

    Raises:
        UnknownLineage: if no figure is filed under the word.
    """
    known = lineages()
    if request.family is not None and request.family not in known:
        raise UnknownLineage(
            f"no published figure is filed under {request.family[:80]!r}",
            field="family",
            value=request.family,
            accepted=", ".join(known),
        )
    wanted = (request.text or "").casefold()
    return Rows(
        figure
        for figure in verify()
        if request.family in (None, figure.family)
        and request.verdict in (None, figure.verdict)
        and _mentions(figure, wanted)
    )


def _mentions(figure: VerifiedFigure, text: str) -> bool:
    said = (figure.architecture, figure.source, figure.reason)
    return not text or any(text in words.casefold() for words in said)


def show(answer: PublishedList, out: Printer) -> None:
    """One line for each printed figure, and how many there are of each verdict."""
    lines = (
        [
            figure.architecture,
            "MACs" if figure.convention == "macs" else figure.figure,
            f"{figure.printed} {'M' if figure.unit == MILLION else 'G'}",
            f"{figure.counted:,}",
            f"{figure.difference:+.2%}",
            figure.verdict + (f": {figure.reason}" if figure.reason else ""),
            figure.source,
        ]
        for figure in answer.items
    )
    out.table(
        ["architecture", "figure"],
        ["printed", "counted", "difference"],
        lines,
        ["verdict", "source"],
    )
    out.line(", ".join(f"{count} {verdict}" for verdict, count in answer.verdicts.items()))


QUESTION = Question(
    path="published",
    request=PublishedRequest,
    answer=PublishedList,
    ask=published,
    show=show,
    rows=lambda answer: answer.items,
    tag="catalogue",
    lane="published",
    usage="--family vgg",
)
