"""Calls about analyses that a service has stored, which are no questions of their own."""

from __future__ import annotations

from typing import Any

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.profile import Stage
from archmeter.app.ask.stored import AnalysisList, Comparison
from archmeter.app.client.calls import Call, Identified, Of, asked, get, key, named, path, post
from archmeter.app.questions import audit as audits
from archmeter.app.questions.analyze import Analysis
from archmeter.app.questions.audit import AuditReport


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


def search(**filters: Any) -> Call[AnalysisList]:
    """All stored analyses that match, read page by page while they are iterated over.

    `limit` is the size of a page, `offset` where to begin.
    """
    return find(**filters)
