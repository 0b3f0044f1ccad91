"""The front door, and whether the service is fit to answer."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from archmeter.analyzers import COUNTING_RULES
from archmeter.analyzers.answers import Answer
from archmeter.app.http.dependencies import StoreOfApp
from archmeter.app.http.negotiation import preferred
from archmeter.app.http.operations import answered, headers, json_of
from archmeter.app.http.problems import problems

router = APIRouter(tags=["service"])

_PAGES = "/explore"


@dataclass(frozen=True, slots=True)
class Index(Answer):
    """Where everything is."""

    name: str
    counting_rules: str
    """Version of the rules behind all figures."""

    links: dict[str, str]


@dataclass(frozen=True, slots=True)
class Health(Answer):
    """The service answers, and so does its database."""

    status: str
    counting_rules: str


ANSWERS = (Index, Health)
"""What is answered here."""


@router.get(
    "/",
    operation_id="readIndex",
    responses={
        **answered("Where everything is.", json_of("Index"), "Vary"),
        307: {
            "description": f"For browsers: the pages begin at {_PAGES}.",
            "headers": headers("Location", "Vary"),
        },
    },
)
async def read_index(request: Request) -> Response:
    """List the collections and the documents that describe them; browsers are sent to the pages."""
    sent = {"Vary": "Accept"}
    accept = request.headers.get("accept", "*/*")
    if preferred(accept, ["application/json", "text/html"]) == "text/html":
        return RedirectResponse(_PAGES, headers=sent)
    index = Index(
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
            "charts": "/v1/charts",
            "openapi": "/openapi.json",
            "health": "/healthz",
        },
    )
    return Response(index.to_json(), headers=sent, media_type="application/json")


@router.get(
    "/healthz",
    operation_id="readHealth",
    responses=answered("Fit to answer.", json_of("Health")) | problems(503),
)
def read_health(store: StoreOfApp) -> Response:
    """Answer 200 while the database answers, 503 otherwise."""
    store.ping()
    return Response(Health("ok", COUNTING_RULES).to_json(), media_type="application/json")
