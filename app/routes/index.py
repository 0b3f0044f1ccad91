"""The front door: where everything is."""

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from archmeter.analyzers import COUNTING_RULES
from archmeter.app.negotiation import preferred
from archmeter.app.schemas import Index

router = APIRouter(tags=["service"])


_PAGES = "/explore"


@router.get(
    "/",
    response_model=Index,
    responses={307: {"description": f"For browsers: the pages begin at {_PAGES}."}},
)
async def read_index(request: Request, response: Response) -> Index | Response:
    """List the collections and the documents that describe them; browsers are sent to the pages."""
    accept = request.headers.get("accept", "*/*")
    if preferred(accept, ["application/json", "text/html"]) == "text/html":
        return RedirectResponse(_PAGES, headers={"Vary": "Accept"})
    response.headers["Vary"] = "Accept"
    return Index(
        name="archmeter",
        counting_rules=COUNTING_RULES,
        links={
            "families": "/v1/families",
            "presets": "/v1/presets",
            "published": "/v1/published",
            "devices": "/v1/devices",
            "formulas": "/v1/formulas",
            "analyses": "/v1/analyses",
            "scaling": "/v1/scaling/published",
            "openapi": "/openapi.json",
            "health": "/healthz",
        },
    )
