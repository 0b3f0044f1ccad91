"""Budget: the best networks within bounds, the nearest that miss them, and the bound that stops."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from archmeter.analyzers.scaling.fits import LimitPressure
from archmeter.analyzers.scaling.totals import TOTALS
from archmeter.app.ask.cache import cached_answer
from archmeter.app.ask.spelling import RANGES
from archmeter.app.questions import fit
from archmeter.app.questions.fit import FitReport
from archmeter.app.web.fit_form import FitForm
from archmeter.app.web.lab_form import in_words
from archmeter.app.web.lanes import at_once
from archmeter.app.web.links import explorer_url
from archmeter.app.web.site import page
from archmeter.models import registry
from archmeter.models.errors import ArchmeterError
from archmeter.models.spec import InputSpec

router = APIRouter()

_USUAL = ("macs", "params", "activations")


@router.get("/scaling/fit")
@at_once(1)  # seconds
def show_fit(request: Request) -> HTMLResponse:
    """Networks within a budget."""
    form = FitForm(request.query_params)
    answer: FitReport | None = None
    if form.request is not None:
        try:
            answer = cached_answer(fit.QUESTION, form.request, form.request.network())
        except ArchmeterError as error:
            form.refuse(error)
    context = {
        "here": "/scaling",
        "form": form,
        "totals": in_words(TOTALS),
        "ranges": RANGES,
        "answer": answer,
        "shown": _shown(answer) if answer else (),
        "tightest": _tightest(answer) if answer else None,
        "explore": partial(_explore, form),
    }
    return page("scaling_fit.html", context, status=422 if form.failed else 200)


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
