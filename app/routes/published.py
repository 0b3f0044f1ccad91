"""Published figures: what papers print, beside what is counted."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from archmeter.analyzers.verify import Verdict
from archmeter.app.problems import problems
from archmeter.app.published import PublishedList, select

router = APIRouter(prefix="/v1/published", tags=["catalogue"])


class PublishedFilter(BaseModel):
    """Which figures to list."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    family: str | None = None
    """Only this lineage's, by the word the table files it under, such as `resnet`."""

    verdict: Verdict | None = None
    """Only those with this verdict."""

    text: Annotated[str, Field(max_length=120)] | None = None
    """Only those whose network, source or reason contains this text; case does not matter."""


@router.get("", responses=problems(422))
def list_published(wanted: Annotated[PublishedFilter, Query()]) -> PublishedList:
    """List every printed figure of a network that can be built, with the counted one beside it.

    A figure is `equal` within one unit of its last printed digit, `explained` if another
    convention in use gives it or the difference is known, and `unexplained` otherwise.
    """
    return PublishedList.of(select(wanted.family, wanted.verdict, wanted.text))
