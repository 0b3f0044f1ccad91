"""Draw networks of a design space by the laws of its knobs, and show how their costs spread.

A knob with listed values takes each as often; one with a range is drawn uniformly, or uniformly on
a logarithmic scale. Draws that are not within the bounds are rejected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from archmeter.analyzers.answers.units import amount
from archmeter.analyzers.scaling.bounds import limits
from archmeter.analyzers.scaling.budget import Effort
from archmeter.analyzers.scaling.sampling import Distribution, Sampling, sample
from archmeter.app.ask import UNSEEN, Network, Option, Printer, Progress, Question
from archmeter.app.ask.design_space import (
    LANE,
    MAX_EXAMINED,
    MAX_OPERATORS,
    MOVING,
    Bounds,
    Knobs,
    MovingKnobs,
    SearchAbout,
    Seed,
    Totals,
)
from archmeter.app.ask.show_scaled import fed, totals_columns
from archmeter.app.ask.show_spaces import show_refusals, show_trims, values_columns
from archmeter.app.ask.totals_on_device import TotalsOnDevice
from archmeter.app.printer import BARS

_QUANTILES = {
    "least": 0,
    "5 %": 5,
    "25 %": 25,
    "median": 50,
    "75 %": 75,
    "95 %": 95,
    "most": 100,
}


class SampleRequest(MovingKnobs, TotalsOnDevice):
    """A design space, and what to draw from it."""

    knobs: Annotated[Knobs, Field(min_length=1, max_length=32), MOVING]
    """The knobs that are drawn, each with what it may be: of a list, each value as often; of a
    range, by its law; either also as text such as `8,16,24` and `0.5~2`.

    A knob is a field of the family, or a part of one by its path: `depth.2` is the third entry of
    its list of depths, `stages.*.width` one width for all stages.
    """

    bounds: Bounds = ()
    """What totals may be: objects, or texts such as `macs<=600M`; what is drawn and not within them
    is rejected."""

    totals: Annotated[Totals, Option("--total", help="A total whose distribution is wanted.")] = (
        "macs",
        "params",
        "activations",
    )
    """The totals whose distributions are wanted."""

    count: Annotated[int, Field(ge=1, le=5_000)] = 200
    """How many different networks are drawn."""

    listed: Annotated[int, Field(ge=0, le=5_000)] = 20
    """How many of these are listed one by one."""

    max_draws: Annotated[int, Field(ge=1, le=MAX_EXAMINED)] = 5_000
    """How often the knobs are drawn at most."""

    seed: Seed = 0
    """The seed of the draws: the same seed, the same samples."""

    @property
    def read(self) -> tuple[str, ...]:
        """The totals, and what is bounded."""
        return (*self.totals, *(bound.total for bound in self.bounds))


@dataclass(frozen=True)
class SampleReport(Sampling, SearchAbout):
    """Samples of a design space, and how their totals are distributed."""

    seed: int
    """The seed of the draws: the same seed gives the same samples."""


def drawn(network: Network, request: SampleRequest, progress: Progress = UNSEEN) -> SampleReport:
    """Draw until there are enough."""
    bounds = limits(request.bounds, network.input.batch)
    answer = sample(
        request.space(network.architecture),
        request.judge(network, bounds, also=request.totals),
        request.count,
        Effort(request.max_draws, MAX_OPERATORS, request.seed),
        totals=request.totals,
        listed=request.listed,
        progress=progress.moved_on,
    )
    return SampleReport.about(network, answer, seed=request.seed)


def show(answer: SampleReport, out: Printer) -> None:
    """How the samples spread in each total, and why others were rejected."""
    out.heading(answer.base, fed(answer))
    stopped = f" (stopped: {answer.stopped})" if answer.stopped else ""
    out.line(
        f"{answer.accepted:,} networks of {answer.drawn:,} draws{stopped}; "
        f"{answer.duplicates:,} drawn before"
    )
    if answer.distributions:
        lines = [_spread(distribution) for distribution in answer.distributions]
        out.table(["total"], list(_QUANTILES), lines, ["spread"])
    if answer.samples:
        first = answer.samples[0]
        columns = f"|| {values_columns(first.values)} | {totals_columns(first.totals)}"
        out.rows(columns, answer.samples)
    show_trims(answer.trims, out)
    show_refusals(answer.rejected, out)


def _spread(distribution: Distribution) -> list[str]:
    total, quantiles = distribution.total, distribution.quantiles
    scale = " (log)" if distribution.scale == "logarithmic" else ""
    return [
        total,
        *(amount(total, quantiles[percent].value) for percent in _QUANTILES.values()),
        _bars([bar.samples for bar in distribution.histogram]) + scale,
    ]


def _bars(counts: Sequence[int]) -> str:
    """Bars as high as the counts; a blank for none."""
    most = max(counts)
    return "".join(BARS[-(-count * len(BARS) // most) - 1] if count else " " for count in counts)


QUESTION = Question(
    path="scaling/sample",
    ask=drawn,
    show=show,
    rows=lambda answer: answer.samples,
    lane=LANE,
    asked={
        "Twenty RegNets": "regnetx_002 --knob depth=8:14 --knob wa=8~40 --count 20",
        "A hundred RegNets of about 400 M MACs": (
            "regnetx_004 --knob depth=12:28 --knob w0=24~96:8 --knob wa=8:60 --knob wm=2:3 "
            "--knob group_width=8,16,24,32,48 --min macs=300M --max macs=500M --count 100"
        ),
        "Stages of any width and depth, all of one group width, that only grow wider": (
            "custom_regnety_4gf --knob stages.0.width=32:128:16 --knob stages.1.width=32~512:16 "
            "--knob stages.2.width=32~1024:16 --knob stages.*.group_width=8,16 "
            "--knob stages.2.depth=2:16 --increasing stages.*.width --count 20"
        ),
    },
)
