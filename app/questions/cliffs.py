"""Find the image sizes at which cost jumps, and those that every stride divides.

Maps have whole rows. While the input grows pixel by pixel, the deepest maps stay as they are, and
then gain a row all at once: between two such cliffs pixels are nearly free, or thrown away.
"""

from dataclasses import dataclass
from typing import Self

from pydantic import model_validator

from archmeter.analyzers.scaling.cliffs import Cliffs
from archmeter.analyzers.scaling.cliffs import cliffs as cliffs_between
from archmeter.app.ask import Network, Printer, Question, inside_architecture
from archmeter.app.ask.about import FedHead
from archmeter.app.ask.errors import InvalidRequest
from archmeter.app.ask.scaling import LANE, TotalsRequest
from archmeter.app.ask.show_scaled import fed
from archmeter.models.spec import MAX_SIDE, Side

MAX_RANGE = 512
"""Sides that are looked at for cliffs."""


class CliffsRequest(TotalsRequest):
    """A network, and the range of sizes of its input in which cliffs are looked for."""

    low: Side | None = None
    """The least side of the range in pixels; 3/4 of the network's own if left out, or of the
    largest."""

    high: Side | None = None
    """The largest side of the range in pixels; 5/4 of the network's own if left out, or of the
    least."""

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"the sides cannot go up from {self.low} to {self.high}")
        return self

    def between(self, side: int) -> tuple[int, int]:
        """Both ends of the range, for a network on images of that side.

        Raises:
            InvalidRequest: if the range is empty or too wide.
        """
        low = self.low or max(1, round(min(side, self.high or side) * 3 / 4))
        high = self.high or min(MAX_SIDE, round(max(side, low) * 5 / 4))
        if not low <= high < low + MAX_RANGE:
            message = f"{low} to {high} is no range of 1 to {MAX_RANGE} sides"
            accepted = f"an integer from {low} to {low + MAX_RANGE - 1}"
            raise InvalidRequest.at("high", "impossible_range", message, high, accepted)
        return low, high


@dataclass(frozen=True, kw_only=True)
class CliffsReport(Cliffs, FedHead):
    """The cliffs around a resolution."""

    low: int
    """The least side of the range."""

    high: int
    """The largest side of the range."""


def cliffs(network: Network, request: CliffsRequest) -> CliffsReport:
    """Look at every size of the range.

    Raises:
        InvalidRequest: if the range is empty or too wide.
    """
    low, high = request.between(network.spec.resolution[0])
    ruler = request.ruler(network)
    batch = network.input.batch
    with inside_architecture():
        network.spec.graph(batch)
    found = cliffs_between(network.spec, low, high, ruler, batch=batch)
    return CliffsReport.about(network, found, low=low, high=high)


def show(answer: CliffsReport, out: Printer) -> None:
    """One line for each cliff, and the aligned sizes."""
    out.heading(answer.name, fed(answer.input))
    if answer.cliffs:
        jumps = " | ".join(f"{name} {{jumps[{name}]:+.2%}}" for name in answer.cliffs[0].jumps)
        out.rows(
            f"|| side {{side}} | {jumps} | smooth {{smooth:+.2%}} || maps {{gains:deepest}}",
            [cliff for cliff in answer.cliffs if cliff.gains],
            deepest=lambda gains: "{0.stage}: {0.before} positions become {0.after}".format(
                gains[-1]
            ),
        )
    else:
        out.line(f"no cliff from {answer.low} to {answer.high}")
    aligned = "divided by every stride" if answer.aligned else "not divided by every stride"
    out.line(
        f"{answer.side} is {aligned}; nearest that are: {answer.aligned_below or 'none'} below, "
        f"{answer.aligned_above or 'none'} above"
    )


QUESTION = Question(
    path="scaling/cliffs",
    ask=cliffs,
    show=show,
    rows=lambda answer: answer.cliffs,
    lane=LANE,
    asked={
        "Small images": "resnet18 --low 220 --high 230",
        "Around 224 pixels": "efficientnet_b0",
    },
)
