"""Badges by URL: one total of a network as a small image, and as what shields.io draws."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from archmeter.analyzers.answers.units import si
from archmeter.analyzers.figures import READERS
from archmeter.analyzers.scaling.totals import UnknownTotal
from archmeter.app.ask.network import NetworkRequest
from archmeter.app.ask.request import from_text
from archmeter.app.ask.totals import TOTALS
from archmeter.app.http.badge_image import ShieldsBadge, drawn
from archmeter.app.http.charts import ANYWHERE
from archmeter.app.http.conditional import unless_held
from archmeter.app.http.dependencies import AnalysesOfApp
from archmeter.app.http.operations import content_of, in_path, json_of, kept, query_parameters
from archmeter.app.http.problems import problems
from archmeter.app.store.analyses import Analyses

router = APIRouter(prefix="/badges", tags=["charts"])

# Images in READMEs are asked for by every reader, and a total changes with the counting rules only.
_KEPT = "public, max-age=3600"
_SVG = "image/svg+xml"

_SHORT = {"macs": "MACs", "flops": "FLOPs"}

Colour = Annotated[
    str,
    Field(
        pattern=r"^([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$",
        json_schema_extra={"examples": ["0072b2"]},
    ),
]


class BadgeRequest(NetworkRequest):
    """A network, and how its badge is to look."""

    # Any text to the right of it could be a colour's: what is drawn is drawn of these alone.
    label: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\x20-\x7e]+$")] | None = (
        None
    )
    """What stands in the place of the total's name: printable ASCII."""

    color: Colour = "00598c"
    """Colour behind the figure: three or six hexadecimal digits."""

    label_color: Colour = "444c56"
    """Colour behind the label."""


ANSWERS = (ShieldsBadge,)
"""What is answered here."""


def label_of(total: str) -> str:
    """What a total is called on its badge."""
    return _SHORT.get(total, total.removesuffix("_bytes").replace("_", " "))


def badge(total: str, request: BadgeRequest, analyses: Analyses) -> ShieldsBadge:
    """A total of a network in words.

    Raises:
        ArchmeterError: if there is no such total, or no such network.
    """
    if total not in TOTALS:
        raise UnknownTotal(total, TOTALS, field="total")
    figure = READERS[total](request.network(analyses).profile())
    return ShieldsBadge(
        label=request.label or label_of(total),
        message=si(figure, "B" if total.endswith("_bytes") else "", digits=3),
        color=f"#{request.color}",
        labelColor=f"#{request.label_color}",
    )


Total = Annotated[str, Path(include_in_schema=False)]  # described below, with all there are

_SENT = {"Cache-Control": _KEPT, **ANYWHERE}
_TOTAL = in_path("total", "The total that is shown.", TOTALS)
_PARAMETERS = {"parameters": [_TOTAL, *query_parameters(BadgeRequest)]}
_PROBLEMS = problems(404, 409, 422, 503)


@router.get(
    "/{total}.svg",
    operation_id="drawBadge",
    summary="Draw a badge",
    responses=kept("The badge.", {_SVG: content_of("svg")}, *ANYWHERE) | _PROBLEMS,
    openapi_extra=_PARAMETERS,
)
async def draw_badge(total: Total, request: Request, analyses: AnalysesOfApp) -> Response:
    """Draw a badge: one total of a network, beside its name."""
    found = await _asked(total, request, analyses)
    return unless_held(request, Response(drawn(found), headers=_SENT, media_type=_SVG))


@router.get(
    "/{total}.json",
    operation_id="describeBadge",
    summary="Describe a badge",
    responses=kept("The badge.", json_of("ShieldsBadge"), *ANYWHERE) | _PROBLEMS,
    openapi_extra=_PARAMETERS,
)
async def describe_badge(total: Total, request: Request, analyses: AnalysesOfApp) -> Response:
    """Describe a badge for shields.io: `https://img.shields.io/endpoint?url=…`."""
    found = await _asked(total, request, analyses)
    sent = Response(found.to_json(), headers=_SENT, media_type="application/json")
    return unless_held(request, sent)


async def _asked(total: str, request: Request, analyses: Analyses) -> ShieldsBadge:
    asked = from_text(BadgeRequest, dict(request.query_params))
    return await to_thread.run_sync(badge, total, asked, analyses)
