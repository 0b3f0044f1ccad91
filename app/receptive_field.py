"""Receptive fields as people ask for them: what each layer and stage sees of the image."""

from typing import Any

from pydantic import create_model

from archmeter.analyzers.coverage import SeenRow, coverage
from archmeter.analyzers.profile import Profile
from archmeter.app.schemas import AnalysisId, Body, Derived, described

SeenFigures = create_model(
    "SeenRow", __base__=Derived, __doc__=SeenRow.__doc__, **described(SeenRow)
)


class ReceptiveFieldReport(Body):
    """What the elements of each layer see of the image; exact, position by position.

    The receptive field is the side of a square that knows no edges. The rest is cut to the image:
    what the middle element sees, and the fraction of the image that an element covers.
    """

    id: AnalysisId
    name: str
    resolution: list[int]
    """Height and width of the image."""

    middle_whole_at: str | None
    """The first layer whose middle element sees the whole image; null if none does."""

    all_whole_at: str | None
    """The first layer of which every element sees the whole image; null if none does."""

    stages: list[SeenFigures]
    """What stem, stages and head hand on."""

    rows: list[SeenFigures]
    """Every layer in execution order; what works on weights alone sees nothing and is left out."""


def report(key: str, name: str, profile: Profile) -> dict[str, Any]:
    """The body as `ReceptiveFieldReport` describes it.

    Raises:
        SightTooLarge: if the image is too large to follow each position.
    """
    seen = coverage(profile)
    return {
        "id": key,
        "name": name,
        "resolution": profile.input_shape[2:],
        "middle_whole_at": seen.middle_whole_at,
        "all_whole_at": seen.all_whole_at,
        "stages": [row.as_dict() for row in seen.stages],
        "rows": [row.as_dict() for row in seen.rows],
    }
