"""The bodies of the scaling lab's answers, as OpenAPI shows them.

What the analyzers return is described by their own named tuples; here is only how these nest.
"""

from pydantic import JsonValue, create_model

from archmeter.analyzers.scaling.cliffs import Cliff, Cliffs, Gain
from archmeter.analyzers.scaling.curves import Law
from archmeter.analyzers.scaling.fast import Exponents, FastPoint, Growth
from archmeter.analyzers.scaling.knobs import Adjustment, Multipliers
from archmeter.analyzers.scaling.points import Point
from archmeter.analyzers.scaling.published import Coefficients
from archmeter.analyzers.scaling.schedules import Schedule, StageCost
from archmeter.analyzers.scaling.search import GridSearch
from archmeter.analyzers.scaling.sensitivity import Elasticity
from archmeter.analyzers.scaling.sizes import Sizes
from archmeter.app.published import VerifiedFigure
from archmeter.app.schemas import AnalysisInput, Body, Derived, described

MultiplierFigures = create_model(
    "Multipliers", __base__=Derived, __doc__=Multipliers.__doc__, **described(Multipliers)
)
SizeFigures = create_model("Sizes", __base__=Derived, __doc__=Sizes.__doc__, **described(Sizes))
AdjustmentFigures = create_model(
    "Adjustment", __base__=Derived, __doc__=Adjustment.__doc__, **described(Adjustment)
)
LawFigures = create_model("ScalingLaw", __base__=Derived, __doc__=Law.__doc__, **described(Law))
ScaledNetwork = create_model(
    "ScaledNetwork",
    __base__=Derived,
    __doc__=Point.__doc__,
    **described(
        Point,
        wanted=MultiplierFigures,
        changes=dict[str, JsonValue] | None,
        sizes=SizeFigures | None,
        got=MultiplierFigures | None,
        adjustments=list[AdjustmentFigures],
    ),
)


class ScaledBase(Body):
    """The network at multipliers of 1."""

    sizes: SizeFigures
    totals: dict[str, float]
    """What it costs, by name: integers, but for times."""


class LabReport(Body):
    """What every answer of the scaling lab says of the network it is about."""

    name: str
    architecture: dict[str, JsonValue]
    """The canonical spec of the network at multipliers of 1."""

    input: AnalysisInput
    counting_rules: str


class CurvePointFigures(ScaledNetwork, use_attribute_docstrings=True):
    """A network on a curve."""

    phi: float
    """How many steps of the law it is from the base."""


class Departures(Body):
    """The steps at which something could not be had as it was wanted."""

    rounded: list[float]
    clipped: list[float]
    infeasible: list[float]


class CurveFigures(LawFigures, use_attribute_docstrings=True):
    """Networks along a law."""

    name: str
    product: float
    """α·β²·γ²: the ideal growth of cost with each step."""

    departures: Departures
    points: list[CurvePointFigures]


CoefficientFields = create_model(
    "_Coefficients",
    __base__=Derived,
    **described(Coefficients, "phi_of", published=MultiplierFigures, law=MultiplierFigures),
)


class PhiOf(Body):
    """The step that each coefficient alone would be."""

    depth: float
    width: float
    resolution: float


class PublishedCoefficients(CoefficientFields, use_attribute_docstrings=True):
    """What a published network is multiplied by, and where the law puts it."""

    phi_of: PhiOf


class OverlayFigures(PublishedCoefficients):
    """The network under published coefficients, and under the law at the same ideal cost."""

    network: ScaledNetwork
    law_network: ScaledNetwork


class CurvesReport(LabReport):
    """What a network costs along laws."""

    base: ScaledBase
    curves: list[CurveFigures]
    overlay: list[OverlayFigures] | None
    """Networks under the coefficients of EfficientNet-B0 to B7; null if not asked for."""


class CandidateFigures(ScaledNetwork, LawFigures, use_attribute_docstrings=True):
    """A law that is near the target."""

    product: float
    """α·β²·γ²."""

    pareto: bool
    """Whether nothing else is at least as good in every objective, and better in one."""


_search = described(GridSearch, infeasible=list[CandidateFigures], feasible=list[CandidateFigures])
SearchFields = create_model("_GridSearch", __base__=LabReport, **_search)


class SearchReport(SearchFields, use_attribute_docstrings=True):
    """The laws of a grid that meet a target."""

    base: ScaledBase
    objectives: list[str]
    """What the Pareto set is of."""


GrowthFigures = create_model(
    "Growth", __base__=Derived, __doc__=Growth.__doc__, **described(Growth)
)
FastPointFigures = create_model(
    "FastPoint",
    __base__=ScaledNetwork,
    __doc__=FastPoint.__doc__,
    **described(
        FastPoint,
        "network",
        macs=GrowthFigures,
        activations=GrowthFigures,
        params=GrowthFigures,
    ),
)
ExponentFigures = create_model(
    "Exponents", __base__=Derived, __doc__=Exponents.__doc__, **described(Exponents)
)


class StrategyFigures(Body):
    """A strategy and the networks it makes."""

    name: str
    exponents: ExponentFigures
    points: list[FastPointFigures]


class FastReport(LabReport):
    """A network under the strategies of fast compound scaling."""

    base: ScaledBase
    strategies: list[StrategyFigures]


ElasticityFigures = create_model(
    "Elasticity",
    __base__=Derived,
    __doc__=Elasticity.__doc__,
    **described(Elasticity, totals=dict[str, float | None]),
)


class SensitivityReport(LabReport):
    """By how many per cent each total grows when a knob grows by one per cent."""

    totals: dict[str, float]
    """What the network costs."""

    knobs: list[ElasticityFigures]


GainFigures = create_model("Gain", __base__=Derived, __doc__=Gain.__doc__, **described(Gain))
CliffFigures = create_model(
    "Cliff", __base__=Derived, __doc__=Cliff.__doc__, **described(Cliff, gains=list[GainFigures])
)
CliffsFields = create_model(
    "_Cliffs", __base__=LabReport, **described(Cliffs, cliffs=list[CliffFigures])
)


class CliffsReport(CliffsFields, use_attribute_docstrings=True):
    """The cliffs around a resolution."""

    low: int
    """The least side of the range."""

    high: int
    """The largest."""


StageFigures = create_model(
    "StageCost", __base__=Derived, __doc__=StageCost.__doc__, **described(StageCost)
)
_schedule = described(Schedule, stages=list[StageFigures])
ScheduleFields = create_model("_Schedule", __base__=Derived, **_schedule)


class ScheduleReport(ScheduleFields, use_attribute_docstrings=True):
    """What a run costs whose images change size from stage to stage."""

    name: str
    architecture: dict[str, JsonValue]
    """The canonical spec of the network."""

    counting_rules: str


class PublishedScaling(Body):
    """What was published of scaled networks, beside the law and the counts."""

    law: LawFigures
    """Of the paper."""

    coefficients: list[PublishedCoefficients]
    """EfficientNet-B0 to B7."""

    tables: list[VerifiedFigure]
    """Networks of the paper that are scaled along one dimension or all."""
