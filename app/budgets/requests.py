"""What can be asked of a design space."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from archmeter.analyzers.scaling.bounds import Amount, Bound, TotalName
from archmeter.analyzers.scaling.budget import MAX_SPECS
from archmeter.analyzers.scaling.cardinality import Kept
from archmeter.analyzers.scaling.domains import Range
from archmeter.analyzers.scaling.search import Sense
from archmeter.analyzers.scaling.totals import TOTALS
from archmeter.app.scaling.on_device import OnDevice

MAX_EXAMINED = 20_000
"""Specs of one search, draws of one sample."""

MAX_OPERATORS = 5_000_000
"""Operators of all networks of one question together."""

Path = Annotated[str, Field(min_length=1, max_length=100)]
Values = Annotated[tuple[JsonValue, ...], Field(min_length=1, max_length=1_000)]
Knobs = Annotated[dict[Path, Range | Values], Field(max_length=32)]
Totals = Annotated[tuple[TotalName, ...], Field(min_length=1, max_length=len(TOTALS))]
Seed = Annotated[int, Field(ge=0, le=2**53)]

_ARCHITECTURE = Field(
    description="What the knobs are of: a family with its knobs, or a preset with overrides."
)


class SpaceRequest(BaseModel):
    """An architecture, and the knobs of it that may move."""

    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True, extra="forbid")

    architecture: dict[str, Any] = _ARCHITECTURE

    knobs: Knobs = {}
    """Knobs that move, and what they may be: a list of values, or a range.

    A knob is a field of the family, or a part of one by its path: `depth.2` is the third entry of
    its list of depths, `stages.*.width` one width for all stages.
    """

    increasing: Annotated[tuple[Path, ...], Field(max_length=8)] = ()
    """Paths with a `*` whose values must not fall from one item to the next."""


class ObjectiveRequest(BaseModel):
    """A total, and which way is better."""

    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True, extra="forbid")

    total: TotalName = "macs"
    """What the best network has most or least of."""

    sense: Sense = "most"
    """Whether it is most or least."""


class FitRequest(SpaceRequest, OnDevice):
    """Bounds, and where to look for the best network within them."""

    others: Annotated[tuple[SpaceRequest, ...], Field(max_length=7)] = ()
    """More architectures, of this family or others, each with knobs of its own."""

    bounds: Annotated[tuple[Bound, ...], Field(min_length=1, max_length=16)]
    """What totals may be."""

    objective: ObjectiveRequest = ObjectiveRequest()
    """What is best; the most MACs if left out."""

    count: Annotated[int, Field(ge=1, le=100)] = 10
    """Networks in the answer at most, and misses."""

    max_specs: Annotated[int, Field(ge=1, le=MAX_EXAMINED)] = MAX_SPECS
    """Specs to examine; every combination is, where that are no more."""

    seed: Seed = 0
    """Of what is left to chance where that are more: the same seed, the same answer."""

    @property
    def read(self) -> tuple[str, ...]:
        """The objective, and what is bounded."""
        return (self.objective.total, *(bound.total for bound in self.bounds))


class SampleRequest(SpaceRequest, OnDevice):
    """A design space, and what to draw from it."""

    knobs: Annotated[dict[Path, Range | Values], Field(min_length=1, max_length=32)]
    """Knobs that are drawn: from a list, each value as often; from a range, by its law."""

    bounds: Annotated[tuple[Bound, ...], Field(max_length=16)] = ()
    """What is drawn and not within them is rejected."""

    totals: Totals = ("macs", "params", "activations")
    """Totals whose distributions are wanted."""

    count: Annotated[int, Field(ge=1, le=5_000)] = 200
    """Different networks to draw."""

    listed: Annotated[int, Field(ge=0, le=5_000)] = 20
    """Of these, so many are listed one by one."""

    max_draws: Annotated[int, Field(ge=1, le=MAX_EXAMINED)] = 5_000
    """How often to draw at most."""

    seed: Seed = 0
    """Of the draws: the same seed, the same samples."""

    @property
    def read(self) -> tuple[str, ...]:
        """The totals, and what is bounded."""
        return (*self.totals, *(bound.total for bound in self.bounds))


class AxisRequest(BaseModel):
    """One knob, and what it may be."""

    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True, extra="forbid")

    knob: Path
    """A field of the family, or a part of one by its path."""

    values: Range | Values
    """A list of values, or a range."""


class IsoCostRequest(OnDevice):
    """A network, a knob for its depth and one for its width, and what is to stay equal."""

    architecture: dict[str, Any] = _ARCHITECTURE

    depth: AxisRequest = AxisRequest(
        knob="depth_multiplier", values=Range(low=0.5, high=2, step=0.25)
    )
    """How deep it may be."""

    width: AxisRequest = AxisRequest(
        knob="width_multiplier", values=Range(low=0.5, high=2, count=25, law="log_uniform")
    )
    """How wide it may be."""

    total: TotalName = "macs"
    """What stays equal."""

    wanted: Amount | None = None
    """How much of it; what the architecture itself has, if left out."""

    tolerance: Annotated[float, Field(gt=0, le=0.5)] = 0.05
    """By which part it may differ."""

    totals: Totals = (
        "params",
        "macs",
        "activations",
        "inference_peak_bytes",
        "training_saved_bytes",
    )
    """What is shown of each pair."""

    @property
    def read(self) -> tuple[str, ...]:
        """What stays equal, and what is shown."""
        return (self.total, *self.totals)

    @model_validator(mode="after")
    def _two_knobs(self) -> Self:
        if self.depth.knob == self.width.knob:
            raise ValueError("depth and width must be two different knobs")
        return self


class CardinalityRequest(BaseModel):
    """A network with a cardinality and a group width, and the cardinalities to go to."""

    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True, extra="forbid")

    architecture: dict[str, Any] = Field(
        description="The network whose cost is kept: of a family with `cardinality` and "
        "`group_width`."
    )

    cardinalities: Annotated[
        tuple[Annotated[int, Field(ge=1, le=2**20)], ...], Field(min_length=1, max_length=64)
    ] = (1, 2, 4, 8, 16, 32, 64)
    """Cardinalities to find the group width of."""

    keep: Kept = "params"
    """What is to stay as it is."""

    part: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """A stage or block to keep it in, such as `stage1.bottleneck2`; the network if left out."""
