"""The scaling page's parameters: a network, a law, which steps and curves, and what is drawn."""

from collections.abc import Sequence
from typing import Any, NamedTuple, get_args
from urllib.parse import urlencode

from pydantic import TypeAdapter
from starlette.datastructures import QueryParams

from archmeter.analyzers.scaling.curves import COMPOUND, LawName, ScalingLaw
from archmeter.analyzers.scaling.totals import ROOFLINE
from archmeter.app.ask.request import from_text
from archmeter.app.ask.spelling import value_of
from archmeter.app.questions.curves import MAX_POINTS, CurvesRequest, Factor, Phi, PhiRange
from archmeter.app.web.messages import messages
from archmeter.app.web.network_form import NetworkForm
from archmeter.app.web.some_figure import of_network
from archmeter.models.errors import ArchmeterError

PRESET = "efficientnet_b0"
"""What the law was found for: where nobody names a network."""

CURVES: tuple[str, ...] = get_args(LawName)

RENAMED = {"totals": "total", "phi": "stop", "architecture": "preset"}
"""Fields of the form by those of the request, where they differ."""


class Slider(NamedTuple):
    """A number with a slider beside it.

    Attributes:
        help: what it does.
        default: where it stands unless somebody moves it.
        low: the slider's own ends: where people look; the number may go further.
        minimum: the bounds of the number.
    """

    name: str
    title: str
    help: str
    default: float
    low: float
    high: float
    step: float
    minimum: float
    maximum: float


def _slider(
    kind: Any,  # noqa: ANN401 - an annotated number
    name: str,
    words: tuple[str, str],
    default: float,
    ends: tuple[float, float, float],
) -> Slider:
    bounds = TypeAdapter(kind).json_schema()
    return Slider(name, *words, default, *ends, bounds["minimum"], bounds["maximum"])


_START, _STOP, _POINTS = PhiRange().start, PhiRange().stop, PhiRange().points

SLIDERS = (
    _slider(Factor, "alpha", ("α", "depth with each step"), COMPOUND.alpha, (1, 2, 0.01)),
    _slider(Factor, "beta", ("β", "width with each step"), COMPOUND.beta, (1, 1.5, 0.01)),
    _slider(Factor, "gamma", ("γ", "resolution with each step"), COMPOUND.gamma, (1, 1.5, 0.01)),
    _slider(
        Phi,
        "start",
        ("φ from", "the first step"),
        _START,
        (-4, 4, 0.25),
    ),
    _slider(Phi, "stop", ("φ to", "the last step"), _STOP, (-4, 8, 0.25)),
    Slider("points", "points", "of each curve", _POINTS, 2, 41, 1, 1, MAX_POINTS),
)

OWN = (*(slider.name for slider in SLIDERS), "curves", "total", "device", "overlay")


class ScalingForm:
    """What the page was asked.

    Attributes:
        network: what is scaled.
        values: text of every field, typed or by default.
        curves: those that are drawn.
        errors: messages by field, the network's among them.
        request: the question; None if the parameters do not make one.
    """

    def __init__(self, query: QueryParams) -> None:
        given = dict(query)
        if not (given.get("preset", "").strip() or given.get("family", "").strip()):
            given["preset"] = PRESET
        self.network = NetworkForm(given, own=OWN)
        typed = {name: given[name].strip() for name in OWN if given.get(name, "").strip()}
        self._defaults = {slider.name: f"{slider.default:g}" for slider in SLIDERS} | {
            "total": "macs",
            "device": "",
            "overlay": "",
        }
        self.values = {**self._defaults, **typed}
        self.curves = _curves(query.getlist("curves"))
        self.errors = dict(self.network.errors)
        self.request: CurvesRequest | None = None
        if not self.errors:
            self._ask()

    @property
    def law(self) -> ScalingLaw | None:
        """α, β and γ, if they are numbers in range."""
        if self.errors.keys() & {"alpha", "beta", "gamma"}:
            return None
        try:
            return ScalingLaw(*(float(self.values[name]) for name in ("alpha", "beta", "gamma")))
        except ValueError:
            return None

    @property
    def parameters(self) -> dict[str, str]:
        """What is asked, without what is so by default."""
        changed = {
            name: value
            for name in (slider.name for slider in SLIDERS)
            if value_of(value := self.values[name]) != value_of(self._defaults[name])
        }
        if "compound" not in self.curves:
            # They are the compound curve's, which is not drawn.
            changed = {k: v for k, v in changed.items() if k not in {"alpha", "beta", "gamma"}}
        total, device = self.values["total"], self.values["device"]
        return {
            **of_network(self.network),
            **changed,
            "curves": ",".join(self.curves),
            "totals": total,
            **({"overlay": "true"} if self.values["overlay"] else {}),
            **({"device": device} if total == ROOFLINE and device else {}),
        }

    @property
    def query(self) -> str:
        """The shortest query that asks the same of the page."""
        own = {k: v for k, v in self.values.items() if k != "curves" and v != self._defaults[k]}
        if self.curves != CURVES:
            own["curves"] = ",".join(self.curves)
        return "&".join(filter(None, (self.network.query, urlencode(own, safe=","))))

    def _ask(self) -> None:
        if not self.curves:
            self.errors["curves"] = "Choose at least one curve."
            return
        try:
            self.request = from_text(CurvesRequest, self.parameters)
        except ArchmeterError as error:
            self.errors.update(messages(error, RENAMED))


def _curves(listed: Sequence[str]) -> tuple[str, ...]:
    """The curves that are chosen; all of them unless something was.

    Boxes send one parameter each, and a form an empty one besides, for there may be no other.
    """
    if not listed:
        return CURVES
    return tuple(dict.fromkeys(name for text in listed for name in text.split(",") if name))
