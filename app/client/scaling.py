"""The scaling lab and design spaces: of any architecture, by preset or in full."""

from __future__ import annotations  # the names of asks and answers may be about to be written

from collections.abc import Mapping
from typing import Any, TypeVar, Unpack

from archmeter.app.client import answers, asks
from archmeter.app.client.calls import Architecture, Call, described, endpoint, get, path, post

T = TypeVar("T")


@endpoint
def curves(
    architecture: Architecture, /, **how: Unpack[asks.CurvesRequest]
) -> Call[answers.CurvesReport]:
    """Scale a network along depth, width, resolution or all of them, and count every point."""
    return _asked("curves", architecture, answers.CurvesReport, how)


@endpoint
def search_laws(
    architecture: Architecture, /, **how: Unpack[asks.SearchRequest]
) -> Call[answers.SearchReport]:
    """Search a grid of α, β, γ for laws that multiply the cost by a target, counting each."""
    return _asked("search", architecture, answers.SearchReport, how)


@endpoint
def scale_fast(
    architecture: Architecture, /, **how: Unpack[asks.FastRequest]
) -> Call[answers.FastReport]:
    """Scale by the strategies of fast compound scaling: d, w, r, dw, dr, wr, dwr, dWr."""
    return _asked("fast", architecture, answers.FastReport, how)


@endpoint
def sensitivity(
    architecture: Architecture, /, **how: Unpack[asks.SensitivityRequest]
) -> Call[answers.SensitivityReport]:
    """By how many per cent each total grows when a knob grows by one, for every knob."""
    return _asked("sensitivity", architecture, answers.SensitivityReport, how)


@endpoint
def cliffs(
    architecture: Architecture, /, **how: Unpack[asks.CliffsRequest]
) -> Call[answers.CliffsReport]:
    """The sizes of the input at which maps gain a row and cost jumps, and aligned sizes."""
    return _asked("cliffs", architecture, answers.CliffsReport, how)


@endpoint
def schedule(
    architecture: Architecture, /, **how: Unpack[asks.ScheduleRequest]
) -> Call[answers.ScheduleReport]:
    """A run of training whose images change size from stage to stage."""
    return _asked("schedules", architecture, answers.ScheduleReport, how)


@endpoint
def published_scaling() -> Call[answers.PublishedScaling]:
    """The coefficients of EfficientNet-B0 to B7 beside the law they were rounded from."""
    return get(path("scaling", "published"), answers.PublishedScaling)


@endpoint
def fit(architecture: Architecture, /, **how: Unpack[asks.FitRequest]) -> Call[answers.FitReport]:
    """The best networks within bounds, the nearest misses, and the bound that stops them."""
    return _asked("fit", architecture, answers.FitReport, how)


@endpoint
def sample(
    architecture: Architecture, /, **how: Unpack[asks.SampleRequest]
) -> Call[answers.SampleReport]:
    """Networks of a design space drawn by the laws of its knobs, and how their costs spread."""
    return _asked("sample", architecture, answers.SampleReport, how)


@endpoint
def iso_cost(
    architecture: Architecture, /, **how: Unpack[asks.IsoCostRequest]
) -> Call[answers.IsoCostReport]:
    """All pairs of depth and width at equal cost, and what they do to every other cost."""
    return _asked("iso-cost", architecture, answers.IsoCostReport, how)


@endpoint
def cardinality(
    architecture: Architecture, /, **how: Unpack[asks.CardinalityRequest]
) -> Call[answers.CardinalityReport]:
    """For each cardinality, the group width that keeps parameters or MACs as they are."""
    return _asked("cardinality", architecture, answers.CardinalityReport, how)


def _asked(noun: str, architecture: Architecture, kind: type[T], how: Mapping[str, Any]) -> Call[T]:
    return post(path("scaling", noun), kind, {"architecture": described(architecture), **how})
