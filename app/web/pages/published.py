"""Published: what papers print, beside what is counted."""

from collections import Counter
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from archmeter.analyzers.verify import Verdict, VerifiedFigure
from archmeter.app.ask.request import from_text, to_text
from archmeter.app.http.dependencies import AnalysesOfApp
from archmeter.app.questions.published import PublishedRequest, lineages, select
from archmeter.app.web.figure import some_figure
from archmeter.app.web.links import join, request_url
from archmeter.app.web.messages import noting
from archmeter.app.web.site import answered

router = APIRouter()

PATH = "/published"

WORDS: dict[Verdict, str] = {
    "equal": "within one unit of the last printed digit",
    "explained": "another convention in use gives it, or the difference is known",
    "unexplained": "nothing known explains the difference",
}


@router.get(PATH)
def show_published(request: Request, analyses: AnalysesOfApp) -> HTMLResponse:
    """Every printed figure that can be counted, or some."""
    given = {name: text for name, text in request.query_params.items() if text.strip()}
    errors: dict[str, str] = {}
    found: list[VerifiedFigure] = []
    wanted = PublishedRequest()
    with noting(errors):
        wanted = from_text(PublishedRequest, given)
        found = list(select(wanted))

    def with_verdict(verdict: Verdict | None) -> PublishedRequest:
        return wanted.model_copy(update={"verdict": verdict})

    def url(verdict: Verdict | None) -> str:
        return join(PATH, urlencode(to_text(with_verdict(verdict))))

    context = {
        "given": given,
        "lineages": lineages(),
        "verdicts": {} if errors else WORDS,
        "counts": {} if errors else Counter(one.verdict for one in select(with_verdict(None))),
        "wanted": wanted.verdict,
        "url": url,
        "rows": found,
        "explore": _explore,
        "figure": some_figure("published", to_text(wanted), analyses) if found else None,
    }
    return answered(request, "published", context, errors, url(wanted.verdict))


def _explore(one: VerifiedFigure) -> str:
    """Where the network that was counted is explored: the printed resolution is part of it."""
    return request_url({**one.request, "resolution": one.resolution})
