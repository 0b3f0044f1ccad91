"""Equal cost: what a network may give up in depth for width, and what that does to other costs."""

from typing import NamedTuple

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from archmeter.analyzers.answers.units import amount
from archmeter.analyzers.scaling.totals import ROOFLINE, TOTALS
from archmeter.app.ask.request import from_text
from archmeter.app.ask.spelling import text_of
from archmeter.app.charts.iso_cost import CHART, IsoCostLook, answer_to
from archmeter.app.charts.labels import called
from archmeter.app.http.dependencies import AnalysesOfApp
from archmeter.app.questions.iso_cost import IsoCostReport
from archmeter.app.store.analyses import Analyses
from archmeter.app.web.figure import Figure, figure
from archmeter.app.web.links import explorer_url
from archmeter.app.web.messages import messages
from archmeter.app.web.network_form import NetworkForm
from archmeter.app.web.scaling_form import PRESET
from archmeter.app.web.site import page
from archmeter.app.web.some_figure import of_network
from archmeter.models import registry
from archmeter.models.errors import ArchmeterError

router = APIRouter()

PATH = "/scaling/iso-cost"

# Seconds of counting: one at a time, so that other pages never wait behind it.
_LANE = CapacityLimiter(1)


class Parameter(NamedTuple):
    """A number that the page asks for.

    Attributes:
        help: what it is.
        value: as it was typed, or its default.
    """

    name: str
    title: str
    help: str
    value: str


_NUMBERS = ("depth_low", "depth_high", "depth_count", "width_low", "width_high", "width_count",
            "tolerance")  # fmt: skip
OWN = (*_NUMBERS, "total", "shown")


@router.get(PATH)
async def show_iso_cost(request: Request, analyses: AnalysesOfApp) -> HTMLResponse:
    """Pairs of depth and width at equal cost."""
    return await to_thread.run_sync(_page, request, analyses, limiter=_LANE)


def _page(request: Request, analyses: Analyses) -> HTMLResponse:
    given = {name: text for name, text in request.query_params.items() if text.strip()}
    if not given.keys() & {"preset", "family"}:
        given["preset"] = PRESET
    network = NetworkForm(given, own=OWN)
    own = {name: given[name] for name in OWN if name in given}
    errors = dict(network.errors)
    answer: IsoCostReport | None = None
    drawn: Figure | None = None
    if not errors:
        try:
            look = from_text(IsoCostLook, {**of_network(network), **own})
            answer = answer_to(look, look.network(analyses))
            drawn = figure(CHART.name, look, analyses)
        except ArchmeterError as error:
            errors.update(messages(error, {"architecture": "preset"}))
    return page(
        "scaling_iso_cost.html",
        {
            "here": "/scaling",
            "network": network,
            "errors": errors,
            "numbers": [_parameter(name, own) for name in _NUMBERS],
            "chosen": {name: _value(name, own) for name in ("total", "shown")},
            "totals": {name: called(name) for name in TOTALS if name != ROOFLINE},
            "presets": registry.presets(),
            "answer": answer,
            "figure": drawn,
            "amount": amount,
            "explore": lambda architecture: explorer_url(registry.resolve(architecture)),
        },
        status=422 if errors else 200,
    )


def _value(name: str, own: dict[str, str]) -> str:
    return own.get(name, text_of(IsoCostLook.model_fields[name].default))


def _parameter(name: str, own: dict[str, str]) -> Parameter:
    field = IsoCostLook.model_fields[name]
    return Parameter(name, name.replace("_", ", "), field.description or "", _value(name, own))
