"""Scaling: curves of what a network costs along depth, width, resolution, and all of them."""

from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from archmeter.analyzers.answers.units import amount
from archmeter.analyzers.devices import devices
from archmeter.analyzers.scaling.totals import TOTALS
from archmeter.app.ask.cache import cached_answer
from archmeter.app.charts.labels import called
from archmeter.app.http.dependencies import AnalysesOfApp
from archmeter.app.questions import curves
from archmeter.app.questions.curves import CurvesReport
from archmeter.app.store.analyses import Analyses
from archmeter.app.web.links import request_url
from archmeter.app.web.messages import messages
from archmeter.app.web.scaling_form import CURVES, OWN, RENAMED, SLIDERS, ScalingForm
from archmeter.app.web.site import page
from archmeter.app.web.some_figure import some_figure
from archmeter.models import registry
from archmeter.models.errors import ArchmeterError

router = APIRouter()

PATH = "/scaling"

# Tenths of a second of counting: two at a time, so that other pages never wait behind them.
_LANE = CapacityLimiter(2)


@router.get(PATH)
async def show_scaling(request: Request, analyses: AnalysesOfApp) -> HTMLResponse:
    """A network along laws."""
    return await to_thread.run_sync(_page, request, analyses, limiter=_LANE)


def _page(request: Request, analyses: Analyses) -> HTMLResponse:
    form = ScalingForm(request.query_params)
    answer, figure = None, None
    if form.request is not None:
        try:
            answer = _answer(form)
            drawn = {**form.parameters, "total": form.values["total"]}
            figure = some_figure("scaling", drawn, analyses)
        except ArchmeterError as error:
            form.errors.update(messages(error, RENAMED))
    fragment = "HX-Request" in request.headers
    return page(
        "scaling_result.html" if fragment else "scaling.html",
        {
            "here": PATH,
            "fragment": fragment,
            "form": form,
            "fields": ("preset", "batch", "dtype", *OWN),
            "sliders": SLIDERS,
            "curves": CURVES,
            "totals": {name: called(name) for name in TOTALS},
            "devices": {name: device.title for name, device in devices().items()},
            "presets": registry.presets(),
            "answer": answer,
            "figure": figure,
            "amount": amount,
            "explore": partial(_explore, form),
        },
        status=422 if form.errors else 200,
        headers={"HX-Replace-Url": f"{PATH}?{form.query}"} if fragment else None,
    )


def _answer(form: ScalingForm) -> CurvesReport | None:
    if form.request is None:
        return None
    return cached_answer(curves.QUESTION, form.request, form.request.network())


def _explore(form: ScalingForm, changes: dict[str, Any]) -> str:
    """Where a scaled network is explored."""
    return request_url({**form.network.document["architecture"], **changes})
