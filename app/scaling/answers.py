"""Answers of the scaling lab: from a request to the body that `app.scaling.bodies` describes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from archmeter.analyzers import COUNTING_RULES
from archmeter.analyzers.scaling import search as searching
from archmeter.analyzers.scaling.cliffs import cliffs
from archmeter.analyzers.scaling.curves import COMPOUND, Curve, curve, spaced
from archmeter.analyzers.scaling.fast import NEEDED_TOTALS, fast_point
from archmeter.analyzers.scaling.knobs import Base, Departure
from archmeter.analyzers.scaling.points import Lab
from archmeter.analyzers.scaling.published import coefficients, overlay, tables
from archmeter.analyzers.scaling.schedules import schedule
from archmeter.analyzers.scaling.sensitivity import Sensitivities
from archmeter.analyzers.scaling.totals import Ruler
from archmeter.app.errors import FieldError, InvalidRequest
from archmeter.app.question import inside_architecture
from archmeter.app.scaling.requests import (
    CliffsRequest,
    CurvesRequest,
    FastRequest,
    LabRequest,
    ScalingRequest,
    SearchRequest,
    SensitivityRequest,
)
from archmeter.app.scaling.runs import ScheduleRequest
from archmeter.app.validation import nearest
from archmeter.models import registry
from archmeter.models.spec import MAX_SIDE, ArchitectureSpec

T = TypeVar("T")

Track = Callable[[Sequence[T], str], Iterable[T]]
"""Sees what is worked through, and what it is called."""

MAX_RANGE = 512
"""Sides that are looked at for cliffs."""

_DEPARTURES: tuple[Departure, ...] = ("rounded", "clipped", "infeasible")


def _unseen(items: Sequence[T], _: str) -> Iterable[T]:
    return items


def spec_of(architecture: Mapping[str, Any]) -> ArchitectureSpec:
    """The network that a request is about.

    Raises:
        InvalidRequest: if knobs do not validate.
        ArchmeterError: if there is no such network.
    """
    with inside_architecture(architecture):
        return registry.resolve(architecture)


def curves_answer(
    request: CurvesRequest, spec: ArchitectureSpec, track: Track[float] = _unseen
) -> dict[str, Any]:
    """The body of a `CurvesReport`."""
    lab = _lab(request, spec, request.read)
    phis = spaced(request.phi.start, request.phi.stop, request.phi.points)
    made = [curve(lab, name, law, track(phis, name)) for name, law in request.laws]
    return {
        **_about(request, spec, lab),
        "curves": [_curve(one) for one in made],
        "overlay": [one.as_dict() for one in overlay(lab)] if request.overlay else None,
    }


def search_answer(
    request: SearchRequest, spec: ArchitectureSpec, track: Track[Any] = _unseen
) -> dict[str, Any]:
    """The body of a `SearchReport`."""
    aims = request.aims
    lab = _lab(request, spec, request.read)
    alphas, betas, gammas = (
        searching.grid(axis.start, axis.stop, axis.step)
        for axis in (request.alpha, request.beta, request.gamma)
    )
    found = searching.grid_search(
        lab,
        (alphas, betas, gammas),
        target=request.target,
        tolerance=request.tolerance,
        constraint=request.constraint,
        objectives=aims,
        track=lambda laws: track(laws, "laws"),
    )
    return {
        **_about(request, spec, lab),
        **found._asdict(),
        "infeasible": [candidate.as_dict() for candidate in found.infeasible],
        "feasible": [candidate.as_dict() for candidate in found.feasible],
        "objectives": [f"{aim.sense} {aim.total}" for aim in aims],
    }


def fast_answer(
    request: FastRequest, spec: ArchitectureSpec, track: Track[float] = _unseen
) -> dict[str, Any]:
    """The body of a `FastReport`."""
    lab = _lab(request, spec, (*request.read, *NEEDED_TOTALS))
    strategies = [
        {
            "name": name,
            "exponents": exponents._asdict(),
            "points": [
                fast_point(
                    lab, exponents, scale, group_width=request.group_width, aim=request.aim
                ).as_dict()
                for scale in track(request.scales, name)
            ],
        }
        for name, exponents in request.exponents
    ]
    return {**_about(request, spec, lab), "strategies": strategies}


def sensitivity_answer(
    request: SensitivityRequest, spec: ArchitectureSpec, track: Track[str] = _unseen
) -> dict[str, Any]:
    """The body of a `SensitivityReport`.

    Raises:
        InvalidRequest: if there is no knob that was asked for.
    """
    ruler = _ruler(request, request.read)
    with inside_architecture():
        found = Sensitivities(spec, ruler, batch=request.batch)
        totals = ruler.read(spec.graph(request.batch))
    knobs = _chosen(found.knobs, request.knobs)
    return {
        **_network(spec),
        "input": _input(request, spec),
        "totals": {name: totals[name] for name in ruler.names},
        "knobs": [found.of(knob).as_dict() for knob in track(knobs, "knobs")],
    }


def cliffs_answer(request: CliffsRequest, spec: ArchitectureSpec) -> dict[str, Any]:
    """The body of a `CliffsReport`.

    Raises:
        InvalidRequest: if the range is empty or too wide.
    """
    side = spec.resolution[0]
    low = request.low or max(1, round(min(side, request.high or side) * 3 / 4))
    high = request.high or min(MAX_SIDE, round(max(side, low) * 5 / 4))
    if not low <= high < low + MAX_RANGE:
        fault = FieldError(
            field="high",
            code="impossible_range",
            message=f"{low} to {high} is no range of 1 to {MAX_RANGE} sides",
            value=high,
            accepted=f"an integer from {low} to {low + MAX_RANGE - 1}",
        )
        raise InvalidRequest([fault])
    ruler = _ruler(request, request.read)
    with inside_architecture():
        spec.graph(request.batch)
    found = cliffs(spec, low, high, ruler, batch=request.batch)
    return {
        **_network(spec),
        "input": _input(request, spec),
        "low": low,
        "high": high,
        **found.as_dict(),
    }


def schedule_answer(request: ScheduleRequest, spec: ArchitectureSpec) -> dict[str, Any]:
    """The body of a `ScheduleReport`."""
    return {**_network(spec), **schedule(spec, request.run).as_dict()}


def published_answer() -> dict[str, Any]:
    """The body of a `PublishedScaling`."""
    return {
        "law": COMPOUND._asdict(),
        "coefficients": [found.as_dict() for found in coefficients()],
        "tables": [row.as_dict() for row in tables()],
    }


def _lab(request: ScalingRequest, spec: ArchitectureSpec, totals: Iterable[str]) -> Lab:
    ruler = _ruler(request, totals)
    with inside_architecture():
        base = Base(
            spec,
            resolution_step=request.resolution_step,
            depth_rounding=request.depth_rounding,
            batch=request.batch,
        )
        return Lab(base, ruler)


def _ruler(request: LabRequest, totals: Iterable[str]) -> Ruler:
    names = tuple(totals)
    return Ruler(names, dtype=request.dtype, peaks=request.peaks)


def _about(request: LabRequest, spec: ArchitectureSpec, lab: Lab) -> dict[str, Any]:
    return {
        **_network(spec),
        "input": _input(request, spec),
        "base": {"sizes": lab.base.sizes.as_dict(), "totals": lab.totals},
    }


def _network(spec: ArchitectureSpec) -> dict[str, Any]:
    return {
        "name": registry.describe(spec),
        "architecture": spec.canonical(),
        "counting_rules": COUNTING_RULES,
    }


def _input(request: LabRequest, spec: ArchitectureSpec) -> dict[str, Any]:
    return {
        "batch": request.batch,
        "dtype": request.dtype,
        "shape": [request.batch, spec.in_channels, *spec.resolution],
    }


def _curve(made: Curve) -> dict[str, Any]:
    departures = {
        departure: [
            point.phi
            for point in made.points
            if any(one.departure == departure for one in point.network.adjustments)
        ]
        for departure in _DEPARTURES
    }
    return {
        "name": made.name,
        **made.law._asdict(),
        "product": made.law.product,
        "departures": departures,
        "points": [point.as_dict() for point in made.points],
    }


def _chosen(knobs: Sequence[str], wanted: Sequence[str] | None) -> Sequence[str]:
    """The knobs asked for, each with all that is inside it, in their own order."""
    if wanted is None:
        return knobs

    def inside(knob: str, name: str) -> bool:
        return knob == name or knob.startswith(f"{name}.")

    faults = [
        FieldError(
            field=f"knobs.{i}",
            code="unknown_knob",
            message=f"there is no knob {name!r} that is a positive number",
            value=name,
            accepted=nearest(name, knobs) or ", ".join(knobs),
        )
        for i, name in enumerate(wanted)
        if not any(inside(knob, name) for knob in knobs)
    ]
    if faults:
        raise InvalidRequest(faults)
    return [knob for knob in knobs if any(inside(knob, name) for name in wanted)]
