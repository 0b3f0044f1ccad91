"""Calls about analyses that a service has stored, and how a description becomes a method."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.profile import Stage
from archmeter.app.ask.stored import AnalysisList, AnalysisSummary, Comparison
from archmeter.app.client.calls import Call, Identified, Of, asked, get, key, named, path, post
from archmeter.app.client.transports import AsyncTransport, SyncTransport
from archmeter.app.questions import audit as audits
from archmeter.app.questions.analyze import Analysis
from archmeter.app.questions.audit import AuditReport

__all__ = ["AnalysisSummary"]

P = ParamSpec("P")
T = TypeVar("T")


def waited(describe: Callable[P, Call[T]]) -> Callable[Concatenate[SyncTransport, P], T]:
    """A method that makes a call and waits for the answer."""

    @functools.wraps(describe)
    def method(client: SyncTransport, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return client.perform(describe(*args, **kwargs))

    return method


def awaited(
    describe: Callable[P, Call[T]],
) -> Callable[Concatenate[AsyncTransport, P], Coroutine[Any, Any, T]]:
    """A method that makes a call and is awaited."""

    @functools.wraps(describe)
    def method(
        client: AsyncTransport, /, *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, T]:
        return client.perform(describe(*args, **kwargs))

    return method


def get_analysis(of: str | Identified, /) -> Call[Analysis]:
    """Read an analysis again."""
    return get(path("analyses", of), Analysis)


def stages(of: str | Identified, /) -> Call[Rows[Stage]]:
    """Stem, stages and head of an analysis, each the sum of its layers."""
    call = get_analysis(of)
    return Call(call.requests, lambda bodies: call.read(bodies).stages)


def audit(of: Of, /, **knobs: Any) -> Call[AuditReport]:
    """Have torch and fvcore recount a network: seconds, not milliseconds.

    The verdict on an analysis that is stored is stored with it.
    """
    analysis = named(of, knobs).get("analysis")
    if analysis is None:
        return asked(audits.QUESTION, [of], knobs)
    return post(path("analyses", analysis, "audit"), AuditReport)


def audited(of: str | Identified, /) -> Call[AuditReport]:
    """Read what torch and fvcore counted when they were last asked."""
    return get(path("analyses", of, "audit"), AuditReport)


def compare(*of: str | Identified) -> Call[Comparison]:
    """Put analyses side by side, each total also as a multiple of the first one's."""
    return get(path("compare"), Comparison, ids=",".join(map(key, of)))


def find(**filters: Any) -> Call[AnalysisList]:
    """One page of stored analyses, and how many there are on all pages."""
    return get(path("analyses"), AnalysisList, **filters)
