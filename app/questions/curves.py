"""Scale a network along depth, width, resolution or all of them, and count every step.

A law says what each step φ multiplies: depth by α, width by β, resolution by γ. Beside each network
stand the multipliers that were wanted and those that came of them, for blocks, channels and pixels
come in whole numbers; and beside its counted cost the ideal one, (α·β²·γ²)^φ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.answers.units import amount
from archmeter.analyzers.scaling.curves import (
    COMPOUND,
    LAWS,
    Curve,
    LawName,
    ScalingLaw,
    curve,
    spaced,
)
from archmeter.analyzers.scaling.points import ScaledNetwork
from archmeter.analyzers.scaling.published import Overlay, overlay
from archmeter.app.ask import UNSEEN, Network, Option, Printer, Progress, Question, Request, Spread
from archmeter.app.ask.scaling import (
    LANE,
    MAX_CURVES,
    ScaledHead,
    ScalingRequest,
    base_of,
)
from archmeter.app.ask.show_scaled import (
    COEFFICIENTS,
    ROUNDED,
    fed,
    show_networks,
    sparkline,
    total_names,
)

MAX_POINTS = 500
"""Steps of one curve."""

Factor = Annotated[float, Field(ge=0.1, le=10, allow_inf_nan=False)]
Phi = Annotated[float, Field(ge=-20, le=20, allow_inf_nan=False)]


class LawRequest(Request):
    """A law: what each step of φ multiplies."""

    alpha: Factor = COMPOUND.alpha
    """α of the compound curve: each step multiplies the depth by it."""

    beta: Factor = COMPOUND.beta
    """β of the compound curve: each step multiplies the width by it."""

    gamma: Factor = COMPOUND.gamma
    """γ of the compound curve: each step multiplies the resolution by it."""

    @property
    def law(self) -> ScalingLaw:
        """The three together."""
        return ScalingLaw(self.alpha, self.beta, self.gamma)

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.law == ScalingLaw():
            raise ValueError("with α, β and γ of 1 every step is the base itself")
        return self


class CurveRequest(LawRequest):
    """A curve with a law of its own."""

    name: Annotated[str, Field(min_length=1, max_length=60)] = "compound"
    """What the curve is called."""

    alpha: Factor = COMPOUND.alpha
    """α: each step multiplies the depth by it."""

    beta: Factor = COMPOUND.beta
    """β: each step multiplies the width by it."""

    gamma: Factor = COMPOUND.gamma
    """γ: each step multiplies the resolution by it."""


class PhiRange(Request):
    """Steps at equal distances, both ends included."""

    start: Annotated[Phi, Option("--from", form="PHI")] = 0.0
    """The first step φ; negative for smaller networks."""

    stop: Annotated[Phi, Option("--to", form="PHI")] = 3.0
    """The last step φ."""

    points: Annotated[int, Field(ge=1, le=MAX_POINTS)] = 13
    """How many steps of each curve are counted."""

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if self.points > 1 and not self.start < self.stop:
            raise ValueError(
                f"{self.points} steps cannot go up from {self.start:g} to {self.stop:g}"
            )
        if self.points == 1 and self.start != self.stop:
            raise ValueError(f"one step cannot be both {self.start:g} and {self.stop:g}")
        return self


class CurvesRequest(ScalingRequest):
    """A network, and the laws along which it is scaled."""

    curves: Annotated[
        tuple[CurveRequest | LawName, ...],
        Field(min_length=1, max_length=MAX_CURVES),
        Option(
            "--curve",
            form="NAME",
            help="depth, width, resolution or compound; all four if left out.",
        ),
    ] = tuple(LAWS)
    """The curves: `depth`, `width`, `resolution`, `compound`, or curves with laws of their own.
    Those of one dimension double the ideal cost with each step, as compound scaling does about."""

    compound: Annotated[LawRequest, Spread()] = LawRequest()
    """The law of the curve called `compound`; that of EfficientNet if left out."""

    phi: Annotated[PhiRange, Spread()] = PhiRange()
    """The steps φ that are counted of each curve."""

    overlay: bool = False
    """Whether the network is also scaled by the published coefficients of EfficientNet-B0 to B7,
    and by the law where that has the same ideal cost."""

    @property
    def laws(self) -> list[tuple[str, ScalingLaw]]:
        """Names and laws of the curves, as asked for."""
        named = {**LAWS, "compound": self.compound.law}
        return [
            (curve, named[curve]) if isinstance(curve, str) else (curve.name, curve.law)
            for curve in self.curves
        ]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [name for name, _ in self.laws]
        if len(set(names)) < len(names):
            raise ValueError("two curves have the same name")
        return self

    @model_validator(mode="after")
    def _compound_is_drawn(self) -> Self:
        given = "compound" in self.model_fields_set and self.compound.model_fields_set
        if given and "compound" not in self.curves:
            raise ValueError("alpha, beta and gamma are those of the compound curve, not asked for")
        return self


@dataclass(frozen=True, kw_only=True)
class CurvesReport(ScaledHead):
    """What a network costs along laws."""

    curves: Rows[Curve]
    """The curves, in the order in which they were asked for."""

    overlay: Rows[Overlay] | None
    """Networks under the coefficients of EfficientNet-B0 to B7; null if not asked for."""


def curves(network: Network, request: CurvesRequest, progress: Progress = UNSEEN) -> CurvesReport:
    """Scale and count along each law."""
    lab = request.lab(network)
    phis = spaced(request.phi.start, request.phi.stop, request.phi.points)
    made = Rows(curve(lab, name, law, progress.track(phis, name)) for name, law in request.laws)
    found = overlay(lab) if request.overlay else None
    return CurvesReport.about(network, base=base_of(lab), curves=made, overlay=found)


def rows_of(answer: CurvesReport) -> Rows[dict[str, Any]]:
    """Every network of every curve."""
    fields = ("phi", "wanted", "got", "sizes", "totals", "ideal", "counted", "deviation")
    return Rows(
        {"curve": drawn.name, **{name: getattr(point, name) for name in fields}}
        for drawn in answer.curves
        for point in drawn.points
    )


def show(answer: CurvesReport, out: Printer) -> None:
    """A table for each curve, and a line that shows its shape."""
    out.heading(answer.name, fed(answer.input))
    for drawn in answer.curves:
        out.line(
            f"\n{drawn.name}: α {drawn.alpha:.4g}, β {drawn.beta:.4g}, γ {drawn.gamma:.4g}; "
            f"α·β²·γ² = {drawn.product:.4g}"
        )
        show_networks(drawn.points, "φ {phi:.4g}", out)
        _show_shapes(drawn.points, out)
    if answer.overlay:
        out.line("\nas published, and by the law at the same ideal cost:")
        out.rows(
            f"{COEFFICIENTS} | MACs {{network.counted:.3g}}× "
            "| by the law {law_network.counted:.3g}×",
            answer.overlay,
        )


def _show_shapes(networks: Sequence[ScaledNetwork], out: Printer) -> None:
    for name in total_names(networks):
        values = [network.totals[name] if network.totals else None for network in networks]
        known = [value for value in values if value]
        if known:
            ends = f"{amount(name, min(known))} to {amount(name, max(known))}"
            out.line(f"{name:<22} {sparkline(values)}  {ends}")
    out.note(ROUNDED)


QUESTION = Question(
    path="scaling/curves",
    ask=curves,
    show=show,
    rows=rows_of,
    lane=LANE,
    asked={
        "EfficientNet-B0 by the law of its paper": "efficientnet_b0 --curve compound --points 4",
        "EfficientNet-B0 along every dimension, and as it was published": (
            "efficientnet_b0 --from -1 --to 4 --points 11 --overlay"
        ),
        "A law of your own, and what training takes": {
            "architecture": {"preset": "resnet50"},
            "curves": ["width", {"name": "mine", "alpha": 1.3, "beta": 1.1, "gamma": 1.13}],
            "totals": ["macs", "params", "training_saved_bytes"],
            "batch": 32,
        },
        "The least time on a device": (
            "efficientnet_b0 --curve compound --total macs --total roofline_seconds --device h100"
        ),
    },
)
