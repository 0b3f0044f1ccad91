"""What the service can be asked, besides for which network.

Made from the OpenAPI document by ``make types``; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict


class AxisRequest(TypedDict, total=False):
    """One knob, and what it may be."""

    knob: Required[str]
    """A field of the family, or a part of one by its path."""

    values: Required[Range | Sequence[Any]]
    """A list of values, or a range."""


class Bound(TypedDict, total=False):
    """What a total may be, for some images at once."""

    total: Required[
        Literal[
            "params",
            "trainable_params",
            "frozen_params",
            "buffers",
            "macs",
            "flops",
            "activations",
            "operators",
            "weights_bytes",
            "buffers_bytes",
            "input_bytes",
            "inference_peak_bytes",
            "training_saved_bytes",
            "training_bytes",
            "training_macs",
            "roofline_seconds",
        ]
    ]
    """What is bounded."""

    at_least: float | None
    """The least it may be."""

    at_most: float | None
    """The most it may be."""

    batch: int | None
    """Images at once; those of the whole request if left out."""


class CardinalityRequest(TypedDict, total=False):
    """A network with a cardinality and a group width, and the cardinalities to go to."""

    cardinalities: Sequence[int]
    """Cardinalities to find the group width of."""

    keep: Literal["params", "macs"]
    """What is to stay as it is."""

    part: str | None
    """A stage or block to keep it in, such as `stage1.bottleneck2`; the network if left out."""


class CliffsRequest(TypedDict, total=False):
    """Sizes of the input at which maps gain a row."""

    batch: int
    """Images at once."""

    dtype: Literal["float32", "float16", "bfloat16", "float64"]
    """Of weights and activations alike."""

    device: str | None
    """A device of `/v1/devices`, for `roofline_seconds`."""

    tf32: bool
    """Whether matrices of float32 are multiplied in TF32, where the device has units for it."""

    flops_per_s: float | None
    """Your own peak, in place of the device's matrix rate."""

    bytes_per_s: float | None
    """Your own bandwidth, in place of the device's."""

    totals: Sequence[
        Literal[
            "params",
            "trainable_params",
            "frozen_params",
            "buffers",
            "macs",
            "flops",
            "activations",
            "operators",
            "weights_bytes",
            "buffers_bytes",
            "input_bytes",
            "inference_peak_bytes",
            "training_saved_bytes",
            "training_bytes",
            "training_macs",
            "roofline_seconds",
        ]
    ]
    """What is read of every network."""

    low: int | None
    """The least side of the range; without it, 3/4 of the network's own, or of the largest."""

    high: int | None
    """The largest; without it, 5/4 of the network's own, or of the least."""


class CurveRequest(TypedDict, total=False):
    """A law: what each step of φ multiplies."""

    name: str
    """What to call the curve."""

    alpha: float
    """Α: multiplies the depth with each step."""

    beta: float
    """Β: multiplies the width."""

    gamma: float
    """Γ: multiplies the resolution."""


class CurvesRequest(TypedDict, total=False):
    """Curves of what a network costs as it is scaled."""

    batch: int
    """Images at once."""

    dtype: Literal["float32", "float16", "bfloat16", "float64"]
    """Of weights and activations alike."""

    device: str | None
    """A device of `/v1/devices`, for `roofline_seconds`."""

    tf32: bool
    """Whether matrices of float32 are multiplied in TF32, where the device has units for it."""

    flops_per_s: float | None
    """Your own peak, in place of the device's matrix rate."""

    bytes_per_s: float | None
    """Your own bandwidth, in place of the device's."""

    totals: Sequence[
        Literal[
            "params",
            "trainable_params",
            "frozen_params",
            "buffers",
            "macs",
            "flops",
            "activations",
            "operators",
            "weights_bytes",
            "buffers_bytes",
            "input_bytes",
            "inference_peak_bytes",
            "training_saved_bytes",
            "training_bytes",
            "training_macs",
            "roofline_seconds",
        ]
    ]
    """What is read of every network."""

    resolution_step: int
    """Scaled sides are multiples of so many pixels."""

    depth_rounding: Literal["up", "nearest"]
    """Scaled depths are rounded up, as in EfficientNet, or to the nearest where the family
    can.
    """

    curves: Sequence[CurveRequest | Literal["depth", "width", "resolution", "compound"]]
    """By name, or with their own α, β and γ. Those of one dimension are twice the ideal cost
    with each step, as compound scaling is about.
    """

    phi: PhiRange
    """Which steps."""

    overlay: bool
    """Also scale the network by the published coefficients of EfficientNet-B0 to B7, and by
    the law where that has the same ideal cost.
    """


class ExponentsRequest(TypedDict, total=False):
    """Shares of depth, width and resolution in the growth of FLOPs; they sum to 1."""

    name: Required[str]
    """What to call the strategy."""

    depth: float
    """E_d."""

    width: float
    """E_w."""

    resolution: float
    """E_r."""


class FastRequest(TypedDict, total=False):
    """Fast compound scaling: FLOPs multiplied by so much, with a few activations more."""

    batch: int
    """Images at once."""

    dtype: Literal["float32", "float16", "bfloat16", "float64"]
    """Of weights and activations alike."""

    device: str | None
    """A device of `/v1/devices`, for `roofline_seconds`."""

    tf32: bool
    """Whether matrices of float32 are multiplied in TF32, where the device has units for it."""

    flops_per_s: float | None
    """Your own peak, in place of the device's matrix rate."""

    bytes_per_s: float | None
    """Your own bandwidth, in place of the device's."""

    totals: Sequence[
        Literal[
            "params",
            "trainable_params",
            "frozen_params",
            "buffers",
            "macs",
            "flops",
            "activations",
            "operators",
            "weights_bytes",
            "buffers_bytes",
            "input_bytes",
            "inference_peak_bytes",
            "training_saved_bytes",
            "training_bytes",
            "training_macs",
            "roofline_seconds",
        ]
    ]
    """What is read of every network."""

    resolution_step: int
    """As in the paper's code scaled sides are multiples of so many pixels."""

    depth_rounding: Literal["up", "nearest"]
    """As in the paper's code to the nearest, where the family can; or up."""

    strategies: Sequence[ExponentsRequest | Literal["d", "w", "r", "dw", "dr", "wr", "dwr", "dWr"]]
    """As the paper names them (`dWr` is the fast one), or with their own exponents."""

    alpha: float
    """Α: the share of the width in `dWr`."""

    scales: Sequence[float]
    """What FLOPs are to be multiplied by."""

    group_width: Literal["scaled", "fixed"]
    """The channels of a group grow as the width does, or not at all."""

    aim: Literal["law", "counted"]
    """Multipliers by the exponents, or those for which the counted MACs come nearest."""


class FitRequest(TypedDict, total=False):
    """Bounds, and where to look for the best network within them."""

    batch: int
    """Images at once."""

    dtype: Literal["float32", "float16", "bfloat16", "float64"]
    """Of weights and activations alike."""

    device: str | None
    """A device of `/v1/devices`, for `roofline_seconds`."""

    tf32: bool
    """Whether matrices of float32 are multiplied in TF32, where the device has units for it."""

    flops_per_s: float | None
    """Your own peak, in place of the device's matrix rate."""

    bytes_per_s: float | None
    """Your own bandwidth, in place of the device's."""

    knobs: Mapping[str, Range | Sequence[Any]]
    """Knobs that move, and what they may be: a list of values, or a range.

    A knob is a field of the family, or a part of one by its path: `depth.2` is the third
    entry of its list of depths, `stages.*.width` one width for all stages.
    """

    increasing: Sequence[str]
    """Paths with a `*` whose values must not fall from one item to the next."""

    others: Sequence[SpaceRequest]
    """More architectures, of this family or others, each with knobs of its own."""

    bounds: Required[Sequence[Bound]]
    """What totals may be."""

    objective: ObjectiveRequest
    """What is best; the most MACs if left out."""

    count: int
    """Networks in the answer at most, and misses."""

    max_specs: int
    """Specs to examine; every combination is, where that are no more."""

    seed: int
    """Of what is left to chance where that are more: the same seed, the same answer."""


class GridAxis(TypedDict, total=False):
    """The values of a multiplier: from start to stop in steps."""

    start: float

    stop: Required[float]

    step: float


class IsoCostRequest(TypedDict, total=False):
    """A network, a knob for its depth and one for its width, and what is to stay equal."""

    batch: int
    """Images at once."""

    dtype: Literal["float32", "float16", "bfloat16", "float64"]
    """Of weights and activations alike."""

    device: str | None
    """A device of `/v1/devices`, for `roofline_seconds`."""

    tf32: bool
    """Whether matrices of float32 are multiplied in TF32, where the device has units for it."""

    flops_per_s: float | None
    """Your own peak, in place of the device's matrix rate."""

    bytes_per_s: float | None
    """Your own bandwidth, in place of the device's."""

    depth: AxisRequest
    """How deep it may be."""

    width: AxisRequest
    """How wide it may be."""

    total: Literal[
        "params",
        "trainable_params",
        "frozen_params",
        "buffers",
        "macs",
        "flops",
        "activations",
        "operators",
        "weights_bytes",
        "buffers_bytes",
        "input_bytes",
        "inference_peak_bytes",
        "training_saved_bytes",
        "training_bytes",
        "training_macs",
        "roofline_seconds",
    ]
    """What stays equal."""

    wanted: float | None
    """How much of it; what the architecture itself has, if left out."""

    tolerance: float
    """By which part it may differ."""

    totals: Sequence[
        Literal[
            "params",
            "trainable_params",
            "frozen_params",
            "buffers",
            "macs",
            "flops",
            "activations",
            "operators",
            "weights_bytes",
            "buffers_bytes",
            "input_bytes",
            "inference_peak_bytes",
            "training_saved_bytes",
            "training_bytes",
            "training_macs",
            "roofline_seconds",
        ]
    ]
    """What is shown of each pair."""


class ObjectiveRequest(TypedDict, total=False):
    """A total, and which way is better."""

    total: Literal[
        "params",
        "trainable_params",
        "frozen_params",
        "buffers",
        "macs",
        "flops",
        "activations",
        "operators",
        "weights_bytes",
        "buffers_bytes",
        "input_bytes",
        "inference_peak_bytes",
        "training_saved_bytes",
        "training_bytes",
        "training_macs",
        "roofline_seconds",
    ]
    """What the best network has most or least of."""

    sense: Literal["least", "most"]
    """Whether it is most or least."""


class ParetoObjectiveRequest(TypedDict, total=False):
    """A total, and which way is better."""

    total: Required[
        Literal[
            "params",
            "trainable_params",
            "frozen_params",
            "buffers",
            "macs",
            "flops",
            "activations",
            "operators",
            "weights_bytes",
            "buffers_bytes",
            "input_bytes",
            "inference_peak_bytes",
            "training_saved_bytes",
            "training_bytes",
            "training_macs",
            "roofline_seconds",
        ]
    ]

    sense: Literal["least", "most"]
    """Whether less is better, or more."""


class PhiRange(TypedDict, total=False):
    """Steps at equal distances, both ends included."""

    start: float
    """The first; negative for smaller networks."""

    stop: float
    """The last."""

    points: int
    """How many."""


class ProgressiveRequest(TypedDict, total=False):
    """Square images that grow in equal steps."""

    first: Required[int]
    """Side of the first stage's images."""

    last: Required[int]
    """Side of the last stage's images."""

    stages: int
    """How many there are."""

    epochs: int
    """Of all stages together."""

    images: int
    """Seen in each epoch; without it those of ImageNet."""


class Range(TypedDict, total=False):
    """Numbers from low to high."""

    low: Required[float]
    """The least value."""

    high: Required[float]
    """The largest value."""

    step: float | None
    """Only values so many steps above the least; 1 where numbers are whole."""

    count: int | None
    """So many values, in place of a step."""

    law: Literal["uniform", "log_uniform"]
    """How a count of values is spaced, and how samples are drawn: evenly, or evenly on a
    logarithmic scale.
    """


class SampleRequest(TypedDict, total=False):
    """A design space, and what to draw from it."""

    batch: int
    """Images at once."""

    dtype: Literal["float32", "float16", "bfloat16", "float64"]
    """Of weights and activations alike."""

    device: str | None
    """A device of `/v1/devices`, for `roofline_seconds`."""

    tf32: bool
    """Whether matrices of float32 are multiplied in TF32, where the device has units for it."""

    flops_per_s: float | None
    """Your own peak, in place of the device's matrix rate."""

    bytes_per_s: float | None
    """Your own bandwidth, in place of the device's."""

    knobs: Required[Mapping[str, Range | Sequence[Any]]]
    """Knobs that are drawn: from a list, each value as often; from a range, by its law."""

    increasing: Sequence[str]
    """Paths with a `*` whose values must not fall from one item to the next."""

    bounds: Sequence[Bound]
    """What is drawn and not within them is rejected."""

    totals: Sequence[
        Literal[
            "params",
            "trainable_params",
            "frozen_params",
            "buffers",
            "macs",
            "flops",
            "activations",
            "operators",
            "weights_bytes",
            "buffers_bytes",
            "input_bytes",
            "inference_peak_bytes",
            "training_saved_bytes",
            "training_bytes",
            "training_macs",
            "roofline_seconds",
        ]
    ]
    """Totals whose distributions are wanted."""

    count: int
    """Different networks to draw."""

    listed: int
    """Of these, so many are listed one by one."""

    max_draws: int
    """How often to draw at most."""

    seed: int
    """Of the draws: the same seed, the same samples."""


class ScheduleRequest(TypedDict, total=False):
    """A run whose images change size from stage to stage."""

    stages: Sequence[StageRequest] | None
    """One after another."""

    progressive: ProgressiveRequest | None
    """Or by rule: images that grow in equal steps, as in EfficientNetV2."""


class SearchRequest(TypedDict, total=False):
    """Laws that multiply the cost by a target in one step."""

    batch: int
    """Images at once."""

    dtype: Literal["float32", "float16", "bfloat16", "float64"]
    """Of weights and activations alike."""

    device: str | None
    """A device of `/v1/devices`, for `roofline_seconds`."""

    tf32: bool
    """Whether matrices of float32 are multiplied in TF32, where the device has units for it."""

    flops_per_s: float | None
    """Your own peak, in place of the device's matrix rate."""

    bytes_per_s: float | None
    """Your own bandwidth, in place of the device's."""

    totals: Sequence[
        Literal[
            "params",
            "trainable_params",
            "frozen_params",
            "buffers",
            "macs",
            "flops",
            "activations",
            "operators",
            "weights_bytes",
            "buffers_bytes",
            "input_bytes",
            "inference_peak_bytes",
            "training_saved_bytes",
            "training_bytes",
            "training_macs",
            "roofline_seconds",
        ]
    ]
    """What is read of every network."""

    resolution_step: int
    """Scaled sides are multiples of so many pixels."""

    depth_rounding: Literal["up", "nearest"]
    """Scaled depths are rounded up, as in EfficientNet, or to the nearest where the family
    can.
    """

    alpha: GridAxis
    """Depth: the values of α."""

    beta: GridAxis
    """Width: the values of β."""

    gamma: GridAxis
    """Resolution: the values of γ."""

    target: float
    """What the cost is to be multiplied by."""

    tolerance: float
    """By how much of the target that may be missed."""

    constraint: Literal["law", "counted"]
    """What has to meet the target: α·β²·γ², or the counted MACs."""

    objectives: Sequence[ParetoObjectiveRequest]
    """What the Pareto set is of; those are read besides the totals."""


class SensitivityRequest(TypedDict, total=False):
    """By how many per cent totals grow when a knob grows by one."""

    batch: int
    """Images at once."""

    dtype: Literal["float32", "float16", "bfloat16", "float64"]
    """Of weights and activations alike."""

    device: str | None
    """A device of `/v1/devices`, for `roofline_seconds`."""

    tf32: bool
    """Whether matrices of float32 are multiplied in TF32, where the device has units for it."""

    flops_per_s: float | None
    """Your own peak, in place of the device's matrix rate."""

    bytes_per_s: float | None
    """Your own bandwidth, in place of the device's."""

    totals: Sequence[
        Literal[
            "params",
            "trainable_params",
            "frozen_params",
            "buffers",
            "macs",
            "flops",
            "activations",
            "operators",
            "weights_bytes",
            "buffers_bytes",
            "input_bytes",
            "inference_peak_bytes",
            "training_saved_bytes",
            "training_bytes",
            "training_macs",
            "roofline_seconds",
        ]
    ]
    """What is read of every network."""

    knobs: Sequence[str] | None
    """Only these, with all that is inside them; without it every knob that is a positive
    number.
    """


class SpaceRequest(TypedDict, total=False):
    """An architecture, and the knobs of it that may move."""

    architecture: Required[Mapping[str, Any]]
    """What the knobs are of: a family with its knobs, or a preset with overrides."""

    knobs: Mapping[str, Range | Sequence[Any]]
    """Knobs that move, and what they may be: a list of values, or a range.

    A knob is a field of the family, or a part of one by its path: `depth.2` is the third
    entry of its list of depths, `stages.*.width` one width for all stages.
    """

    increasing: Sequence[str]
    """Paths with a `*` whose values must not fall from one item to the next."""


class StageRequest(TypedDict, total=False):
    """Epochs on images of one size."""

    epochs: Required[int]
    """Passes over the images."""

    resolution: Required[int | Sequence[int]]
    """Side of the images in pixels, or [height, width]."""

    images: int
    """Seen in each epoch; without it those of ImageNet."""


class ListPresetsQuery(TypedDict, total=False):
    """List presets query."""

    family: str | None
    """Only this family's."""


class ListPublishedQuery(TypedDict, total=False):
    """List published query."""

    family: str | None
    """Only this lineage's, by the word the table files it under, such as `resnet`."""

    verdict: Literal["equal", "explained", "unexplained"] | None
    """Only those with this verdict."""

    text: str | None
    """Only those whose network, source or reason contains this text; case does not matter."""


class ListAnalysesQuery(TypedDict, total=False):
    """List analyses query."""

    family: str | None
    """Only this family."""

    name: str | None
    """Only names that contain this text, such as `resnet50`; case does not matter."""

    audit: Literal["agrees", "differs", "none"] | None
    """Only those whose audit came out so; `none`: not audited yet."""

    sort: Literal[
        "created_at",
        "-created_at",
        "name",
        "-name",
        "family",
        "-family",
        "batch",
        "-batch",
        "params",
        "-params",
        "trainable_params",
        "-trainable_params",
        "frozen_params",
        "-frozen_params",
        "buffers",
        "-buffers",
        "macs",
        "-macs",
        "flops",
        "-flops",
        "activations",
        "-activations",
        "operators",
        "-operators",
        "weights_bytes",
        "-weights_bytes",
        "buffers_bytes",
        "-buffers_bytes",
        "input_bytes",
        "-input_bytes",
        "inference_peak_bytes",
        "-inference_peak_bytes",
        "training_saved_bytes",
        "-training_saved_bytes",
    ]
    """A column to sort by; a leading `-` sorts from largest to smallest. Ties are sorted by
    id.
    """

    limit: int
    """Analyses per page."""

    offset: int
    """Analyses to skip."""

    min_params: int | None
    """Minimum params, inclusive."""

    max_params: int | None
    """Maximum params, inclusive."""

    min_trainable_params: int | None
    """Minimum trainable_params, inclusive."""

    max_trainable_params: int | None
    """Maximum trainable_params, inclusive."""

    min_frozen_params: int | None
    """Minimum frozen_params, inclusive."""

    max_frozen_params: int | None
    """Maximum frozen_params, inclusive."""

    min_buffers: int | None
    """Minimum buffers, inclusive."""

    max_buffers: int | None
    """Maximum buffers, inclusive."""

    min_macs: int | None
    """Minimum macs, inclusive."""

    max_macs: int | None
    """Maximum macs, inclusive."""

    min_flops: int | None
    """Minimum flops, inclusive."""

    max_flops: int | None
    """Maximum flops, inclusive."""

    min_activations: int | None
    """Minimum activations, inclusive."""

    max_activations: int | None
    """Maximum activations, inclusive."""

    min_operators: int | None
    """Minimum operators, inclusive."""

    max_operators: int | None
    """Maximum operators, inclusive."""

    min_weights_bytes: int | None
    """Minimum weights_bytes, inclusive."""

    max_weights_bytes: int | None
    """Maximum weights_bytes, inclusive."""

    min_buffers_bytes: int | None
    """Minimum buffers_bytes, inclusive."""

    max_buffers_bytes: int | None
    """Maximum buffers_bytes, inclusive."""

    min_input_bytes: int | None
    """Minimum input_bytes, inclusive."""

    max_input_bytes: int | None
    """Maximum input_bytes, inclusive."""

    min_inference_peak_bytes: int | None
    """Minimum inference_peak_bytes, inclusive."""

    max_inference_peak_bytes: int | None
    """Maximum inference_peak_bytes, inclusive."""

    min_training_saved_bytes: int | None
    """Minimum training_saved_bytes, inclusive."""

    max_training_saved_bytes: int | None
    """Maximum training_saved_bytes, inclusive."""


class ReadLayersQuery(TypedDict, total=False):
    """Read layers query."""

    format: Literal["json", "csv", "markdown"] | None
    """A format by name; without it, the `Accept` header decides."""


class ReadTrainingQuery(TypedDict, total=False):
    """Read training query."""

    optimizer: Literal["sgd", "momentum", "adam", "adamw"]
    """What keeps state for each weight."""

    master_weights: bool
    """Weights and optimizer state in float32 beside weights of the network's own dtype, as in
    mixed precision.
    """

    freeze: str
    """What does not train: none, backbone (all but the head), batch_norm, or a part such as
    stage2, up to and with it.
    """

    checkpoint: str
    """What is computed again: none, block, stage, a label of parts, or paths between commas."""


class ReadLargestBatchQuery(TypedDict, total=False):
    """Read largest batch query."""

    optimizer: Literal["sgd", "momentum", "adam", "adamw"]
    """What keeps state for each weight."""

    master_weights: bool
    """Weights and optimizer state in float32 beside weights of the network's own dtype, as in
    mixed precision.
    """

    freeze: str
    """What does not train: none, backbone (all but the head), batch_norm, or a part such as
    stage2, up to and with it.
    """

    checkpoint: str
    """What is computed again: none, block, stage, a label of parts, or paths between commas."""

    bytes: Required[int]
    """Bytes that there are: 16000000000 for 16 GB."""

    training: bool
    """Whether the network trains; the other parameters say how."""


class ReadConventionsQuery(TypedDict, total=False):
    """Read conventions query."""

    tool: str | None
    """Only this one's: papers, papers_2x, papers_binary, pycls, fvcore, torchinfo, thop,
    ptflops, flop_counter, flop_counter_backward.
    """


class ReadAnalysisFormulasQuery(TypedDict, total=False):
    """Read analysis formulas query."""

    symbols: str | None
    """Separated by commas: `N`, `H`, `W` and integer knobs of the family, such as
    `num_classes`.

    Knobs of one value become one symbol as `base_width=stem_width`. Without it: the input's
    sizes and the classes; the batch and the classes alone where the resolution cannot be
    left open.
    """


class ReadBlockFormulasQuery(TypedDict, total=False):
    """Read block formulas query."""

    dtype: Literal["float32", "float16", "bfloat16", "float64"]
    """Of weights and activations alike, for figures that are bytes."""

    fix: str | None
    """Numbers in place of symbols, separated by commas: `K=3,s=1`."""


class ReadRooflineQuery(TypedDict, total=False):
    """Read roofline query."""

    device: str | None
    """A device of `/v1/devices`; may be left out if both rates are given."""

    fused: bool
    """Whether rows are kernels with elementwise operators fused into them; else operators."""

    tf32: bool
    """Whether matrices of float32 are multiplied in TF32, where the device has units for it."""

    flops_per_s: float | None
    """Your own peak, in place of the device's matrix rate; without a device, of all FLOPs."""

    bytes_per_s: float | None
    """Your own bandwidth, in place of that of the device's memory."""


class CompareQuery(TypedDict, total=False):
    """Compare query."""

    ids: Required[str]
    """Ids of analyses, separated by commas; the first is the reference."""
