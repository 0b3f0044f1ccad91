"""The layer table of an analysis, as JSON, CSV or Markdown."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from archmeter.app import strict_json
from archmeter.app.dependencies import AnalysesOfApp
from archmeter.app.errors import NotAcceptable
from archmeter.app.layer_table import MEDIA_TYPES, Format, to_csv, to_markdown
from archmeter.app.negotiation import preferred
from archmeter.app.problems import problems
from archmeter.app.schemas import LayerTable

router = APIRouter(prefix="/v1/analyses", tags=["analyses"])


class LayerQuery(BaseModel):
    """How to show the table."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    format: Format | None = None
    """A format by name; without it, the `Accept` header decides."""


@router.get(
    "/{analysis_id}/layers",
    response_model=LayerTable,
    responses={
        200: {
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "text/markdown": {"schema": {"type": "string"}},
            }
        },
        **problems(404, 406, 409, 422, 503),
    },
)
def read_layers(
    request: Request,
    analysis_id: str,
    query: Annotated[LayerQuery, Query()],
    analyses: AnalysesOfApp,
) -> Response:
    """Show every operator with its sizes and its share of every total."""
    wanted = query.format or _accepted(request.headers.get("accept", "*/*"))
    summary, profile = analyses.layers(analysis_id)
    match wanted:
        case Format.CSV:
            content: str | bytes = to_csv(profile.rows)
        case Format.MARKDOWN:
            content = to_markdown(profile.rows, profile.totals)
        case Format.JSON:
            table: dict[str, Any] = {
                "id": summary.id,
                "name": summary.name,
                "rows": [row.as_dict() for row in profile.rows],
                "totals": profile.totals.as_dict(),
            }
            content = strict_json.dumps(table)
    return Response(content, media_type=MEDIA_TYPES[wanted], headers={"Vary": "Accept"})


def _accepted(accept: str) -> Format:
    offered = {media_type: name for name, media_type in MEDIA_TYPES.items()}
    media_type = preferred(accept, list(offered))
    if media_type is None:
        raise NotAcceptable(
            f"cannot answer as {accept[:80]!r}",
            field="accept",
            value=accept,
            accepted=", ".join(offered),
        )
    return offered[media_type]
