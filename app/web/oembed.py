"""oEmbed (oembed.com): what a site shows in the place of a link to something here."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Response

from archmeter.analyzers.answers import Answer
from archmeter.app.http.charts import ANYWHERE
from archmeter.app.http.dependencies import AnalysesOfApp, SettingsOfApp
from archmeter.app.http.operations import headers, json_of
from archmeter.app.http.problems import STATUS, NotFound, problems
from archmeter.app.web.embedding import base_url, framed
from archmeter.models.errors import ArchmeterError

router = APIRouter(tags=["charts"])

_AN_HOUR = 3_600


@dataclass(frozen=True, slots=True)
class OEmbed(Answer):
    """A link as something to be shown, as oEmbed 1.0 has it."""

    title: str
    """What is shown."""

    provider_url: str
    """Where the service is."""

    html: str
    """A frame that shows it."""

    width: int
    """Width of the frame in pixels, no more than was asked for."""

    height: int
    """Height of the frame in pixels, no more than was asked for."""

    provider_name: str = "archmeter"
    """Who shows it."""

    cache_age: int = _AN_HOUR
    """Seconds for which this may be kept."""

    type: Literal["rich"] = "rich"
    """It is shown as HTML."""

    version: Literal["1.0"] = "1.0"
    """Version of oEmbed."""


ANSWERS = (OEmbed,)
"""What is answered here."""


@router.get(
    "/oembed",
    operation_id="readOEmbed",
    response_class=Response,
    responses={
        200: {
            "description": "What to show.",
            "headers": headers("Cache-Control", *ANYWHERE),
            "content": json_of("OEmbed"),
        },
        **problems(404, 409, 422, 501, 503),
    },
)
def read_oembed(
    analyses: AnalysesOfApp,
    settings: SettingsOfApp,
    url: Annotated[str, Query(max_length=8_000, description="Of a chart, a table or a page here.")],
    maxwidth: Annotated[int | None, Query(ge=1, le=10_000, description="In pixels.")] = None,
    maxheight: Annotated[int | None, Query(ge=1, le=10_000, description="In pixels.")] = None,
    format: Annotated[str, Query(include_in_schema=False)] = "json",  # noqa: A002 - oEmbed's word
) -> Response:
    """Say how a URL of this service is shown on another site, as oEmbed has it.

    It answers for addresses below the service's public URL, or relative to it. Only `format=json`
    is offered; oEmbed asks for 501 where another is wanted. Parameters it does not know are passed
    over, for consumers add some of their own.
    """
    if format != "json":
        raise HTTPException(501, "this service describes itself in JSON only: format=json")
    try:
        frame = framed(url, settings, analyses)
    except ArchmeterError as error:
        if STATUS.get(type(error), 422) in {404, 422}:
            # Whatever is wrong with the URL, there is nothing to be shown at it.
            raise NotFound(error) from error
        raise
    frame = frame._replace(
        width=min(frame.width, maxwidth or frame.width),
        height=min(frame.height, maxheight or frame.height),
    )
    base = base_url(settings)
    body = OEmbed(
        title=frame.title,
        provider_url=base,
        html=str(frame.html(base)),
        width=frame.width,
        height=frame.height,
    )
    sent = {"Cache-Control": f"public, max-age={_AN_HOUR}", **ANYWHERE}
    return Response(body.to_json(), media_type="application/json", headers=sent)
