"""The Explorer: one network, its knobs, and what it costs. Figures follow the knobs.

The page holds what is small. Charts, layers, drawings and code are parts of their own, which the
browser fetches when they are opened; without scripts they are pages.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from archmeter.analyzers import COUNTING_RULES
from archmeter.analyzers.answers.units import si, size
from archmeter.analyzers.devices import devices
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.training.largest_batch import LargestBatch, largest_batch
from archmeter.analyzers.training.options import TrainingOptions
from archmeter.app.ask import strict_json
from archmeter.app.ask.cache import cached_answer
from archmeter.app.ask.network import Network
from archmeter.app.http.analyses import AUDITS
from archmeter.app.http.dependencies import AnalysesOfApp, SettingsOfApp
from archmeter.app.http.questions import lane
from archmeter.app.questions import torch_source
from archmeter.app.questions.audit import AuditReport
from archmeter.app.store.analyses import Analyses
from archmeter.app.web import diagram
from archmeter.app.web.explorer_form import SLIDERS, Asked
from archmeter.app.web.figure import Figure
from archmeter.app.web.layer_rows import COSTS, LayerRows, LayersQuery
from archmeter.app.web.messages import messages
from archmeter.app.web.site import page
from archmeter.app.web.snippets import curl, python
from archmeter.app.web.some_figure import of_network, some_figure
from archmeter.models import registry
from archmeter.models.errors import ArchmeterError

router = APIRouter()

PATH = "/explore"

MOST_LIVE = 2_000
"""Operators up to which everything follows the knobs. Beyond, browsers take seconds to draw a chart
and the service to find what fits: images stand for charts, and a link for the rest."""

_PREVIEW = ("stages", "memory", "roofline", "layers")
"""Charts of the page, in order."""


class Card(NamedTuple):
    """A total.

    Attributes:
        short: with a prefix, for people.
        exact: the integer.
        note: the convention.
    """

    key: str
    title: str
    short: str
    exact: str
    note: str


class Embeddable(NamedTuple):
    """The chart that stands for the page elsewhere."""

    name: str
    query: str
    title: str


class Fit(NamedTuple):
    """How many images fit into the memory of somebody's device."""

    title: str
    found: LargestBatch


@router.get(PATH)
def explore(request: Request, analyses: AnalysesOfApp) -> HTMLResponse:
    """A network with its knobs; for scripts that turned one, the figures alone."""
    asked = Asked(request.query_params)
    shown = {"asked": asked, "form": asked.form, "here": PATH, **_figures(asked, analyses)}
    status = HTTPStatus.OK if asked.form.asked else HTTPStatus.UNPROCESSABLE_ENTITY
    if "HX-Request" in request.headers:
        headers = {"HX-Replace-Url": f"{PATH}?{asked.query}"}
        return page(
            "explorer_figures.html", {**shown, "follows": True}, status=status, headers=headers
        )
    every = {
        "follows": False,
        "presets": registry.presets(),
        "families": registry.families().values(),
        "devices": devices().values(),
        "sliders": SLIDERS,
        "embeddable": _embeddable(asked),
    }
    return page("explorer.html", {**shown, **every}, status=status)


@router.get(f"{PATH}/charts")
def charts(request: Request, analyses: AnalysesOfApp) -> HTMLResponse:
    """The charts of a network."""
    asked = Asked(request.query_params)
    found: list[Figure] = []
    errors: list[str] = []
    if asked.form.asked:
        for name in _PREVIEW:
            own = {"device": asked.device} if name == "roofline" else {}
            try:
                found.append(some_figure(name, {**of_network(asked.form), **own}, analyses))
            except ArchmeterError as error:
                errors += [f"{name}: {said}" for said in messages(error).values()]
    shown = {"figures": found, "errors": errors, "live": not _is_long(asked)}
    return _part(request, asked, "charts", shown)


@router.get(f"{PATH}/fits")
async def fits(request: Request) -> HTMLResponse:
    """How many images fit into so much memory, to train and to infer."""
    return await to_thread.run_sync(_fits, request, limiter=_FITS_LANE)


# Every guess builds the network once more: seconds for those of thousands of layers.
_FITS_LANE = CapacityLimiter(1)


def _fits(request: Request) -> HTMLResponse:
    asked = Asked(request.query_params)
    found: list[Fit] = []
    later = "HX-Request" in request.headers and _is_long(asked)
    if asked.form.asked and asked.memory_bytes and not later:
        spec, given = asked.form.asked.spec, asked.form.asked.input
        for title, training in _WAYS.items():
            most = largest_batch(spec, asked.memory_bytes, dtype=given.dtype, training=training)
            found.append(Fit(title, most))
    return _part(request, asked, "fits", {"fits": found, "later": later})


_WAYS = {
    "train with SGD": TrainingOptions(),
    "train with AdamW": TrainingOptions(optimizer="adamw"),
    "infer": None,
}


@router.get(f"{PATH}/layers")
def layers(request: Request) -> HTMLResponse:
    """The layer table: stages that unfold, or rows that are looked for."""
    asked = Asked(request.query_params)
    known = {k: v for k, v in request.query_params.items() if k in LayersQuery.model_fields}
    try:
        query = LayersQuery.model_validate(known)
    except ValueError:  # a link that somebody has shortened by hand
        query = LayersQuery()
    shown: dict[str, Any] = {"layers": query, "costs": COSTS, "rows": None, "stage": query.stage}
    if asked.form.asked:
        profile = asked.form.asked.profile()
        shown |= {"rows": LayerRows(profile, query), "totals": profile.totals}
        shown["network"] = urlencode(of_network(asked.form))
    match request.headers.get("HX-Target", ""):
        case "layer-rows":
            return _fragment("explorer_rows.html", asked, shown)
        case target if target.startswith("stage-"):
            return _fragment("explorer_stage.html", asked, shown)
    return _part(request, asked, "layers", shown)


@router.get(f"{PATH}/diagram")
def draw(request: Request) -> HTMLResponse:
    """One block of each kind in each stage."""
    asked = Asked(request.query_params)
    stages: list[tuple[diagram.Part, list[diagram.Block]]] = []
    if asked.form.asked:
        graph = asked.form.asked.profile().graph
        for part, scope in zip(diagram.parts(graph), graph.root.children, strict=True):
            stages.append((part, list(diagram.blocks(graph, scope))))
    return _part(request, asked, "diagram", {"stages": stages})


@router.get(f"{PATH}/code")
async def code(request: Request) -> HTMLResponse:
    """The network as a Python file."""
    asked = await to_thread.run_sync(Asked, request.query_params)
    network, text = asked.form.asked, ""
    if network is not None:
        text = await to_thread.run_sync(_source, network, limiter=lane("torch"))
    return _part(request, asked, "code", {"code": text})


def _source(network: Network) -> str:
    request = torch_source.TorchSourceRequest(architecture=network.spec.canonical())
    return cached_answer(torch_source.QUESTION, request, network).source


@router.get(f"{PATH}/request")
def show_request(request: Request, settings: SettingsOfApp) -> HTMLResponse:
    """The same question for programs."""
    asked = Asked(request.query_params)
    document = strict_json.dumps(asked.form.document).decode()
    texts = {
        "json": ("request", document),
        "curl": ("curl", curl(document, settings)),
        "python": ("Python", python(document, settings)),
    }
    return _part(request, asked, "request", {"texts": texts})


@router.post(f"{PATH}/keep")
def keep(request: Request, analyses: AnalysesOfApp) -> Response:
    """Store the analysis, so that it can be compared and embedded by its id."""
    asked = Asked(request.query_params)
    if asked.form.asked and not _is_foreign(request):
        analyses.add(asked.form.asked)
    return _back(asked)


@router.post(f"{PATH}/audit")
async def audit(request: Request, analyses: AnalysesOfApp) -> Response:
    """Have other tools recount the network, and show what they say."""
    asked = await to_thread.run_sync(Asked, request.query_params)
    network = asked.form.asked
    if network and not _is_foreign(request):
        await to_thread.run_sync(analyses.add, network)
        await to_thread.run_sync(analyses.audit, network.id, limiter=AUDITS)
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
        return {"name": asked.form.base, "cards": [], "kept": False, "audit": None}
    profile, name = network.profile(), network.name
    kept, verdict = _kept(network, analyses)
    return {
        "name": name,
        "fed": f"{size(profile.input_shape)} {network.input.dtype}",
        "rules": COUNTING_RULES,
        "cards": _cards(profile),
        "overview": diagram.overview(profile.graph, name),
        "network": urlencode(of_network(asked.form)),
        "id": network.id,
        "kept": kept,
        "audit": verdict,
    }


def _kept(network: Network, analyses: Analyses) -> tuple[bool, AuditReport | None]:
    """Whether an analysis is stored, and what other tools said of it."""
    summary = analyses.stored(network.id)
    if summary is None:
        return False, None
    return True, analyses.audited(network.id) if summary.audit else None


def _cards(profile: Profile) -> list[Card]:
    totals, memory = profile.totals, profile.memory
    images = profile.input_shape[0]
    fed = "1 image" if images == 1 else f"{images:,} images"
    counts = {
        "params": ("parameters", totals.params, "", f"{totals.buffers:,} buffers besides"),
        "macs": ("MACs", totals.macs, "", f"multiply-accumulates of {fed}; biases are none"),
        "flops": ("FLOPs", totals.flops, "", "2·MACs and everything besides"),
        "activations": (
            "activations",
            totals.activations,
            "",
            "elements convolutions and linear layers make",
        ),
        "inference_peak_bytes": (
            "inference peak",
            memory.inference_peak_bytes,
            "B",
            f"at {memory.inference_peak_path}",
        ),
        "training_saved_bytes": (
            "kept for training",
            memory.training_saved_bytes,
            "B",
            "by autograd, for the backward pass",
        ),
        "weights_bytes": ("weights", memory.weights_bytes, "B", profile.dtype),
    }
    return [
        Card(key, title, si(count, unit), f"{count:,}{' bytes' if unit else ''}", note)
        for key, (title, count, unit, note) in counts.items()
    ]


def _embeddable(asked: Asked) -> Embeddable | None:
    network = asked.form.asked
    if network is None:
        return None
    return Embeddable("stages", urlencode(of_network(asked.form)), network.name)


def _part(request: Request, asked: Asked, part: str, shown: Mapping[str, Any]) -> HTMLResponse:
    """A part of the page; without scripts, as a page of its own."""
    if "HX-Request" in request.headers:
        return _fragment(f"explorer_{part}.html", asked, shown)
    whole = {
        "asked": asked,
        "form": asked.form,
        "here": PATH,
        "embeddable": None,
        "name": asked.form.base,
        "part": f"explorer_{part}.html",
    }
    status = HTTPStatus.OK if asked.form.asked else HTTPStatus.UNPROCESSABLE_ENTITY
    return page("explorer_part.html", {**whole, **shown}, status=status)


def _fragment(template: str, asked: Asked, shown: Mapping[str, Any]) -> HTMLResponse:
    common = {"asked": asked, "form": asked.form}
    headers = {"Vary": "HX-Request, HX-Target"}
    return page(template, {**common, **shown}, headers=headers)
