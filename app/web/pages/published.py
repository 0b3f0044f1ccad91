"""Published: what papers print, beside what is counted."""

from collections import Counter
from typing import Any, NamedTuple, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from archmeter.analyzers.verify import Verdict, VerifiedFigure
from archmeter.app.ask.request import from_text
from archmeter.app.http.dependencies import AnalysesOfApp
from archmeter.app.questions.published import PublishedRequest, lineages, select
from archmeter.app.store.analyses import Analyses
from archmeter.app.web.figure import Figure
from archmeter.app.web.links import request_url
from archmeter.app.web.messages import messages
from archmeter.app.web.site import page
from archmeter.app.web.some_figure import some_figure
from archmeter.models.errors import ArchmeterError

router = APIRouter()

PATH = "/published"

WORDS: dict[Verdict, str] = {
    "equal": "within one unit of the last printed digit",
    "explained": "another convention in use gives it, or the difference is known",
    "unexplained": "nothing known explains the difference",
}


class VerdictCount(NamedTuple):
    """A verdict, and how many figures have it.

    Attributes:
        url: of the page with these alone.
    """

    verdict: str
    words: str
    figures: int
    url: str
    shown: bool


class PrintedFigure(NamedTuple):
    """A printed figure as a row of the table."""

    said: VerifiedFigure
    url: str


@router.get(PATH)
def show_published(request: Request, analyses: AnalysesOfApp) -> HTMLResponse:
    """Every printed figure that can be counted, or some."""
    given = {name: text for name, text in request.query_params.items() if text.strip()}
    errors: dict[str, str] = {}
    found: list[VerifiedFigure] = []
    wanted = PublishedRequest()
    try:
        wanted = from_text(PublishedRequest, given)
        found = list(select(wanted))
    except ArchmeterError as error:
        errors = messages(error)
    context = {
        "here": PATH,
        "given": given,
        "errors": errors,
        "lineages": lineages(),
        "verdicts": [] if errors else _verdicts(wanted),
        "everything": _url(wanted, None),
        "rows": [PrintedFigure(one, request_url(_network(one))) for one in found],
        "figure": _figure(wanted, analyses) if found else None,
    }
    fragment = "HX-Request" in request.headers
    return page(
        "published_result.html" if fragment else "published.html",
        context,
        status=422 if errors else 200,
        headers={"HX-Replace-Url": _url(wanted, wanted.verdict)} if fragment else None,
    )


def _verdicts(wanted: PublishedRequest) -> list[VerdictCount]:
    counts = Counter(one.verdict for one in select(wanted.model_copy(update={"verdict": None})))
    return [
        VerdictCount(
            verdict,
            WORDS[verdict],
            counts[verdict],
            _url(wanted, verdict),
            verdict == wanted.verdict,
        )
        for verdict in get_args(Verdict)
    ]


def _url(wanted: PublishedRequest, verdict: Verdict | None) -> str:
    query = {**wanted.model_dump(exclude_none=True), "verdict": verdict}
    text = urlencode({name: value for name, value in query.items() if value is not None})
    return f"{PATH}?{text}" if text else PATH


def _network(one: VerifiedFigure) -> dict[str, Any]:
    """The request that was counted: the printed resolution is part of it."""
    return {**one.request, "resolution": one.resolution}


def _figure(wanted: PublishedRequest, analyses: Analyses) -> Figure:
    return some_figure("published", wanted.model_dump(exclude_none=True), analyses)
