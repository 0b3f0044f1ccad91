"""Badges by URL: as images, and as what shields.io draws."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from archmeter.analyzers.figures import READERS
from archmeter.app import strict_json
from archmeter.app.badges import BADGES, BadgeQuery, ShieldsBadge, described_badge, drawn_badge
from archmeter.app.charts.subjects import profile_of
from archmeter.app.charts.words import OneOf
from archmeter.app.conditional import entity_tag, holds
from archmeter.app.dependencies import AnalysesOfApp
from archmeter.app.problems import problems
from archmeter.app.services import Analyses

router = APIRouter(prefix="/badges", tags=["charts"])

Total = Annotated[str, OneOf(tuple(BADGES))]

# Images in READMEs are asked for by every reader, and a total changes with the counting rules only.
_KEPT = "public, max-age=3600"
_SVG = "image/svg+xml"


@router.get(
    "/{total}.svg",
    response_class=Response,
    responses={
        200: {"content": {_SVG: {}}},
        304: {"description": "The client holds these bytes already."},
        **problems(404, 409, 422, 503),
    },
)
def draw_badge(
    request: Request, total: Total, query: Annotated[BadgeQuery, Query()], analyses: AnalysesOfApp
) -> Response:
    """Draw a badge: one total of a network, beside its name."""
    body = drawn_badge(_read(total, query, analyses)).encode()
    return _response(request, body, _SVG)


@router.get(
    "/{total}.json",
    response_model=ShieldsBadge,
    responses={
        304: {"description": "The client holds these bytes already."},
        **problems(404, 409, 422, 503),
    },
)
def describe_badge(
    request: Request, total: Total, query: Annotated[BadgeQuery, Query()], analyses: AnalysesOfApp
) -> Response:
    """Describe a badge for shields.io: `https://img.shields.io/endpoint?url=…`."""
    badge = _read(total, query, analyses).model_dump(mode="json")
    return _response(request, strict_json.dumps(badge), "application/json")


def _read(total: str, query: BadgeQuery, analyses: Analyses) -> ShieldsBadge:
    profile = profile_of(query.question(analyses))
    return described_badge(total, READERS[total](profile), query)


def _response(request: Request, body: bytes, media_type: str) -> Response:
    etag = entity_tag(body)
    headers = {"ETag": etag, "Cache-Control": _KEPT, "Access-Control-Allow-Origin": "*"}
    if holds(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
