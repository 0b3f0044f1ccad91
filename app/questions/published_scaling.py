"""Show the coefficients of EfficientNet-B0 to B7 beside the law they were rounded from.

With the rows of the paper about scaled networks, each beside what is counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.scaling.curves import COMPOUND, ScalingLaw
from archmeter.analyzers.scaling.published import PublishedCoefficients, coefficients, tables
from archmeter.analyzers.verify import VerifiedFigure
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import Request
from archmeter.app.ask.show_scaled import pairs
from archmeter.app.questions import published

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer


class PublishedScalingRequest(Request):
    """What was published of scaled networks."""


@dataclass(frozen=True, slots=True)
class PublishedScaling(Answer):
    """What was published of scaled networks, beside the law and the counts."""

    law: ScalingLaw
    """The law of the EfficientNet paper."""

    coefficients: Rows[PublishedCoefficients]
    """What EfficientNet-B0 to B7 are multiplied by."""

    tables: Rows[VerifiedFigure]
    """Networks of the paper that are scaled along one dimension or all."""


def published_scaling(_: PublishedScalingRequest) -> PublishedScaling:
    """Put the law, the coefficients and the counts side by side."""
    return PublishedScaling(COMPOUND, coefficients(), tables())


def show(answer: PublishedScaling, out: Printer) -> None:
    """One line for each network with its coefficients and the law's, and one for each figure."""
    law = answer.law
    out.line(f"α {law.alpha:.4g}, β {law.beta:.4g}, γ {law.gamma:.4g}")
    lines = [
        [one.name, f"{one.phi:.3f}", *pairs(one.published, one.law)] for one in answer.coefficients
    ]
    out.table(["coefficients of"], ["φ", "d", "α^φ", "w", "β^φ", "r", "γ^φ"], lines)
    verdicts = Counter(figure.verdict for figure in answer.tables)
    figures = published.PublishedList(
        answer.tables, len(answer.tables), dict(sorted(verdicts.items())), {}
    )
    published.show(figures, out)


QUESTION = Question(
    path="scaling/published",
    request=PublishedScalingRequest,
    answer=PublishedScaling,
    ask=published_scaling,
    show=show,
    rows=lambda answer: answer.coefficients,
    tag="scaling",
    lane=published.QUESTION.lane,
    usage="",
)
