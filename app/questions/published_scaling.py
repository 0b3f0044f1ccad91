"""Show the coefficients of EfficientNet-B0 to B7 beside the law they were rounded from.

With the rows of the paper about scaled networks, each beside what is counted.
"""

from dataclasses import dataclass

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.scaling.curves import COMPOUND, ScalingLaw
from archmeter.analyzers.scaling.published import PublishedCoefficients, coefficients, tables
from archmeter.analyzers.verify import VerifiedFigure
from archmeter.app.ask import Printer, Question, Request
from archmeter.app.ask.show_scaled import COEFFICIENTS
from archmeter.app.questions import published


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
    out.rows(COEFFICIENTS, answer.coefficients)
    published.show_figures(answer.tables, out)


QUESTION = Question(
    path="scaling/published",
    ask=published_scaling,
    show=show,
    rows=lambda answer: answer.coefficients,
    lane=published.QUESTION.lane,
)
