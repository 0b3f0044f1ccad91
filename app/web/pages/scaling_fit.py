"""Budget: the best networks within bounds, the nearest that miss them, and the bound that stops."""

from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from archmeter.analyzers.answers.units import amount
from archmeter.analyzers.devices import devices
from archmeter.analyzers.scaling.fits import LimitPressure
from archmeter.analyzers.scaling.totals import TOTALS
from archmeter.app.ask.cache import cached_answer
from archmeter.app.ask.spelling import RANGES, text_of
from archmeter.app.charts.labels import called
from archmeter.app.questions import fit
from archmeter.app.questions.fit import FitReport
from archmeter.app.web.fit_form import FitForm
from archmeter.app.web.links import explorer_url
from archmeter.app.web.site import page
from archmeter.models import registry
from archmeter.models.errors import ArchmeterError
from archmeter.models.spec import InputSpec

router = APIRouter()

PATH = "/scaling/fit"

_USUAL = ("macs", "params", "activations")

# Seconds of counting: one at a time, so that other pages never wait behind it.
_LANE = CapacityLimiter(1)


@router.get(PATH)
async def show_fit(request: Request) -> HTMLResponse:
    """Networks within a budget."""
    return await to_thread.run_sync(_page, request, limiter=_LANE)


def _page(request: Request) -> HTMLResponse:
    form = FitForm(request.query_params)
    answer: FitReport | None = None
    asked = form.request
    if asked is not None:
        try:
            answer = cached_answer(fit.QUESTION, asked, asked.network())
        except ArchmeterError as error:
            form.refuse(error)
    return page(
        "scaling_fit.html",
        {
            "here": "/scaling",
            "form": form,
            "totals": {name: called(name) for name in TOTALS},
            "devices": {name: device.title for name, device in devices().items()},
            "presets": registry.presets(),
            "ranges": RANGES,
            "answer": answer,
            "shown": _shown(answer) if answer else (),
            "tightest": _tightest(answer) if answer else None,
            "amount": amount,
            "text": text_of,
            "explore": partial(_explore, form),
        },
        status=422 if form.failed else 200,
    )


def _shown(answer: FitReport) -> list[str]:
    """Totals that are shown of each network: those it is about, and the usual ones it has."""
    networks = [*answer.best, *answer.misses]
    about = [answer.objective.total, *(limit.total for limit in answer.limits)]
    names = dict.fromkeys((*about, *_USUAL))
    return [name for name in names if all(name in network.totals for network in networks)]


def _tightest(answer: FitReport) -> LimitPressure | None:
    """The limit that has to give way least for a better network."""
    binding = [limit for limit in answer.limits if limit.binding]
    return min(binding, key=lambda limit: limit.relax or 0.0, default=None)


def _explore(form: FitForm, architecture: dict[str, Any]) -> str:
    network = form.network.asked
    given = network.input if network else InputSpec()
    return explorer_url(registry.resolve(architecture), given)
