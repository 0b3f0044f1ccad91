"""Scale a network by the strategies of fast compound scaling, which differ in activations.

To multiply FLOPs by s, a strategy gives depth, width and resolution each a share of the growth
(Dollár et al. 2021). Activations, which time follows more closely than FLOPs, grow least where the
width grows most. Beside the growth of MACs, activations and parameters stands what the shares
promise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.scaling.fast import (
    ALPHA,
    NEEDED_TOTALS,
    STRATEGIES,
    Aim,
    Exponents,
    FastPoint,
    GroupWidth,
    fast,
    fast_point,
)
from archmeter.app.ask import UNSEEN, Network, Option, Printer, Progress, Question, Request, Spelled
from archmeter.app.ask.scaling import (
    LANE,
    MAX_CURVES,
    PixelStep,
    ScaledHead,
    ScalingRequest,
    Share,
    base_of,
)
from archmeter.app.ask.show_scaled import ROUNDED, SIZES, departures, fed
from archmeter.models.scaling import DepthRounding

FAST = "fast"
PRINTED: Mapping[str, str] = MappingProxyType({"dWr": FAST})
"""Names of the paper that have another one here: dWr and dwr would differ by a letter's case."""

StrategyName = Literal["d", "w", "r", "dw", "dr", "wr", "dwr", "fast"]
STRATEGY_NAMES: tuple[StrategyName, ...] = get_args(StrategyName)

Scale = Annotated[float, Field(ge=0.05, le=1000, allow_inf_nan=False)]

_SUM_OF_SHARES = 1e-6


class ExponentsRequest(Request):
    """Shares of depth, width and resolution in the growth of FLOPs; they sum to 1."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What the strategy is called."""

    depth: Share = 0.0
    """e_d, the share of the depth."""

    width: Share = 0.0
    """e_w, the share of the width."""

    resolution: Share = 0.0
    """e_r, the share of the resolution."""

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = self.depth + self.width + self.resolution
        if abs(total - 1) > _SUM_OF_SHARES:
            raise ValueError(f"the exponents sum to {total:g}, not to 1")
        return self


Strategy = Annotated[
    ExponentsRequest | StrategyName, Spelled(lambda text: PRINTED.get(text, text), "NAME")
]


class FastRequest(ScalingRequest):
    """A network, strategies that scale it, and what its FLOPs are to be multiplied by."""

    strategies: Annotated[
        tuple[Strategy, ...],
        Field(min_length=1, max_length=MAX_CURVES),
        Option(
            "--strategy",
            form="NAME",
            help="d, w, r, dw, dr, wr, dwr or fast, which the paper calls dWr; all if left out.",
        ),
    ] = STRATEGY_NAMES
    """The strategies: by the letters of what grows, `fast` for that which the paper calls dWr, or
    strategies with exponents of their own."""

    alpha: Share = ALPHA
    """α: the share of the width in the strategy `fast`."""

    scales: Annotated[
        tuple[Scale, ...], Field(min_length=1, max_length=50), Option("--by", form="SCALE")
    ] = (2.0, 4.0, 8.0, 16.0)
    """What FLOPs are to be multiplied by, one network of each strategy for each."""

    group_width: GroupWidth = "scaled"
    """Whether the channels of a group are `scaled` as the width is, or `fixed`."""

    aim: Aim = "law"
    """Whether the multipliers are those of the exponents (`law`), or those for which the `counted`
    MACs come nearest to the scale."""

    depth_rounding: DepthRounding = "nearest"
    """Scaled depths are rounded to the `nearest` number of blocks, as in the paper's code and where
    the family can, or `up`."""

    resolution_step: PixelStep = 4
    """Scaled sides of the input are multiples of so many pixels: 4 in the paper's code."""

    @property
    def exponents(self) -> list[tuple[str, Exponents]]:
        """Names and exponents of the strategies, as asked for."""
        return [
            (one, self._named(one))
            if isinstance(one, str)
            else (one.name, Exponents(one.depth, one.width, one.resolution))
            for one in self.strategies
        ]

    def _named(self, name: StrategyName) -> Exponents:
        return fast(self.alpha) if name == "fast" else STRATEGIES[name]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [name for name, _ in self.exponents]
        if len(set(names)) < len(names):
            raise ValueError("two strategies have the same name")
        return self

    @model_validator(mode="after")
    def _alpha_is_used(self) -> Self:
        if self.alpha != ALPHA and FAST not in self.strategies:
            raise ValueError(
                "alpha is the share of the width in the strategy fast (dWr), which is not asked for"
            )
        return self


@dataclass(frozen=True, slots=True)
class FastStrategy(Answer):
    """A strategy and the networks it makes."""

    name: str
    exponents: Exponents
    points: Rows[FastPoint]
    """One network for each scale."""


@dataclass(frozen=True, kw_only=True)
class FastReport(ScaledHead):
    """A network under the strategies of fast compound scaling."""

    strategies: Rows[FastStrategy]
    """The strategies, in the order in which they were asked for."""


def fast_scaling(network: Network, request: FastRequest, progress: Progress = UNSEEN) -> FastReport:
    """Scale and count by each strategy."""
    lab = request.lab(network, NEEDED_TOTALS)
    strategies = Rows(
        FastStrategy(
            name,
            exponents,
            Rows(
                fast_point(lab, exponents, scale, group_width=request.group_width, aim=request.aim)
                for scale in progress.track(request.scales, name)
            ),
        )
        for name, exponents in request.exponents
    )
    return FastReport.about(network, base=base_of(lab), strategies=strategies)


def rows_of(answer: FastReport) -> Rows[dict[str, Any]]:
    """Every network of every strategy."""
    growth = ("macs", "activations", "params")
    fields = ("scale", "aimed", "sizes", *growth, "rounding", "structure")
    return Rows(
        {"strategy": strategy.name, **{name: getattr(point, name) for name in fields}}
        for strategy in answer.strategies
        for point in strategy.points
    )


def show(answer: FastReport, out: Printer) -> None:
    """One line for each strategy and scale."""
    out.heading(answer.name, fed(answer.input))
    out.rows(
        f"strategy {{strategy}} || s {{scale:g}} | {SIZES} | MACs {{macs.counted:.3f}} "
        "| × ideal {macs.deviation:multiple} | activations {activations.counted:.3f} "
        "| × ideal {activations.deviation:multiple} | params {params.counted:.3f} "
        "|| not as wanted {adjustments:departures}",
        [
            point.beside(dict, strategy=strategy.name)
            for strategy in answer.strategies
            for point in strategy.points
        ],
        departures=departures,
        multiple=lambda deviation: f"{1 + deviation:.3f}",
    )
    out.note(f"growth over the base, and that ÷ the ideal; {ROUNDED}")


QUESTION = Question(
    path="scaling/fast",
    ask=fast_scaling,
    show=show,
    rows=rows_of,
    lane=LANE,
    asked={
        "RegNetY-4GF, wider and by the paper's strategy": (
            "regnety_040 --strategy w --strategy fast --by 4"
        ),
        "RegNetY-4GF under every strategy": "regnety_040 --by 4",
        "Sixteen times the counted MACs, mostly by width": {
            "architecture": {"preset": "regnety_040"},
            "strategies": ["fast", {"name": "half", "width": 0.5, "resolution": 0.5}],
            "scales": [16],
            "aim": "counted",
        },
    },
)
