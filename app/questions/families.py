"""List every family of networks with its paper and the names of its presets."""

from dataclasses import dataclass
from typing import Self

from archmeter.analyzers.answers import Answer, Rows
from archmeter.app.ask import Printer, Question, Request
from archmeter.app.ask.listing import Listing
from archmeter.models import registry
from archmeter.models.spec import Family

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


@dataclass(frozen=True)
class FamilyList(Listing):
    """Every family there is."""

    items: Rows[FamilySummary]


def families(request: FamiliesRequest) -> FamilyList:
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
    return FamilyList.at("/v1/families", request, items)


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
    out.rows(
        "family {name} | title {title} || presets {presets:count} "
        "|| paper {paper.authors} {paper.year}, {paper.url}",
        answer.items,
    )


QUESTION = Question(
    path="families",
    ask=families,
    show=show,
    rows=lambda answer: answer.items,
    texts={"markdown": markdown},
    asked={"The table of the README": "--format markdown"},
)
