"""Families: the builders there are, and their knobs."""

from fastapi import APIRouter

from archmeter.app.problems import NotFound, problems
from archmeter.app.schemas import FamilyInfo, FamilyList, FamilySummary
from archmeter.models import registry
from archmeter.models.errors import UnknownFamily

router = APIRouter(prefix="/v1/families", tags=["catalogue"])


@router.get("")
async def list_families() -> FamilyList:
    """List every family with its paper and the names of its presets."""
    return FamilyList(items=[FamilySummary.of(family) for family in registry.families().values()])


@router.get("/{family}", responses=problems(404))
async def read_family(family: str) -> FamilyInfo:
    """Show a family's knobs as JSON Schema, and its presets with their specs."""
    try:
        return FamilyInfo.of(registry.family(family))
    except UnknownFamily as error:
        raise NotFound(error) from error
