"""Scaling: curves of what a network costs along depth, width, resolution, and all of them."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from archmeter.analyzers.scaling.totals import TOTALS
from archmeter.app.ask.request import from_text
from archmeter.app.charts.scaling import CHART, ScalingLook, answer_to
from archmeter.app.http.dependencies import AnalysesOfApp
from archmeter.app.web.figure import figure
from archmeter.app.web.lab_form import in_words
from archmeter.app.web.lanes import at_once
from archmeter.app.web.links import request_url
from archmeter.app.web.messages import noting
from archmeter.app.web.scaling_form import CURVES, OWN, RENAMED, SLIDERS, ScalingForm
from archmeter.app.web.site import answered

router = APIRouter()

PATH = "/scaling"


@router.get(PATH)
@at_once(2)  # tenths of a second
def show_scaling(request: Request, analyses: AnalysesOfApp) -> HTMLResponse:
    """A network along laws."""
    form = ScalingForm(request.query_params)
    answer, drawn = None, None
    if not form.errors:
        with noting(form.errors, RENAMED):
            look = from_text(ScalingLook, form.parameters)
            answer = answer_to(look, look.network())
            drawn = figure(CHART.name, look, analyses)
    context = {
        "form": form,
        "fields": ("preset", "batch", "dtype", *OWN),
        "sliders": SLIDERS,
        "curves": CURVES,
        "totals": in_words(TOTALS),
        "answer": answer,
        "figure": drawn,
        "explore": partial(_explore, form),
    }
    return answered(request, "scaling", context, form.errors, f"{PATH}?{form.query}")


def _explore(form: ScalingForm, changes: dict[str, Any]) -> str:
    """Where a scaled network is explored."""
    return request_url({**form.network.document["architecture"], **changes})
