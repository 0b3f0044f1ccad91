"""The bodies of answers about design spaces, as OpenAPI shows them.

What the analyzers return is described by their own named tuples; here is only how these nest.
"""

from pydantic import JsonValue, create_model

from archmeter.analyzers.scaling.bounds import Check
from archmeter.analyzers.scaling.cardinality import Cost, Trade, Trades
from archmeter.analyzers.scaling.domains import Trim
from archmeter.analyzers.scaling.examine import Refusal
from archmeter.analyzers.scaling.fits import Fit, Found, Pressure, Searched
from archmeter.analyzers.scaling.iso_cost import IsoCost, Line, Pair
from archmeter.analyzers.scaling.sampling import Bin, Distribution, Quantile, Sample, Sampling
from archmeter.analyzers.scaling.search import Objective
from archmeter.app.scaling.bodies import AdjustmentFigures, SizeFigures
from archmeter.app.schemas import Body, Derived, described

_Json = dict[str, JsonValue]


class _About(Body):
    """What was counted, and how."""

    counting_rules: str
    """Version of the rules behind the figures."""

    batch: int
    """Images at once, where a bound does not say otherwise."""

    dtype: str
    """Of weights and activations alike."""


class _Seeded(_About):
    """The same, where something is left to chance."""

    seed: int
    """The same seed gives the same answer."""


CheckFigures = create_model(
    "BudgetCheck", __base__=Derived, __doc__=Check.__doc__, **described(Check)
)
TrimFigures = create_model("KnobTrim", __base__=Derived, __doc__=Trim.__doc__, **described(Trim))
RefusalFigures = create_model(
    "Refusal", __base__=Derived, __doc__=Refusal.__doc__, **described(Refusal, values=_Json)
)
FoundNetwork = create_model(
    "FoundNetwork",
    __base__=Derived,
    __doc__=Found.__doc__,
    **described(
        Found,
        values=_Json,
        architecture=_Json,
        sizes=SizeFigures,
        checks=list[CheckFigures],
        adjustments=list[AdjustmentFigures],
    ),
)
PressureFigures = create_model(
    "LimitPressure", __base__=Derived, __doc__=Pressure.__doc__, **described(Pressure)
)
SearchedSpace = create_model(
    "SearchedSpace",
    __base__=Derived,
    __doc__=Searched.__doc__,
    **described(Searched, trims=list[TrimFigures]),
)
ObjectiveFigures = create_model(
    "SearchObjective", __base__=Derived, __doc__=Objective.__doc__, **described(Objective)
)


class _FitAbout(_Seeded):
    """The same, with what is best."""

    objective: ObjectiveFigures
    """What is best."""


FitReport = create_model(
    "FitReport",
    __base__=_FitAbout,
    __doc__=Fit.__doc__,
    **described(
        Fit,
        best=list[FoundNetwork],
        misses=list[FoundNetwork],
        limits=list[PressureFigures],
        spaces=list[SearchedSpace],
        refusals=list[RefusalFigures],
    ),
)

QuantileFigures = create_model(
    "Quantile", __base__=Derived, __doc__=Quantile.__doc__, **described(Quantile)
)
BinFigures = create_model("HistogramBin", __base__=Derived, __doc__=Bin.__doc__, **described(Bin))
DistributionFigures = create_model(
    "Distribution",
    __base__=Derived,
    __doc__=Distribution.__doc__,
    **described(Distribution, quantiles=list[QuantileFigures], histogram=list[BinFigures]),
)
SampleFigures = create_model(
    "Sample",
    __base__=Derived,
    __doc__=Sample.__doc__,
    **described(Sample, "spec", values=_Json, adjustments=list[AdjustmentFigures]),
)
SampleReport = create_model(
    "SampleReport",
    __base__=_Seeded,
    __doc__=Sampling.__doc__,
    **described(
        Sampling,
        rejected=list[RefusalFigures],
        trims=list[TrimFigures],
        distributions=list[DistributionFigures],
        samples=list[SampleFigures],
    ),
)

PairFigures = create_model(
    "IsoCostPair",
    __base__=Derived,
    __doc__=Pair.__doc__,
    **described(
        Pair,
        depth=JsonValue,
        width=JsonValue,
        alike=list[JsonValue],
        architecture=_Json,
        sizes=SizeFigures,
        adjustments=list[AdjustmentFigures],
    ),
)
LineFigures = create_model(
    "IsoCostLine",
    __base__=Derived,
    __doc__=Line.__doc__,
    **described(Line, depth=JsonValue, nearest=JsonValue),
)


class _IsoCostAbout(_About):
    """The same, with the two knobs."""

    depth_knob: str
    """What `depth` is a value of."""

    width_knob: str
    """What `width` is a value of."""


IsoCostReport = create_model(
    "IsoCostReport",
    __base__=_IsoCostAbout,
    __doc__=IsoCost.__doc__,
    **described(
        IsoCost,
        pairs=list[PairFigures],
        lines=list[LineFigures],
        refusals=list[RefusalFigures],
        trims=list[TrimFigures],
    ),
)


class _CardinalityAbout(Body):
    """Whose cost is kept."""

    counting_rules: str
    """Version of the rules behind the figures."""

    name: str
    """The nearest preset, and what differs from it."""

    architecture: _Json
    """The canonical spec."""


CostFigures = create_model("PathCost", __base__=Derived, __doc__=Cost.__doc__, **described(Cost))
TradeFigures = create_model(
    "CardinalityTrade",
    __base__=Derived,
    __doc__=Trade.__doc__,
    **described(Trade, cost=CostFigures | None, below=CostFigures | None, above=CostFigures | None),
)
CardinalityReport = create_model(
    "CardinalityReport",
    __base__=_CardinalityAbout,
    __doc__=Trades.__doc__,
    **described(Trades, base=CostFigures, trades=list[TradeFigures]),
)
