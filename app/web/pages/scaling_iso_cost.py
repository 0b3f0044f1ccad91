"""Equal cost: what a network may give up in depth for width, and what that does to other costs."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from archmeter.analyzers.scaling.totals import ROOFLINE, TOTALS
from archmeter.app.ask.request import from_text, text_fields
from archmeter.app.charts.iso_cost import CHART, IsoCostLook, answer_to
from archmeter.app.http.dependencies import AnalysesOfApp
from archmeter.app.web.figure import figure
from archmeter.app.web.lab_form import LabForm, in_words, usual
from archmeter.app.web.lanes import at_once
from archmeter.app.web.links import explorer_url
from archmeter.app.web.messages import noting
from archmeter.app.web.site import page
from archmeter.models import registry

router = APIRouter()

_NUMBERS = ("depth_low", "depth_high", "depth_count", "width_low", "width_high", "width_count",
            "tolerance")  # fmt: skip


@router.get("/scaling/iso-cost")
@at_once(1)  # seconds
def show_iso_cost(request: Request, analyses: AnalysesOfApp) -> HTMLResponse:
    """Pairs of depth and width at equal cost."""
    form = LabForm(request.query_params, usual(IsoCostLook, (*_NUMBERS, "total", "shown")))
    answer, drawn = None, None
    if not form.errors:
        with noting(form.errors, {"architecture": "preset"}):
            look = from_text(IsoCostLook, {**form.network.parameters, **form.values})
            answer = answer_to(look, look.network())
            drawn = figure(CHART.name, look, analyses)
    fields = text_fields(IsoCostLook)
    context = {
        "here": "/scaling",
        "form": form,
        "numbers": {name: fields[name].info.description for name in _NUMBERS},
        "totals": in_words(name for name in TOTALS if name != ROOFLINE),
        "answer": answer,
        "figure": drawn,
        "explore": lambda architecture: explorer_url(registry.resolve(architecture)),
    }
    return page("scaling_iso_cost.html", context, status=422 if form.errors else 200)
