"""Published figures as people ask for them: some lineage's, or some verdict's."""

from collections import Counter

from pydantic import create_model

from analyzers.verify import Verdict, Verification, verify
from app.schemas import Body, Derived, described
from models.errors import ArchmeterError

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


def select(family: str | None = None, verdict: Verdict | None = None) -> list[Verification]:
    """Figures of a lineage, of a verdict, of both, or all.

    Raises:
        UnknownLineage: if no figure is filed under the word.
    """
    lineages = sorted({figure.family for figure in verify()})
    if family is not None and family not in lineages:
        raise UnknownLineage(
            f"no published figure is filed under {family[:80]!r}",
            field="family",
            value=family,
            accepted=", ".join(lineages),
        )
    return [
        figure
        for figure in verify()
        if family in (None, figure.family) and verdict in (None, figure.verdict)
    ]
