"""List the figures that papers print of networks, each beside the counted one and with a verdict.

A figure is `equal` within one unit of its last printed digit, `explained` if another convention in
use gives it or the difference is known, and `unexplained` otherwise.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.verify import MILLION, Verdict, VerifiedFigure, verify
from archmeter.app.ask import Known, Printer, Question, Request
from archmeter.app.ask.listing import Listing
from archmeter.models.errors import ArchmeterError


def lineages() -> list[str]:
    """Every word that figures are filed under, sorted."""
    return sorted({figure.family for figure in verify()})


class UnknownLineage(ArchmeterError):
    """No published figure is filed under this word."""


class PublishedRequest(Request):
    """Which figures are listed."""

    family: Annotated[str | None, Known(lineages)] = None
    """Only the figures of this lineage, by the word the table files it under, such as `resnet`."""

    verdict: Verdict | None = None
    """Only the figures with this verdict."""

    text: Annotated[str, Field(max_length=120)] | None = None
    """Only the figures whose network, source or reason contains this text, in any case."""


@dataclass(frozen=True)
class PublishedList(Listing):
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
    return PublishedList.at("/v1/published", request, found, verdicts=_verdicts(found))


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
    show_figures(answer.items, out)


def show_figures(figures: Rows[VerifiedFigure], out: Printer) -> None:
    """One line for each figure, and how many there are of each verdict."""
    out.rows(
        "architecture {architecture} | figure {:figure} || printed {:printed} "
        "| counted {counted:,} | difference {difference:+.2%} || verdict {:verdict} "
        "| source {source}",
        figures,
        figure=lambda one: "MACs" if one.convention == "macs" else one.figure,
        printed=lambda one: f"{one.printed} {'M' if one.unit == MILLION else 'G'}",
        verdict=lambda one: one.verdict + (f": {one.reason}" if one.reason else ""),
    )
    out.line(", ".join(f"{count} {verdict}" for verdict, count in _verdicts(figures).items()))


def _verdicts(figures: Rows[VerifiedFigure]) -> dict[str, int]:
    return dict(sorted(Counter(figure.verdict for figure in figures).items()))


QUESTION = Question(
    path="published",
    ask=published,
    show=show,
    rows=lambda answer: answer.items,
    lane="published",
    asked={"What papers print of VGGs": "--family vgg"},
)
