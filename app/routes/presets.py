"""Presets: published networks by the names people know."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from archmeter.app.problems import problems
from archmeter.app.schemas import PresetInfo, PresetList
from archmeter.models import registry

router = APIRouter(prefix="/v1/presets", tags=["catalogue"])


class PresetFilter(BaseModel):
    """Which presets to list."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    family: str | None = None
    """Only this family's."""


@router.get("", responses=problems(422))
async def list_presets(wanted: Annotated[PresetFilter, Query()]) -> PresetList:
    """List published networks, of one family or of all."""
    found = (
        registry.presets().values()
        if wanted.family is None
        else registry.family(wanted.family).presets
    )
    return PresetList(items=[PresetInfo.of(preset) for preset in found])
