"""What can be asked of the scaling lab, in bodies and in queries alike."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from archmeter.analyzers.scaling.curves import COMPOUND, LAWS, Law, LawName
from archmeter.analyzers.scaling.fast import (
    ALPHA,
    STRATEGIES,
    Aim,
    Exponents,
    GroupWidth,
    StrategyName,
    fast,
)
from archmeter.analyzers.scaling.search import Constraint, Objective, Sense
from archmeter.analyzers.scaling.totals import TOTALS
from archmeter.app.scaling.on_device import OnDevice
from archmeter.models.scaling import DepthRounding
from archmeter.models.spec import Side

MAX_POINTS = 500
"""Of one curve."""

MAX_CURVES = 12

Total = Annotated[str, Field(json_schema_extra={"enum": list(TOTALS)})]
TotalList = Annotated[tuple[Total, ...], Field(min_length=1, max_length=len(TOTALS))]
Factor = Annotated[float, Field(ge=0.1, le=10, allow_inf_nan=False)]
Phi = Annotated[float, Field(ge=-20, le=20, allow_inf_nan=False)]
Scale = Annotated[float, Field(ge=0.05, le=1000, allow_inf_nan=False)]
KnobName = Annotated[str, Field(min_length=1, max_length=100)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

_SUM_OF_SHARES = 1e-6


class LabRequest(OnDevice):
    """A network, what it is fed, and what is read of it and of its scaled versions."""

    architecture: dict[str, Any] = Field(
        description="The network at multipliers of 1: a family with its knobs, or a preset with "
        "overrides."
    )

    totals: TotalList = ("macs", "params", "activations")
    """What is read of every network."""

    @property
    def read(self) -> tuple[str, ...]:
        """The totals."""
        return self.totals


class ScalingRequest(LabRequest):
    """How scaled sizes are rounded."""

    resolution_step: Annotated[int, Field(ge=1, le=512)] = 1
    """Scaled sides are multiples of so many pixels."""

    depth_rounding: DepthRounding = "up"
    """Scaled depths are rounded up, as in EfficientNet, or to the nearest where the family can."""


class CurveRequest(BaseModel):
    """A law: what each step of φ multiplies."""

    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=60)] = "compound"
    """What to call the curve."""

    alpha: Factor = COMPOUND.alpha
    """α: multiplies the depth with each step."""

    beta: Factor = COMPOUND.beta
    """β: multiplies the width."""

    gamma: Factor = COMPOUND.gamma
    """γ: multiplies the resolution."""

    @property
    def law(self) -> Law:
        """The three together."""
        return Law(self.alpha, self.beta, self.gamma)

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.law == Law():
            raise ValueError("with α, β and γ of 1 every step is the base itself")
        return self


class PhiRange(BaseModel):
    """Steps at equal distances, both ends included."""

    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True, extra="forbid")

    start: Phi = 0.0
    """The first; negative for smaller networks."""

    stop: Phi = 3.0
    """The last."""

    points: Annotated[int, Field(ge=1, le=MAX_POINTS)] = 13
    """How many."""

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
    """Curves of what a network costs as it is scaled."""

    curves: Annotated[
        tuple[CurveRequest | LawName, ...], Field(min_length=1, max_length=MAX_CURVES)
    ] = tuple(LAWS)
    """By name, or with their own α, β and γ. Those of one dimension are twice the ideal cost with
    each step, as compound scaling is about."""

    phi: PhiRange = PhiRange()
    """Which steps."""

    overlay: bool = False
    """Also scale the network by the published coefficients of EfficientNet-B0 to B7, and by the law
    where that has the same ideal cost."""

    @property
    def laws(self) -> list[tuple[str, Law]]:
        """Names and laws of the curves, as asked for."""
        return [
            (curve, LAWS[curve]) if isinstance(curve, str) else (curve.name, curve.law)
            for curve in self.curves
        ]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [name for name, _ in self.laws]
        if len(set(names)) < len(names):
            raise ValueError("two curves have the same name")
        return self


class GridAxis(BaseModel):
    """The values of a multiplier: from start to stop in steps."""

    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True, extra="forbid")

    start: Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)] = 1.0
    stop: Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)]
    step: Annotated[float, Field(ge=0.001, le=10, allow_inf_nan=False)] = 0.05

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if self.stop < self.start:
            raise ValueError(f"the values cannot go up from {self.start:g} to {self.stop:g}")
        return self


class ParetoObjectiveRequest(BaseModel):
    """A total, and which way is better."""

    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True, extra="forbid")

    total: Total
    sense: Sense = "least"
    """Whether less is better, or more."""


class SearchRequest(ScalingRequest):
    """Laws that multiply the cost by a target in one step."""

    alpha: GridAxis = GridAxis(stop=2.0)
    """Depth: the values of α."""

    beta: GridAxis = GridAxis(stop=1.4)
    """Width: the values of β."""

    gamma: GridAxis = GridAxis(stop=1.4)
    """Resolution: the values of γ."""

    target: Annotated[float, Field(ge=1, le=1000, allow_inf_nan=False)] = 2.0
    """What the cost is to be multiplied by."""

    tolerance: Annotated[float, Field(ge=0, le=0.5, allow_inf_nan=False)] = 0.05
    """By how much of the target that may be missed."""

    constraint: Constraint = "law"
    """What has to meet the target: α·β²·γ², or the counted MACs."""

    objectives: Annotated[tuple[ParetoObjectiveRequest, ...], Field(max_length=6)] = (
        ParetoObjectiveRequest(total="params"),
        ParetoObjectiveRequest(total="activations"),
    )
    """What the Pareto set is of; those are read besides the totals."""

    @property
    def aims(self) -> tuple[Objective, ...]:
        """The objectives as the search takes them."""
        return tuple(Objective(objective.total, objective.sense) for objective in self.objectives)

    @property
    def read(self) -> tuple[str, ...]:
        """The totals, and those that are objectives."""
        return (*self.totals, *(objective.total for objective in self.objectives))

    @model_validator(mode="after")
    def _objectives_differ(self) -> Self:
        if len({objective.total for objective in self.objectives}) < len(self.objectives):
            raise ValueError("a total is an objective more than once")
        return self


class ExponentsRequest(BaseModel):
    """Shares of depth, width and resolution in the growth of FLOPs; they sum to 1."""

    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What to call the strategy."""

    depth: Share = 0.0
    """e_d."""

    width: Share = 0.0
    """e_w."""

    resolution: Share = 0.0
    """e_r."""

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = self.depth + self.width + self.resolution
        if abs(total - 1) > _SUM_OF_SHARES:
            raise ValueError(f"the exponents sum to {total:g}, not to 1")
        return self


class FastRequest(ScalingRequest):
    """Fast compound scaling: FLOPs multiplied by so much, with a few activations more."""

    strategies: Annotated[
        tuple[ExponentsRequest | StrategyName, ...], Field(min_length=1, max_length=MAX_CURVES)
    ] = tuple(STRATEGIES)
    """As the paper names them (`dWr` is the fast one), or with their own exponents."""

    alpha: Share = ALPHA
    """α: the share of the width in `dWr`."""

    scales: Annotated[tuple[Scale, ...], Field(min_length=1, max_length=50)] = (2.0, 4.0, 8.0, 16.0)
    """What FLOPs are to be multiplied by."""

    group_width: GroupWidth = "scaled"
    """The channels of a group grow as the width does, or not at all."""

    aim: Aim = "law"
    """Multipliers by the exponents, or those for which the counted MACs come nearest."""

    depth_rounding: DepthRounding = "nearest"
    """As in the paper's code to the nearest, where the family can; or up."""

    resolution_step: Annotated[int, Field(ge=1, le=512)] = 4
    """As in the paper's code scaled sides are multiples of so many pixels."""

    @property
    def exponents(self) -> list[tuple[str, Exponents]]:
        """Names and exponents of the strategies, as asked for."""
        named = {**STRATEGIES, "dWr": fast(self.alpha)}
        return [
            (one, named[one])
            if isinstance(one, str)
            else (one.name, Exponents(one.depth, one.width, one.resolution))
            for one in self.strategies
        ]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [name for name, _ in self.exponents]
        if len(set(names)) < len(names):
            raise ValueError("two strategies have the same name")
        return self

    @model_validator(mode="after")
    def _alpha_is_used(self) -> Self:
        if self.alpha != ALPHA and "dWr" not in self.strategies:
            raise ValueError("alpha is the share of the width in dWr, which is not asked for")
        return self


class SensitivityRequest(LabRequest):
    """By how many per cent totals grow when a knob grows by one."""

    knobs: Annotated[tuple[KnobName, ...], Field(min_length=1, max_length=100)] | None = None
    """Only these, with all that is inside them; without it every knob that is a positive number."""


class CliffsRequest(LabRequest):
    """Sizes of the input at which maps gain a row."""

    low: Side | None = None
    """The least side of the range; without it, 3/4 of the network's own, or of the largest."""

    high: Side | None = None
    """The largest; without it, 5/4 of the network's own, or of the least."""

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"the sides cannot go up from {self.low} to {self.high}")
        return self
