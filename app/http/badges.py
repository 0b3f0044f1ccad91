"""Badges by URL: one total of a network as a small image, and as what shields.io draws."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from pydantic import Field

from archmeter.analyzers.answers.units import si
from archmeter.analyzers.figures import READERS
from archmeter.app.ask.network import NetworkRequest
from archmeter.app.ask.request import from_text
from archmeter.app.ask.totals import TOTALS
from archmeter.app.ask.validation import nearest
from archmeter.app.http.badge_image import ShieldsBadge, drawn
from archmeter.app.http.charts import ANYWHERE
from archmeter.app.http.conditional import unless_held
from archmeter.app.http.dependencies import AnalysesOfApp
from archmeter.app.http.operations import content_of, in_path, json_of, kept, query_parameters
from archmeter.app.http.problems import problems
from archmeter.models.errors import ArchmeterError

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


class UnknownTotal(ArchmeterError):
    """There is no total of this name."""

    code = "unknown_total"


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


def badge(total: str, request: BadgeRequest, analyses: AnalysesOfApp) -> ShieldsBadge:
    """A total of a network in words.

    Raises:
        ArchmeterError: if there is no such total, or no such network.
    """
    if total not in TOTALS:
        accepted = nearest(total, TOTALS) or ", ".join(TOTALS)
        message = f"there is no total {total[:80]!r}"
        raise UnknownTotal(message, field="total", value=total, accepted=accepted)
    figure = READERS[total](request.network(analyses).profile())
    return ShieldsBadge(
        label=request.label or label_of(total),
        message=si(figure, "B" if total.endswith("_bytes") else "", digits=3),
        color=f"#{request.color}",
        labelColor=f"#{request.label_color}",
    )


def _route(
    media_type: str, write: Callable[[ShieldsBadge], bytes]
) -> Callable[..., Awaitable[Response]]:
    async def read(request: Request, analyses: AnalysesOfApp) -> Response:
        total = str(request.path_params["total"])
        asked = from_text(BadgeRequest, dict(request.query_params))
        found = await to_thread.run_sync(badge, total, asked, analyses)
        sent = {"Cache-Control": _KEPT, **ANYWHERE}
        return unless_held(request, Response(write(found), headers=sent, media_type=media_type))

    return read


_TOTAL = in_path("total", "The total that is shown.", TOTALS)

for _ending, _media_type, _write, _content, _what, _description in (
    (
        *("svg", _SVG, lambda found: drawn(found).encode(), {_SVG: content_of("svg")}, "Draw"),
        "Draw a badge: one total of a network, beside its name.",
    ),
    (
        *("json", "application/json", ShieldsBadge.to_json, json_of("ShieldsBadge"), "Describe"),
        "Describe a badge for shields.io: `https://img.shields.io/endpoint?url=…`.",
    ),
):
    router.add_api_route(
        f"/{{total}}.{_ending}",
        _route(_media_type, _write),
        operation_id=f"{_what.lower()}Badge",
        summary=f"{_what} a badge",
        description=_description,
        responses=kept("The badge.", _content, *ANYWHERE) | problems(404, 409, 422, 503),
        openapi_extra={"parameters": [_TOTAL, *query_parameters(BadgeRequest)]},
    )
