"""List every family of networks with its paper and the names of its presets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from archmeter.analyzers.answers import Answer, Rows
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import Request
from archmeter.models import registry
from archmeter.models.spec import Family

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer

_NAMED = 6
"""Presets that the table in the README names of each family."""


class FamiliesRequest(Request):
    """All families."""


@dataclass(frozen=True, slots=True)
class PaperInfo(Answer):
    """Where a family was published."""

    title: str
    authors: str
    year: int
    url: str

    @classmethod
    def of(cls, family: Family) -> Self:
        """The paper of a family."""
        paper = family.paper
        return cls(paper.title, paper.authors, paper.year, paper.url)


@dataclass(frozen=True, slots=True)
class FamilySummary(Answer):
    """A family in a list."""

    name: str
    title: str
    summary: str
    """The idea in a sentence."""

    paper: PaperInfo
    presets: tuple[str, ...]
    """Names of its published networks."""

    links: dict[str, str]


@dataclass(frozen=True, slots=True)
class FamilyList(Answer):
    """Every family there is."""

    items: Rows[FamilySummary]
    total: int
    """How many there are."""

    links: dict[str, str]


def families(_: FamiliesRequest) -> FamilyList:
    """Describe each in brief."""
    items = Rows(
        FamilySummary(
            name=family.name,
            title=family.title,
            summary=family.summary,
            paper=PaperInfo.of(family),
            presets=tuple(preset.name for preset in family.presets),
            links=links(family),
        )
        for family in registry.families().values()
    )
    return FamilyList(items, len(items), {"self": "/v1/families"})


def links(family: Family) -> dict[str, str]:
    """Where more is said about a family."""
    return {
        "self": f"/v1/families/{family.name}",
        "presets": f"/v1/presets?family={family.name}",
    }


def markdown(answer: FamilyList) -> str:
    """The table of the README: of each family its idea, its paper, and the first of its presets."""
    lines = ["| family | idea | paper | presets |", "|---|---|---|---|"]
    for family in answer.items:
        names = [f"`{name}`" for name in family.presets]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        paper = f"[{family.paper.year}]({family.paper.url})"
        presets = ", ".join(names[:_NAMED]) + more
        lines.append(f"| `{family.name}` | {family.summary} | {paper} | {presets} |")
    return "\n".join(lines) + "\n"


def show(answer: FamilyList, out: Printer) -> None:
    """One line for each family."""
    lines = (
        [
            family.name,
            family.title,
            str(len(family.presets)),
            f"{family.paper.authors} {family.paper.year}, {family.paper.url}",
        ]
        for family in answer.items
    )
    out.table(["family", "title"], ["presets"], lines, ["paper"])


QUESTION = Question(
    path="families",
    request=FamiliesRequest,
    answer=FamilyList,
    ask=families,
    show=show,
    rows=lambda answer: answer.items,
    texts={"markdown": markdown},
    tag="catalogue",
    usage="--format markdown",
)
