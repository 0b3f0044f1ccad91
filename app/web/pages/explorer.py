"""The Explorer: one network, its knobs, and what it costs. Figures follow the knobs.

The page holds what is small. Charts, layers, drawings and code are parts of their own, which the
browser fetches when they are opened; without scripts they are pages.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from archmeter.analyzers import COUNTING_RULES
from archmeter.analyzers.figures import READERS
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.remarks import remarks
from archmeter.analyzers.training.largest_batch import LargestBatch, largest_batch
from archmeter.analyzers.training.options import TrainingOptions
from archmeter.app.ask import strict_json
from archmeter.app.ask.cache import cached_answer
from archmeter.app.http.analyses import AUDITS
from archmeter.app.http.dependencies import AnalysesOfApp, SettingsOfApp
from archmeter.app.http.questions import lane
from archmeter.app.questions import torch_source
from archmeter.app.store.analyses import Analyses
from archmeter.app.web import diagram
from archmeter.app.web.explorer_form import SLIDERS, Asked
from archmeter.app.web.figure import Figure, some_figure
from archmeter.app.web.lanes import at_once
from archmeter.app.web.layer_rows import COSTS, LayerRows, LayersQuery
from archmeter.app.web.messages import faults
from archmeter.app.web.site import page
from archmeter.app.web.snippets import curl, python
from archmeter.models.errors import ArchmeterError

router = APIRouter()

PATH = "/explore"

MOST_LIVE = 2_000
"""Operators up to which everything follows the knobs. Beyond, browsers take seconds to draw a chart
and the service to find what fits: images stand for charts, and a link for the rest."""

_PREVIEW = ("stages", "memory", "roofline", "layers")
"""Charts of the page, in order."""


def _asked(request: Request) -> Asked:
    return Asked(request.query_params)


AskedHere = Annotated[Asked, Depends(_asked)]


@router.get(PATH)
def explore(request: Request, asked: AskedHere, analyses: AnalysesOfApp) -> HTMLResponse:
    """A network with its knobs; for scripts that turned one, the figures alone."""
    follows = "HX-Request" in request.headers
    shown = {"follows": follows, **_figures(asked, analyses)}
    if follows:
        replaced = {"HX-Replace-Url": f"{PATH}?{asked.query}"}
        return _page("explorer_figures.html", asked, shown, replaced)
    return _page("explorer.html", asked, {"sliders": SLIDERS, **shown})


@router.get(f"{PATH}/charts")
def charts(request: Request, asked: AskedHere, analyses: AnalysesOfApp) -> HTMLResponse:
    """The charts of a network."""
    found: list[Figure] = []
    errors: list[str] = []
    if asked.form.asked:
        for name in _PREVIEW:
            own = {"device": asked.device} if name == "roofline" else {}
            try:
                found.append(some_figure(name, {**asked.form.parameters, **own}, analyses))
            except ArchmeterError as error:
                errors += [f"{name}: {said}" for _, said in faults(error)]
    shown = {"figures": found, "errors": errors, "live": not _is_long(asked)}
    return _part(request, asked, "charts", shown)


@router.get(f"{PATH}/fits")
@at_once(1)  # Every guess builds the network once more: seconds for thousands of layers.
def fits(request: Request, asked: AskedHere) -> HTMLResponse:
    """How many images fit into so much memory, to train and to infer."""
    found: dict[str, LargestBatch] = {}
    later = "HX-Request" in request.headers and _is_long(asked)
    if asked.form.asked and asked.memory_bytes and not later:
        spec, dtype = asked.form.asked.spec, asked.form.asked.input.dtype
        trains = asked.form.asked.profile().trains
        for title, training in _WAYS.items():
            if training and not trains:
                continue
            found[title] = largest_batch(spec, asked.memory_bytes, dtype=dtype, training=training)
    return _part(request, asked, "fits", {"fits": found, "later": later})


_WAYS = {
    "train with SGD": TrainingOptions(),
    "train with AdamW": TrainingOptions(optimizer="adamw"),
    "infer": None,
}


@router.get(f"{PATH}/layers")
def layers(request: Request, asked: AskedHere) -> HTMLResponse:
    """The layer table: stages that unfold, or rows that are looked for."""
    known = {k: v for k, v in request.query_params.items() if k in LayersQuery.model_fields}
    try:
        query = LayersQuery.model_validate(known)
    except ValueError:  # a link that somebody has shortened by hand
        query = LayersQuery()
    shown: dict[str, Any] = {"layers": query, "costs": COSTS, "rows": None, "stage": query.stage}
    if asked.form.asked:
        profile = asked.form.asked.profile()
        shown |= {"rows": LayerRows(profile, query), "totals": profile.totals}
    match request.headers.get("HX-Target", ""):
        case "layer-rows":
            return _fragment("explorer_rows.html", asked, shown)
        case target if target.startswith("stage-"):
            return _fragment("explorer_stage.html", asked, shown)
    return _part(request, asked, "layers", shown)


@router.get(f"{PATH}/diagram")
def draw(request: Request, asked: AskedHere) -> HTMLResponse:
    """One block of each kind in each stage."""
    stages: list[tuple[diagram.Part, list[diagram.Block]]] = []
    if asked.form.asked:
        graph = asked.form.asked.profile().graph
        for part, scope in zip(diagram.parts(graph), graph.root.children, strict=True):
            stages.append((part, list(diagram.blocks(graph, scope))))
    return _part(request, asked, "diagram", {"stages": stages})


@router.get(f"{PATH}/code")
@at_once(lane(torch_source.QUESTION.lane))
def code(request: Request, asked: AskedHere) -> HTMLResponse:
    """The network as a Python file."""
    text = ""
    if network := asked.form.asked:
        wanted = torch_source.TorchSourceRequest(architecture=network.spec.canonical())
        text = cached_answer(torch_source.QUESTION, wanted, network).source
    return _part(request, asked, "code", {"code": text})


@router.get(f"{PATH}/request")
def show_request(request: Request, asked: AskedHere, settings: SettingsOfApp) -> HTMLResponse:
    """The same question for programs."""
    document = strict_json.dumps(asked.form.document).decode()
    texts = {
        "json": ("request", document),
        "curl": ("curl", curl(document, settings)),
        "python": ("Python", python(document, settings)),
    }
    return _part(request, asked, "request", {"texts": texts})


@router.post(f"{PATH}/keep")
def keep(request: Request, asked: AskedHere, analyses: AnalysesOfApp) -> Response:
    """Store the analysis, so that it can be compared and embedded by its id."""
    if asked.form.asked and not _is_foreign(request):
        analyses.add(asked.form.asked)
    return _back(asked)


@router.post(f"{PATH}/audit")
@at_once(AUDITS)
def audit(request: Request, asked: AskedHere, analyses: AnalysesOfApp) -> Response:
    """Have other tools recount the network, and show what they say."""
    network = asked.form.asked
    if network and not _is_foreign(request):
        analyses.add(network)
        analyses.audit(network.id)
    return _back(asked)


def _is_long(asked: Asked) -> bool:
    network = asked.form.asked
    return network is not None and network.profile().totals.operators > MOST_LIVE


def _is_foreign(request: Request) -> bool:
    """Whether a page elsewhere made somebody's browser post this."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}


def _back(asked: Asked) -> Response:
    return RedirectResponse(f"{PATH}?{asked.query}#kept", HTTPStatus.SEE_OTHER)


def _figures(asked: Asked, analyses: Analyses) -> dict[str, Any]:
    """What a network costs, in a few figures."""
    network = asked.form.asked
    if network is None:
        return {}
    summary = analyses.stored(network.id)
    audit = analyses.audited(network.id) if summary and summary.audit else None
    profile = network.profile()
    return {
        "name": network.name,
        "rules": COUNTING_RULES,
        "cards": _cards(profile),
        "remarks": remarks(profile.graph),
        "overview": diagram.overview(profile.graph, network.name),
        "embeddable": {"name": "stages", "query": asked.chart_query, "title": network.name},
        "kept": summary is not None,
        "audit": audit,
    }


def _cards(profile: Profile) -> list[tuple[str, str, int, str]]:
    """Totals: each with its name, what it is called, and its convention."""
    images = profile.input_shape[0]
    fed = "1 image" if images == 1 else f"{images:,} images"
    kept = "by autograd, for the backward pass" if profile.trains else "nothing: it only infers"
    cards = {
        "params": ("parameters", f"{profile.totals.buffers:,} buffers besides"),
        "macs": ("MACs", f"multiply-accumulates of {fed}; biases are none"),
        "flops": ("FLOPs", "2·MACs and everything besides"),
        "activations": ("activations", "elements convolutions and linear layers make"),
        "inference_peak_bytes": ("inference peak", f"at {profile.memory.inference_peak_path}"),
        "training_saved_bytes": ("kept for training", kept),
        "weights_bytes": ("weights", profile.dtype),
    }
    return [(key, title, READERS[key](profile), note) for key, (title, note) in cards.items()]


def _part(request: Request, asked: Asked, part: str, shown: Mapping[str, Any]) -> HTMLResponse:
    """A part of the page; without scripts, as a page of its own."""
    template = f"explorer_{part}.html"
    if "HX-Request" in request.headers:
        return _fragment(template, asked, shown)
    return _page("explorer_part.html", asked, {"embeddable": None, "part": template, **shown})


def _fragment(template: str, asked: Asked, shown: Mapping[str, Any]) -> HTMLResponse:
    headers = {"Vary": "HX-Request, HX-Target"}
    return page(template, {"asked": asked, "form": asked.form, **shown}, headers=headers)


def _page(
    template: str, asked: Asked, shown: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    common = {"asked": asked, "form": asked.form, "here": PATH, "name": asked.form.base}
    status = HTTPStatus.OK if asked.form.asked else HTTPStatus.UNPROCESSABLE_ENTITY
    return page(template, {**common, **shown}, status=status, headers=headers)
