"""The front door: where everything is."""

from fastapi import APIRouter

from analyzers import COUNTING_RULES
from app.schemas import Index

router = APIRouter(tags=["service"])


@router.get("/")
async def read_index() -> Index:
    """List the collections and the documents that describe them."""
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
