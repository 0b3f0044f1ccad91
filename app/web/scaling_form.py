"""The scaling page's parameters: a network, a law, which steps and curves, and what is drawn."""

from collections.abc import Sequence
from typing import NamedTuple, get_args

from starlette.datastructures import QueryParams

from archmeter.analyzers.scaling.curves import LawName, ScalingLaw
from archmeter.analyzers.scaling.totals import ROOFLINE
from archmeter.app.ask.request import text_fields
from archmeter.app.charts.scaling import ScalingLook
from archmeter.app.web.lab_form import LabForm, usual

CURVES: tuple[str, ...] = get_args(LawName)

RENAMED = {"totals": "total", "phi": "stop", "architecture": "preset"}
"""Fields of the form by those of the request, where they differ."""

_LAW = ("alpha", "beta", "gamma")


class Slider(NamedTuple):
    """A number with a slider beside it.

    Attributes:
        help: what it does.
        low: the slider's own ends: where people look; the number may go further.
    """

    name: str
    title: str
    help: str
    low: float
    high: float
    step: float

    @property
    def default(self) -> float:
        """Where it stands unless somebody moves it."""
        return float(_DEFAULTS[self.name])

    @property
    def minimum(self) -> float:
        """The least that the number may be."""
        least: float = text_fields(ScalingLook)[self.name].schema["minimum"]
        return least

    @property
    def maximum(self) -> float:
        """The most that it may be."""
        most: float = text_fields(ScalingLook)[self.name].schema["maximum"]
        return most


SLIDERS = (
    Slider("alpha", "α", "depth with each step", 1, 2, 0.01),
    Slider("beta", "β", "width with each step", 1, 1.5, 0.01),
    Slider("gamma", "γ", "resolution with each step", 1, 1.5, 0.01),
    Slider("start", "φ from", "the first step", -4, 4, 0.25),
    Slider("stop", "φ to", "the last step", -4, 8, 0.25),
    Slider("points", "points", "of each curve", 2, 41, 1),
)

_DEFAULTS = usual(ScalingLook, (*(slider.name for slider in SLIDERS), "total", "device", "overlay"))
OWN = ("curves", *_DEFAULTS)


class ScalingForm(LabForm):
    """What the page was asked.

    Attributes:
        curves: those that are drawn.
    """

    def __init__(self, query: QueryParams) -> None:
        super().__init__(query, _DEFAULTS, ("curves",))
        self.curves = _curves(query.getlist("curves"))
        if not self.curves and not self.errors:
            self.errors["curves"] = "Choose at least one curve."

    @property
    def law(self) -> ScalingLaw | None:
        """α, β and γ, if they are numbers in range."""
        if self.errors.keys() & {*_LAW}:
            return None
        try:
            return ScalingLaw(*(float(self.values[name]) for name in _LAW))
        except ValueError:
            return None

    @property
    def parameters(self) -> dict[str, str]:
        """What is asked of the chart."""
        asked = {name: text for name, text in self.values.items() if text}
        if "compound" not in self.curves:
            # They are the compound curve's, which is not drawn.
            asked = {name: text for name, text in asked.items() if name not in _LAW}
        if asked["total"] != ROOFLINE:
            asked.pop("device", None)
        if "overlay" in asked:
            asked["overlay"] = "true"
        listed = {"curves": ",".join(self.curves), "totals": asked["total"]}
        return {**self.network.parameters, **asked, **listed}

    @property
    def query(self) -> str:
        """The shortest query that asks the same of the page."""
        own = {name: text for name, text in self.values.items() if text != _DEFAULTS[name]}
        if self.curves != CURVES:
            own["curves"] = ",".join(self.curves)
        return self.network.query_with(own)


def _curves(listed: Sequence[str]) -> tuple[str, ...]:
    """The curves that are chosen; all of them unless something was.

    Boxes send one parameter each, and a form an empty one besides, for there may be no other.
    """
    if not listed:
        return CURVES
    return tuple(dict.fromkeys(name for text in listed for name in text.split(",") if name))
