"""Published figures as people ask for them: some lineage's, or some verdict's."""

from collections import Counter

from pydantic import create_model

from archmeter.analyzers.verify import Verdict, Verification, verify
from archmeter.app.schemas import Body, Derived, described
from archmeter.models.errors import ArchmeterError

VerifiedFigure = create_model(
    "VerifiedFigure", __base__=Derived, __doc__=Verification.__doc__, **described(Verification)
)


class UnknownLineage(ArchmeterError):
    """No published figure is filed under this word."""

    code = "unknown_lineage"


class PublishedList(Body):
    """Printed figures beside counted ones."""

    total: int
    """How many figures follow."""

    verdicts: dict[str, int]
    """How many of them have each verdict."""

    items: list[VerifiedFigure]

    @classmethod
    def of(cls, found: list[Verification]) -> "PublishedList":
        """The body for some figures."""
        verdicts = Counter(figure.verdict for figure in found)
        return cls.model_validate(
            {
                "total": len(found),
                "verdicts": dict(sorted(verdicts.items())),
                "items": [figure.as_dict() for figure in found],
            }
        )


def lineages() -> list[str]:
    """Every word that figures are filed under, sorted."""
    return sorted({figure.family for figure in verify()})


def select(
    family: str | None = None, verdict: Verdict | None = None, text: str | None = None
) -> list[Verification]:
    """Figures of a lineage, of a verdict, that mention a text; of all of these, or all.

    Args:
        family: a word that figures are filed under.
        verdict: how they compare with what is counted.
        text: what their network, source or reason contains; case does not matter.

    Raises:
        UnknownLineage: if no figure is filed under the word.
    """
    known = lineages()
    if family is not None and family not in known:
        raise UnknownLineage(
            f"no published figure is filed under {family[:80]!r}",
            field="family",
            value=family,
            accepted=", ".join(known),
        )
    return [
        figure
        for figure in verify()
        if family in (None, figure.family)
        and verdict in (None, figure.verdict)
        and _mentions(figure, (text or "").casefold())
    ]


def _mentions(figure: Verification, text: str) -> bool:
    said = (figure.architecture, figure.source, figure.reason)
    return not text or any(text in words.casefold() for words in said)
