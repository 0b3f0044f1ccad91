"""Search a grid of α, β and γ for laws that multiply the cost by a target, and count each.

One step of a law multiplies depth by α, width by β and resolution by γ, and so ideally the cost by
α·β²·γ². The answer has every law that meets the target, what it costs besides, and which of them
are beaten by no other in the objectives: the Pareto set.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.scaling.search import (
    Candidate,
    Constraint,
    GridSearch,
    Objective,
    Sense,
    grid,
    grid_search,
)
from archmeter.app.ask import UNSEEN, Network, Option, Printer, Progress, Question, Request, Spelled
from archmeter.app.ask.design_space import objective_of, wants
from archmeter.app.ask.scaling import LANE, ScaledHead, ScalingRequest, Total, base_of
from archmeter.app.ask.show_scaled import fed, show_networks
from archmeter.app.ask.spelling import NUMBER, parts_of

AXIS = "START:STOP[:STEP]"

axis_of = parts_of(rf"(?P<start>{NUMBER}):(?P<stop>{NUMBER})(?::(?P<step>{NUMBER}))?", AXIS)
"""The values of a multiplier: ``1:2``, ``1:1.4:0.1``."""

End = Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)]
Step = Annotated[float, Field(ge=0.001, le=10, allow_inf_nan=False)]


class GridAxis(Request):
    """The values of a multiplier: from start to stop in steps."""

    start: End = 1.0
    """The first value."""

    stop: End
    """The last value, where the steps meet it."""

    step: Step | None = None
    """The distance from one value to the next; that of the request's `grid` if left out."""

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if self.stop < self.start:
            raise ValueError(f"the values cannot go up from {self.start:g} to {self.stop:g}")
        return self

    def values(self, step: float) -> tuple[float, ...]:
        """The values, at this distance if the axis has none of its own."""
        return grid(self.start, self.stop, self.step or step)


class ParetoObjectiveRequest(Request):
    """A total, and which way is better."""

    total: Total
    """The total that the best laws have least or most of."""

    sense: Sense = "least"
    """Whether less of the total is better, or more."""


SpelledAxis = Annotated[GridAxis, Spelled(axis_of, AXIS)]
SpelledObjective = Annotated[
    ParetoObjectiveRequest, Spelled(objective_of("least"), "least|most TOTAL")
]


class LawsRequest(ScalingRequest):
    """A network, the laws that are tried on it, and what they are to multiply the cost by."""

    alpha: Annotated[SpelledAxis, Option("--alpha", form=AXIS)] = GridAxis(stop=2.0)
    """The values of α, which multiplies the depth: an object, or text such as `1:2:0.1`."""

    beta: Annotated[SpelledAxis, Option("--beta", form=AXIS)] = GridAxis(stop=1.4)
    """The values of β, which multiplies the width: an object, or text such as `1:1.4`."""

    gamma: Annotated[SpelledAxis, Option("--gamma", form=AXIS)] = GridAxis(stop=1.4)
    """The values of γ, which multiplies the resolution: an object, or text such as `1:1.4`."""

    grid: Step = 0.05
    """The distance from one value of α, β or γ to the next, where the axis itself has none."""

    target: Annotated[float, Field(ge=1, le=1000, allow_inf_nan=False)] = 2.0
    """What the cost is to be multiplied by."""

    tolerance: Annotated[float, Field(ge=0, le=0.5, allow_inf_nan=False)] = 0.05
    """By how much of the target it may be missed."""

    constraint: Annotated[
        Constraint,
        Option(
            "--counted",
            help="The counted MACs have to meet the target, not α·β²·γ².",
            value="counted",
        ),
    ] = "law"
    """What has to meet the target: α·β²·γ² (`law`), or the counted MACs (`counted`)."""

    objectives: Annotated[
        tuple[SpelledObjective, ...],
        Field(max_length=6),
        wants("least", "The best laws have little of this total."),
        wants("most", "The best laws have much of this total."),
    ] = (
        ParetoObjectiveRequest(total="params"),
        ParetoObjectiveRequest(total="activations"),
    )
    """The totals by which the Pareto set is chosen, as objects or as text such as `most params`;
    they are read besides the `totals`."""

    @property
    def aims(self) -> tuple[Objective, ...]:
        """The objectives as the search takes them."""
        return tuple(Objective(one.total, one.sense) for one in self.objectives)

    @property
    def read(self) -> tuple[str, ...]:
        """The totals, and those that are objectives."""
        return (*self.totals, *(one.total for one in self.objectives))

    @model_validator(mode="after")
    def _objectives_differ(self) -> Self:
        if len({one.total for one in self.objectives}) < len(self.objectives):
            raise ValueError("a total is an objective more than once")
        return self


@dataclass(frozen=True, kw_only=True)
class LawsReport(GridSearch, ScaledHead):
    """The laws of a grid that meet a target."""

    objectives: tuple[str, ...]
    """What the Pareto set is of, such as `least params`."""


def laws(network: Network, request: LawsRequest, progress: Progress = UNSEEN) -> LawsReport:
    """Count every law of the grid that is near the target."""
    lab = request.lab(network)
    axes = [axis.values(request.grid) for axis in (request.alpha, request.beta, request.gamma)]
    search = grid_search(
        lab,
        (axes[0], axes[1], axes[2]),
        target=request.target,
        tolerance=request.tolerance,
        constraint=request.constraint,
        objectives=request.aims,
        track=lambda near: progress.track(near, "laws"),
    )
    objectives = tuple(f"{aim.sense} {aim.total}" for aim in request.aims)
    return LawsReport.about(network, search, base=base_of(lab), objectives=objectives)


def rows_of(answer: LawsReport) -> Rows[dict[str, Any]]:
    """Every law that meets the target."""
    law = ("alpha", "beta", "gamma", "product", "pareto")
    fields = (*law, "got", "sizes", "totals", "counted", "deviation")
    return Rows({name: getattr(one, name) for name in fields} for one in answer.feasible)


def show(answer: LawsReport, out: Printer) -> None:
    """The Pareto set, or everything feasible where there are no objectives."""
    out.heading(answer.name, fed(answer.input))
    front: list[Candidate] = [one for one in answer.feasible if one.pareto]
    shown = front or list(answer.feasible)
    out.line(
        f"{answer.combinations} combinations, {answer.built} built, {len(answer.feasible)} within "
        f"{100 * answer.tolerance:.4g}% of {answer.target:g}; {len(answer.infeasible)} infeasible"
    )
    if not shown:
        return
    if answer.objectives:
        out.line(f"nothing beats these in {', '.join(answer.objectives)}:")
    show_networks(shown, "α {alpha:.4g} | β {beta:.4g} | γ {gamma:.4g}", out)


QUESTION = Question(
    path="scaling/search",
    ask=laws,
    show=show,
    rows=rows_of,
    lane=LANE,
    asked={
        "Laws that about double the cost of ResNet-18": "resnet18 --grid 0.2 --tolerance 0.2",
        "Laws that double the cost of EfficientNet-B0": "efficientnet_b0 --gamma 1:1.3",
    },
)
