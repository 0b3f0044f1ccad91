"""Find the best networks within bounds, the nearest misses, and the bound that stops better ones.

Every combination of the knobs' values is counted where that are at most `max_specs`; otherwise so
many of them are searched. A budget that no network keeps is answered with what comes closest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.answers.units import amount
from archmeter.analyzers.scaling.bounds import BoundCheck, limits
from archmeter.analyzers.scaling.budget import MAX_SPECS, Effort, fit
from archmeter.analyzers.scaling.fits import Fit, FoundNetwork, LimitPressure
from archmeter.analyzers.scaling.search import Objective
from archmeter.analyzers.scaling.search_space import Space
from archmeter.app.ask import UNSEEN, Network, Printer, Progress, Question
from archmeter.app.ask.design_space import (
    LANE,
    MAX_EXAMINED,
    MAX_OPERATORS,
    Best,
    Bounds,
    MovingKnobs,
    ObjectiveRequest,
    SearchAbout,
    Seed,
    SpaceRequest,
)
from archmeter.app.ask.errors import under
from archmeter.app.ask.network import spec_of
from archmeter.app.ask.show_scaled import fed, totals_columns
from archmeter.app.ask.show_spaces import show_refusals, show_trims, values_columns
from archmeter.app.ask.totals_on_device import TotalsOnDevice

_USUAL = ("params", "macs", "activations")


class FitRequest(MovingKnobs, TotalsOnDevice):
    """A budget of totals, and where to look for the best network within it."""

    others: Annotated[tuple[SpaceRequest, ...], Field(max_length=7)] = ()
    """Further architectures to look among, of this family or others, each with knobs of its own."""

    bounds: Annotated[Bounds, Field(min_length=1)]
    """What totals may be: objects, or texts such as `macs<=600M` and `training_bytes@128<=16G`."""

    objective: Best = ObjectiveRequest()
    """What the best network has most or least of, also as text such as `least params`; the most
    MACs if left out."""

    count: Annotated[int, Field(ge=1, le=100)] = 10
    """How many networks are listed at most, and how many misses."""

    max_specs: Annotated[int, Field(ge=1, le=MAX_EXAMINED)] = MAX_SPECS
    """How many networks are examined at most; every combination is, where there are no more."""

    seed: Seed = 0
    """The seed of what is left to chance where there are more: the same seed, the same answer."""

    @property
    def read(self) -> tuple[str, ...]:
        """The objective, and what is bounded."""
        return (self.objective.total, *(bound.total for bound in self.bounds))


@dataclass(frozen=True)
class FitReport(Fit, SearchAbout):
    """The best networks of a budget, and what stops better ones."""

    objective: Objective
    """What the best network has most or least of."""

    seed: int
    """The seed of what was left to chance: the same seed gives the same answer."""


def best(network: Network, request: FitRequest, progress: Progress = UNSEEN) -> FitReport:
    """Search the network's space and the others."""
    objective = Objective(request.objective.total, request.objective.sense)
    judge = request.judge(network, limits(request.bounds, network.input.batch), objective)
    spaces = [request.space(network.architecture)]
    for i, other in enumerate(request.others):
        with under(f"others.{i}"):
            spaces.append(_space(other))
    effort = Effort(request.max_specs, MAX_OPERATORS, request.seed)
    answer = fit(spaces, judge, effort, count=request.count, progress=progress.moved_on)
    return FitReport.about(network, answer, objective=objective, seed=request.seed)


def _space(other: SpaceRequest) -> Space:
    spec_of(other.architecture)
    space = other.space(other.architecture)
    space.axes  # noqa: B018 - what is wrong with them is wrong here
    return space


def further(document: dict[str, Any], presets: Sequence[str]) -> None:
    """Search further presets as well, with the same knobs and the same settings beside the name."""
    shared = {name: value for name, value in document["architecture"].items() if name != "preset"}
    moving = {name: document[name] for name in MovingKnobs.model_fields if name in document}
    spaces = [{"architecture": {**shared, "preset": preset}, **moving} for preset in presets]
    document["others"] = [*spaces, *document.get("others", ())]


def show(answer: FitReport, out: Printer) -> None:
    """The best networks, the nearest misses, and what each bound does."""
    names = [space.name for space in answer.spaces]
    out.heading(", ".join(names), fed(answer))
    searched = "all of them" if answer.exhaustive else f"{answer.examined:,} of them, searched"
    out.line(f"{answer.combinations:,} combinations, {searched}; {answer.kept:,} within the bounds")
    if answer.feasible:
        out.line(f"\n{answer.objective.sense} {answer.objective.total}:")
        _show_networks(out, answer.best, names)
    else:
        out.line("\ninfeasible; the closest:")
    if answer.misses:
        if answer.feasible:
            out.line("better, but not within the bounds:")
        _show_networks(out, answer.misses, names)
    _show_limits(out, answer)
    for space in answer.spaces:
        show_trims(space.trims, out)
    show_refusals(answer.refusals, out)
    if answer.feasible and answer.best[0].edges:
        ends = ", ".join(f"{knob} ({end})" for knob, end in answer.best[0].edges.items())
        out.line(f"the best is at an end of {ends}")


def _show_networks(out: Printer, networks: Sequence[FoundNetwork], names: Sequence[str]) -> None:
    knobs = list(dict.fromkeys(knob for network in networks for knob in network.values))
    bounded = [check.total for check in networks[0].checks]
    counted = networks[0].totals
    totals = [total for total in dict.fromkeys((*_USUAL, *bounded)) if total in counted]
    of = " of {space:name}" if len(names) > 1 else ""
    out.rows(
        f"{of} || {values_columns(knobs)} | {totals_columns(totals)} | blocks {{sizes.depths:sum}} "
        "|| widths {sizes.widths:words} | breaks {checks:breaks}",
        networks,
        name=names.__getitem__,
        breaks=lambda checks: ", ".join(
            f"{_limit(check)} by {check.excess:.2%}" for check in checks if not check.kept
        ),
    )


def _show_limits(out: Printer, answer: FitReport) -> None:
    """What each bound does; the best network's room, or the closest one's excess."""
    total = answer.objective.total
    networks = (*answer.best, *answer.misses)
    checks = networks[0].checks if networks else ()

    def relaxed(limit: LimitPressure) -> str:
        gain = f", for {total} {amount(total, limit.gain)}" if limit.gain is not None else ""
        return f"binds: {limit.relax:.2%}{gain}" if limit.relax is not None else ""

    def between(limit: LimitPressure) -> str:
        return f"{amount(limit.total, limit.lowest)} to {amount(limit.total, limit.highest)}"

    out.rows(
        "bound {limit:limit} || it has {has} | kept by {limit.kept:,} of {limit.counted:,} "
        "| examined {limit:between} || to let a better one in {limit:relaxed}",
        [
            {"limit": limit, "has": amount(limit.total, check.value)}
            for limit, check in zip(answer.limits, checks, strict=False)
        ],
        limit=_limit,
        between=between,
        relaxed=relaxed,
    )


def _limit(limit: LimitPressure | BoundCheck) -> str:
    sign = "≤" if limit.sense == "at_most" else "≥"
    images = f" at batch {limit.batch}" if limit.batch > 1 else ""
    return f"{limit.total}{images} {sign} {amount(limit.total, limit.amount)}"


QUESTION = Question(
    path="scaling/fit",
    ask=best,
    show=show,
    rows=lambda answer: Rows((*answer.best, *answer.misses)),
    lane=LANE,
    presets=further,
    asked={
        "The RegNet with most MACs within 200 M": (
            "regnetx_002 --knob depth=10:12 --knob group_width=8,16 --max macs=200M"
        ),
        "The RegNet with most MACs within 600 M, 5 M parameters and 4 GB of training": (
            "regnetx_004 --knob depth=12:28 --knob w0=24:96:8 --knob wa=8:60/14 "
            "--knob wm=2,2.25,2.5,2.75,3 --knob group_width=8,16,24,32,48 "
            "--max macs=600M --max params=5M --max training_bytes@128=4G --max-specs 500"
        ),
        "The smallest of several families with at least 4 G MACs": {
            "architecture": {"preset": "resnet50"},
            "knobs": {"width_multiplier": "0.5:2:0.125"},
            "others": [
                {
                    "architecture": {"preset": "resnext50_32x4d"},
                    "knobs": {"depth": [26, 50, 101], "group_width": {"low": 2, "high": 8}},
                },
                {
                    "architecture": {"preset": "efficientnet_b0"},
                    "knobs": {
                        "depth_multiplier": [1, 1.2, 1.4, 1.8],
                        "resolution": [224, 300, 380],
                    },
                },
            ],
            "bounds": [{"total": "macs", "at_least": 4e9}],
            "objective": {"total": "params", "sense": "least"},
        },
    },
)
