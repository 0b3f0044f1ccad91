"""List all pairs of depth and width at equal cost, and what they do to every other cost.

Every pair of the two knobs' values is counted, and listed if the total that stays equal differs by
no more than the tolerance from what is wanted.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from archmeter.analyzers.answers.units import amount
from archmeter.analyzers.scaling.bounds import TotalName
from archmeter.analyzers.scaling.domains import Range
from archmeter.analyzers.scaling.iso_cost import IsoCost, iso_cost
from archmeter.analyzers.scaling.search import Objective
from archmeter.analyzers.scaling.search_space import Space, UnknownKnob
from archmeter.app.ask import UNSEEN, Network, Option, Printer, Progress, Question, Request, Spelled
from archmeter.app.ask.design_space import (
    KNOB,
    LANE,
    MAX_OPERATORS,
    KnobValues,
    Path,
    SearchAbout,
    SpelledAmount,
    Totals,
    axis_of,
)
from archmeter.app.ask.show_scaled import fed
from archmeter.app.ask.show_spaces import show_refusals, show_trims
from archmeter.app.ask.spelling import RANGES
from archmeter.app.ask.totals_on_device import TotalsOnDevice
from archmeter.app.cells import value_text
from archmeter.models.errors import ArchmeterError


class AxisRequest(Request):
    """One knob, and what it may be."""

    knob: Path
    """A field of the family, or a part of one by its path."""

    values: KnobValues
    """What the knob may be: a list of values, a range, or either as text such as `10:40:6`."""


Axis = Annotated[AxisRequest, Spelled(axis_of, KNOB)]


class IsoCostRequest(TotalsOnDevice):
    """A network, a knob for its depth and one for its width, and what is to stay equal."""

    depth: Annotated[
        Axis,
        Option(
            "--depth",
            form=KNOB,
            help=f"The knob for depth, and what it may be: {RANGES}.",
            read=axis_of,
        ),
    ] = AxisRequest(knob="depth_multiplier", values=Range(low=0.5, high=2, step=0.25))
    """The knob for depth and what it may be, also as text such as `depth=10:40:6`."""

    width: Annotated[
        Axis,
        Option("--width", form=KNOB, help="The knob for width, and what it may be.", read=axis_of),
    ] = AxisRequest(
        knob="width_multiplier", values=Range(low=0.5, high=2, count=25, law="log_uniform")
    )
    """The knob for width and what it may be, also as text such as `widening=1:20`."""

    total: TotalName = "macs"
    """The total that stays equal."""

    wanted: SpelledAmount | None = None
    """How much of that total is wanted, also as text such as `600M`; what the architecture itself
    has, if left out."""

    tolerance: Annotated[float, Field(gt=0, le=0.5)] = 0.05
    """By which part of what is wanted the total may differ."""

    totals: Totals = (
        "params",
        "macs",
        "activations",
        "inference_peak_bytes",
        "training_saved_bytes",
    )
    """The totals that are shown of each pair."""

    @property
    def read(self) -> tuple[str, ...]:
        """What stays equal, and what is shown."""
        return (self.total, *self.totals)

    @model_validator(mode="after")
    def _two_knobs(self) -> Self:
        if self.depth.knob == self.width.knob:
            raise ValueError("depth and width must be two different knobs")
        return self


@dataclass(frozen=True)
class IsoCostReport(IsoCost, SearchAbout):
    """Pairs of depth and width at one cost."""

    depth_knob: str
    """The knob that `depth` is a value of."""

    width_knob: str
    """The knob that `width` is a value of."""


def pairs(network: Network, request: IsoCostRequest, progress: Progress = UNSEEN) -> IsoCostReport:
    """Count every pair."""
    judge = request.judge(network, objective=Objective(request.total))
    depth, width = request.depth, request.width
    with _axes({depth.knob: "depth", width.knob: "width"}):
        answer = iso_cost(
            Space(
                network.architecture,
                {depth.knob: depth.values, width.knob: width.values},
            ),
            judge,
            wanted=request.wanted,
            tolerance=request.tolerance,
            shown=request.totals,
            max_operators=MAX_OPERATORS,
            progress=progress.moved_on,
        )
    return IsoCostReport.about(network, answer, depth_knob=depth.knob, width_knob=width.knob)


@contextmanager
def _axes(names: Mapping[str, str]) -> Iterator[None]:
    """Make the paths of errors about two knobs those of the axes that they are."""
    try:
        yield
    except ArchmeterError as error:
        noun, _, rest = (error.field or "").partition(".")
        for knob, name in names.items():
            if noun == "knobs" and (rest == knob or rest.startswith(f"{knob}.")):
                part = "knob" if isinstance(error, UnknownKnob) else "values"
                error.field = f"{name}.{part}{rest.removeprefix(knob)}"
        raise


def show(answer: IsoCostReport, out: Printer) -> None:
    """One line for each pair, and for each depth without one."""
    total = answer.total
    out.heading(answer.base, fed(answer))
    out.line(
        f"{total} {amount(total, answer.wanted)} ± {answer.tolerance:.2%}; "
        f"{len(answer.pairs)} of {answer.combinations:,} pairs"
    )
    costs = " | ".join(
        f"{name} {{totals[{name}]:{name}}} | × {{ratios[{name}]:.3f}}" for name in answer.totals
    )
    out.rows(
        f"|| {answer.depth_knob} {{depth:value}} | {answer.width_knob} {{width:value}} "
        f"| differs {{deviation:+.2%}} | {costs} || widths {{sizes.widths:words}}",
        answer.pairs,
    )
    for line in answer.lines:
        if line.reason:
            depth = f"{answer.depth_knob} {value_text(line.depth)}"
            out.line(f"{depth}: {line.outcome}, {line.reason}")
    show_trims(answer.trims, out)
    show_refusals(answer.refusals, out)


QUESTION = Question(
    path="scaling/iso-cost",
    ask=pairs,
    show=show,
    rows=lambda answer: answer.pairs,
    lane=LANE,
    asked={
        "RegNets as large as RegNetX-200MF": (
            "regnetx_002 --depth depth=8:14 --width width_multiplier=0.5:2/7 --total params"
        ),
        "Wide ResNets for CIFAR as large as WRN-28-10": (
            "wrn28_10_cifar10 --depth depth=10:40:6 --width widening=1:20 --total params "
            "--batch 128"
        ),
        "EfficientNet-B0, deeper and narrower or shallower and wider": (
            "efficientnet_b0 --tolerance 0.02"
        ),
    },
)
