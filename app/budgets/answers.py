"""Answers about design spaces: from a request to the body that `app.budgets.bodies` describes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from archmeter.analyzers import COUNTING_RULES
from archmeter.analyzers.scaling.bounds import limits
from archmeter.analyzers.scaling.budget import Effort, fit
from archmeter.analyzers.scaling.cardinality import NoCardinality, trades
from archmeter.analyzers.scaling.domains import Domain
from archmeter.analyzers.scaling.examine import Judge, Progress
from archmeter.analyzers.scaling.iso_cost import iso_cost
from archmeter.analyzers.scaling.sampling import sample
from archmeter.analyzers.scaling.search import Objective
from archmeter.analyzers.scaling.search_space import Space, UnknownKnob
from archmeter.app.budgets.requests import (
    MAX_OPERATORS,
    CardinalityRequest,
    FitRequest,
    IsoCostRequest,
    SampleRequest,
)
from archmeter.app.errors import InvalidRequest
from archmeter.app.question import inside_architecture
from archmeter.app.scaling.on_device import OnDevice
from archmeter.models import registry
from archmeter.models.errors import ArchmeterError


def fit_answer(request: FitRequest, progress: Progress | None = None) -> dict[str, Any]:
    """The body of a `FitReport`.

    Raises:
        ArchmeterError: if the question contradicts itself.
    """
    aim = Objective(request.objective.total, request.objective.sense)
    judge = Judge(
        limits(request.bounds, request.batch),
        aim,
        batch=request.batch,
        dtype=request.dtype,
        peaks=request.peaks,
    )
    spaces = [_space(request.architecture, request.knobs, request.increasing)]
    for i, other in enumerate(request.others):
        with _under(f"others.{i}"):
            spaces.append(_space(other.architecture, other.knobs, other.increasing))
            spaces[-1].axes  # noqa: B018 - what is wrong with them is wrong here
    effort = Effort(request.max_specs, MAX_OPERATORS, request.seed)
    found = fit(spaces, judge, effort, count=request.count, progress=progress)
    return {
        **_about(request),
        "objective": aim._asdict(),
        "seed": request.seed,
        **found.as_dict(),
    }


def sample_answer(request: SampleRequest, progress: Progress | None = None) -> dict[str, Any]:
    """The body of a `SampleReport`.

    Raises:
        ArchmeterError: if the question contradicts itself.
    """
    judge = Judge(
        limits(request.bounds, request.batch),
        also=request.totals,
        batch=request.batch,
        dtype=request.dtype,
        peaks=request.peaks,
    )
    found = sample(
        _space(request.architecture, request.knobs, request.increasing),
        judge,
        request.count,
        totals=request.totals,
        seed=request.seed,
        max_draws=request.max_draws,
        max_operators=MAX_OPERATORS,
        progress=progress,
    )
    body = found._replace(samples=found.samples[: request.listed]).as_dict()
    return {**_about(request), "seed": request.seed, **body}


def iso_cost_answer(request: IsoCostRequest, progress: Progress | None = None) -> dict[str, Any]:
    """The body of an `IsoCostReport`.

    Raises:
        ArchmeterError: if the question contradicts itself.
    """
    judge = Judge(
        (),
        Objective(request.total),
        batch=request.batch,
        dtype=request.dtype,
        peaks=request.peaks,
    )
    axes = {"depth": request.depth, "width": request.width}
    with _axes({axis.knob: name for name, axis in axes.items()}):
        space = _space(request.architecture, {axis.knob: axis.values for axis in axes.values()}, ())
        found = iso_cost(
            space,
            judge,
            wanted=request.wanted,
            tolerance=request.tolerance,
            shown=request.totals,
            max_operators=MAX_OPERATORS,
            progress=progress,
        )
    knobs = {f"{name}_knob": axis.knob for name, axis in axes.items()}
    return {**_about(request), **knobs, **found.as_dict()}


def cardinality_answer(request: CardinalityRequest, _: Progress | None = None) -> dict[str, Any]:
    """The body of a `CardinalityReport`.

    Raises:
        ArchmeterError: if the family has no cardinality, or the network no such part.
    """
    with inside_architecture(request.architecture):
        spec = registry.resolve(request.architecture)
    try:
        found = trades(spec, request.cardinalities, keep=request.keep, part=request.part)
    except NoCardinality as error:
        error.field = f"architecture.{error.field}"
        raise
    return {
        "counting_rules": COUNTING_RULES,
        "name": registry.describe(spec),
        "architecture": spec.canonical(),
        **found.as_dict(),
    }


def _about(request: OnDevice) -> dict[str, Any]:
    return {
        "counting_rules": COUNTING_RULES,
        "batch": request.batch,
        "dtype": request.dtype,
    }


def _space(
    architecture: Mapping[str, Any], knobs: Mapping[str, Domain], increasing: tuple[str, ...]
) -> Space:
    with inside_architecture(architecture):
        registry.resolve(architecture)
    return Space(architecture, knobs, increasing)


@contextmanager
def _under(path: str) -> Iterator[None]:
    """Make the paths of errors start at the request instead of a space inside it."""
    with _renamed(lambda field: f"{path}.{field}" if field else path):
        yield


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


@contextmanager
def _renamed(rename: Callable[[str | None], str]) -> Iterator[None]:
    try:
        yield
    except InvalidRequest as error:
        raise InvalidRequest(
            [one.model_copy(update={"field": rename(one.field)}) for one in error.errors]
        ) from error
    except ArchmeterError as error:
        error.field = rename(error.field)
        raise
