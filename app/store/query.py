"""What `GET /v1/analyses` can be asked for, and the SQL it becomes.

The filters are derived from the figures: ``min_`` and ``max_`` of each, and each as a sort key.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, create_model, field_validator
from sqlalchemy import ColumnElement, Select, false, func, null, select, true

from archmeter.app.ask.totals import LARGEST, TOTALS
from archmeter.app.store.tables import analyses, audits

AUDITED = analyses.outerjoin(audits)
"""Analyses, each with its audit if there is one."""

SUMMARY_COLUMNS = [
    *(column for column in analyses.c if column.name not in {"etag", "body"}),
    audits.c.agrees,
]

FIGURE_RANGES = {f"{bound}_{name}": (name, bound) for name in TOTALS for bound in ("min", "max")}
"""Query parameter to figure and bound: ``min_params`` to ``("params", "min")``."""

_VERDICTS = {"agrees": true(), "differs": false(), "none": null()}

SORTABLE = ("created_at", "name", "family", "batch", *TOTALS)
"""Columns that a list can be sorted by."""


class _Search(BaseModel):
    """Filters, order and page of a list of analyses."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    family: str | None = None
    """Only this family."""

    name: Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f]*$")] | None = None
    """Only names that contain this text, such as `resnet50`; case does not matter."""

    audit: Literal["agrees", "differs", "none"] | None = None
    """Only those whose audit came out so; `none`: not audited yet."""

    sort: str = Field(
        default="-created_at",
        json_schema_extra={"enum": [f"{sign}{key}" for key in SORTABLE for sign in ("", "-")]},
    )
    """A column to sort by; a leading `-` sorts from largest to smallest. Ties are sorted by id."""

    limit: int = Field(default=50, ge=1, le=500)
    """Analyses per page."""

    offset: int = Field(default=0, ge=0, le=LARGEST)
    """Analyses to skip."""

    @field_validator("sort")
    @classmethod
    def _is_sortable(cls, key: str) -> str:
        if key.removeprefix("-") not in SORTABLE:
            raise ValueError("there is no such column to sort by")
        return key


if TYPE_CHECKING:
    Search = _Search
else:
    _Bound = Annotated[int | None, Field(ge=0, le=LARGEST)]
    Search = create_model(
        "Search",
        __base__=_Search,
        __doc__=_Search.__doc__,
        **{
            parameter: (
                _Bound,
                Field(default=None, description=f"{bound.capitalize()}imum {name}, inclusive."),
            )
            for parameter, (name, bound) in FIGURE_RANGES.items()
        },
    )


def page(search: _Search) -> tuple[Select[int], Select[Any]]:
    """The two statements that answer a search: how many match, and one page of them."""
    conditions = list(_conditions(search))
    column = analyses.c[search.sort.removeprefix("-")]
    order = column.desc() if search.sort.startswith("-") else column.asc()
    total = select(func.count()).select_from(AUDITED).where(*conditions)
    rows = select(*SUMMARY_COLUMNS).select_from(AUDITED).where(*conditions)
    # Equal figures are common (every dtype has the same params): pages must not overlap.
    return total, rows.order_by(order, analyses.c.id).limit(search.limit).offset(search.offset)


def _conditions(search: _Search) -> Iterator[ColumnElement[bool]]:
    if search.family is not None:
        yield analyses.c.family == search.family
    if search.name:
        yield analyses.c.name.icontains(search.name, autoescape=True)
    if search.audit is not None:
        yield audits.c.agrees.is_(_VERDICTS[search.audit])
    for parameter, (name, bound) in FIGURE_RANGES.items():
        limit = cast("int | None", getattr(search, parameter))
        if limit is not None:
            column = analyses.c[name]
            yield column >= limit if bound == "min" else column <= limit
