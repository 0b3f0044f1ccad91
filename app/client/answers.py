"""What the service answers with.

Made from the OpenAPI document by ``make types``; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from archmeter.app.client.values import Answer, Rows


class Adjustment(Answer):
    """One way in which a scaled network is not the ideal one."""

    knob: Literal["depth", "width", "resolution", "group_width"] | None
    """What could not be had as it was wanted; null for the network as a whole."""

    departure: Literal["rounded", "clipped", "infeasible"]
    """Rounded to what is possible, clipped at a bound, or infeasible."""

    code: str
    """Why, for programs."""

    wanted: float | None
    """The multiplier that was asked for, if it is about one."""

    got: float | None
    """The multiplier that there is in its place; null if there is none."""

    reason: str
    """Why, for people."""


class Analysis(Answer):
    """What one architecture costs."""

    id: str
    """Derived from architecture, input and counting rules: the same question has the same id."""

    name: str
    """The nearest preset, and what differs from it."""

    architecture: Mapping[str, Any]
    """The canonical spec: every knob of the family, defaults included."""

    input: AnalysisInput

    output_shape: tuple[int, ...]

    counting_rules: str
    """Version of the rules behind the figures; another version may count otherwise."""

    totals: Totals
    """A MAC is one multiply-accumulate; FLOPs are 2·MACs and everything counted besides."""

    memory: Memory
    """Bytes, by dtype: inference peak and what training keeps are different figures."""

    stages: Rows[Stage]
    """Stem, stages and head with their blocks; each figure sums to its total."""

    links: AnalysisLinks


class AnalysisFormulas(Answer):
    """Closed forms of an analysed network."""

    name: str

    dtype: Literal["float32", "float16", "bfloat16", "float64"]

    symbols: Rows[SymbolRange]
    """What is left open, and for which values every expression holds."""

    python: str
    """A function from sizes to all figures, which checks that it holds for them."""

    latex: str
    """All figures that are not zero, one below the other, and the domain."""

    id: str

    figures: Rows[CountedFormula]


class AnalysisInput(Answer):
    """What the network was fed."""

    batch: int
    """Images at once."""

    dtype: str
    """Of weights and activations alike."""

    shape: tuple[int, ...]
    """Batch, channels, height, width."""


class AnalysisLinks(Answer):
    """Where to go from here. Relative, because a host may be reached under several names."""

    self: str

    layers: str

    memory: str

    training: str

    conventions: str

    formulas: str

    roofline: str

    receptive_field: str

    audit: str

    family: str


class AnalysisList(Answer):
    """One page of analyses."""

    total: int
    """How many match, on all pages."""

    items: Rows[AnalysisSummary]

    links: Mapping[str, str]
    """`next` is there while there is a next page."""


class AnalysisSummary(Answer):
    """An analysis in a list: flat, one column per figure."""

    id: str

    family: str

    name: str

    batch: int

    dtype: str

    resolution: tuple[int, ...]

    counting_rules: str

    created_at: str

    audit: Literal["agrees", "differs"] | None
    """How the second opinion came out; null if nobody has asked for one."""

    links: Mapping[str, str]

    params: int

    trainable_params: int

    frozen_params: int

    buffers: int

    macs: int

    flops: int

    activations: int

    operators: int

    weights_bytes: int

    buffers_bytes: int

    input_bytes: int

    inference_peak_bytes: int

    training_saved_bytes: int


class AuditCheck(Answer):
    """One figure, counted by us and by another tool."""

    figure: str

    tool: str

    input_shape: tuple[int, ...]
    """What the tool was run on: a smaller image, if the one asked for would take too long."""

    ours: int

    theirs: int

    agrees: bool
    """Whether both are the same integer, once what the scratch adds is added to ours."""

    where: Rows[AuditDifference]
    """Layers that differ, the largest difference first."""

    scratch: AuditScratch | None
    """What the tool's own kernels add to our figure."""


class AuditDifference(Answer):
    """A layer on which two counts differ."""

    path: str

    ours: int

    theirs: int


class AuditReport(Answer):
    """What other tools count for the same network, lowered to a torch module."""

    id: str

    name: str

    agrees: bool
    """Whether every figure was confirmed to the unit."""

    checks: Rows[AuditCheck]

    counting_rules: str
    """Version of the rules that were audited."""

    torch_version: str
    """Of the torch that recounted."""

    created_at: str
    """When it did."""


class AuditScratch(Answer):
    """Memory that a kernel of the tool takes for itself."""

    path: str
    """The operator at which most is allocated because of it."""

    takes: int
    """Bytes that its kernel takes."""

    adds: int
    """Bytes by which the peak is higher."""

    why: str
    """What they are for."""


class Block(Answer):
    """The sum of the rows of a stage or a block, and the shape it hands on."""

    path: str

    operators: int

    params: int

    buffers: int

    macs: int

    flops: int

    activations: int

    saved_bytes: int

    output_shape: tuple[int, ...]


class BlockFormulas(Answer):
    """Closed forms of a block by itself: its input is given, and needs no gradient."""

    name: str

    dtype: Literal["float32", "float16", "bfloat16", "float64"]

    symbols: Rows[SymbolRange]
    """What is left open, and for which values every expression holds."""

    python: str
    """A function from sizes to all figures, which checks that it holds for them."""

    latex: str
    """All figures that are not zero, one below the other, and the domain."""

    title: str
    """What it is."""

    formula: str
    """What it computes."""

    figures: Rows[FigureFormula]


class BlockList(Answer):
    """Every block that has formulas of its own."""

    items: Rows[BlockSummary]


class BlockSummary(Answer):
    """A block in a list."""

    name: str

    title: str
    """What it is."""

    formula: str
    """What it computes."""

    symbols: Mapping[str, str]
    """What its formulas leave open, with meanings."""

    links: Mapping[str, str]


class BudgetCheck(Answer):
    """A limit, and what a network has there."""

    total: str
    """What is bounded."""

    batch: int
    """Images at once."""

    sense: Literal["at_least", "at_most"]
    """Whether it may be at least or at most so much."""

    amount: float
    """So much."""

    value: float
    """What it has."""

    excess: float
    """By which part of the limit it breaks it; negative where there is room left."""

    kept: bool
    """Whether it keeps it."""


class CandidateFigures(Answer):
    """A law that is near the target."""

    alpha: float
    """The depth."""

    beta: float
    """The width."""

    gamma: float
    """The resolution."""

    wanted: Multipliers
    """The ideal multipliers."""

    ideal: float
    """D·w²·r² of these: what MACs would be multiplied by."""

    changes: Mapping[str, Any] | None
    """Knobs that differ from the base's architecture; null if there is no such spec."""

    sizes: Sizes | None
    """What was realised; null if the network cannot be built."""

    got: Multipliers | None
    """The multipliers that the sizes amount to."""

    totals: Mapping[str, float] | None
    """What it costs, by name."""

    counted: float | None
    """Its MACs as a multiple of the base's."""

    deviation: float | None
    """Counted ÷ ideal - 1."""

    adjustments: Rows[Adjustment]
    """Everything that was rounded, clipped or infeasible, and why."""

    product: float
    """Α·β²·γ²."""

    pareto: bool
    """Whether nothing else is at least as good in every objective, and better in one."""


class CardinalityReport(Answer):
    """Cardinalities, each with the group width that keeps the cost of a network."""

    counting_rules: str
    """Version of the rules behind the figures."""

    name: str
    """The nearest preset, and what differs from it."""

    architecture: Mapping[str, Any]
    """The canonical spec."""

    keep: Literal["params", "macs"]
    """What is kept."""

    part: str | None
    """Of which stage or block; null for the network."""

    base: PathCost
    """What the network itself has there."""

    cardinality: int
    """Of the network itself."""

    trades: Rows[CardinalityTrade]
    """One for each cardinality that was asked for."""


class CardinalityTrade(Answer):
    """What a cardinality leaves of the width."""

    cardinality: int
    """Paths."""

    group_width: int | None
    """Channels of a path in the first stage that keep the cost best; null if none."""

    inner_width: int | None
    """Of all paths together."""

    ideal: float | None
    """The group width, were it a real number: between those below and above."""

    cost: PathCost | None
    """At that group width."""

    below: PathCost | None
    """The cost at the largest group width that is no dearer than the base."""

    above: PathCost | None
    """At the smallest that is no cheaper."""

    outcome: Literal["equal", "rounded", "clipped", "infeasible"]
    """Equal to the base, rounded to a whole width, clipped at a bound, or infeasible."""

    reason: str | None
    """What was rounded or clipped, or why it is infeasible."""


class ChartKind(Answer):
    """A chart that can be asked for."""

    name: str

    title: str

    summary: str
    """How to read it."""

    parameters: Mapping[str, Any]
    """What can be asked of it, as JSON Schema."""

    formats: tuple[str, ...]
    """`GET /v1/charts/{name}.{format}`."""


class Cliff(Answer):
    """A size at which the deepest maps gain positions."""

    side: int
    """The first with the larger maps."""

    gains: Rows[Gain]
    """Every stage whose maps grow there."""

    jumps: Mapping[str, float]
    """Each total's growth with that pixel, relative; as `totals` names them."""

    smooth: float
    """The growth that is proportional to the pixels of the input."""


class CliffsReport(Answer):
    """The cliffs around a resolution."""

    name: str

    architecture: Mapping[str, Any]
    """The canonical spec of the network at multipliers of 1."""

    input: AnalysisInput

    counting_rules: str

    side: int
    """The height that was asked about; the width keeps its ratio to it."""

    aligned: bool
    """Whether no stride drops pixels there, or takes in a window of mostly padding."""

    aligned_below: int | None
    """The nearest size below that is; null if there is none near."""

    aligned_above: int | None
    """The nearest one above."""

    period: int | None
    """Pixels from the cliff below to the one above; null if either is not near."""

    cliffs: Rows[Cliff]
    """Those in the range, in ascending order."""

    infeasible: tuple[int, ...]
    """Sizes in the range that cannot be built."""

    low: int
    """The least side of the range."""

    high: int
    """The largest."""


class ComparedAnalysis(Answer):
    """One analysis beside others."""

    analysis: AnalysisSummary

    ratios: Ratios


class Comparison(Answer):
    """Analyses side by side, in the order asked for."""

    reference: str
    """The first one: every ratio is to its figures."""

    items: Rows[ComparedAnalysis]


class ConventionFigures(Answer):
    """What a tool prints for a network, in parts that sum to it."""

    tool: str
    """Whose figure it is, as a word."""

    title: str
    """The same for people."""

    version: str
    """The release whose rules these are; empty where it is no program."""

    call: str
    """How it is asked for, or where it is found."""

    unit: Literal["macs", "flops"]
    """What it counts: multiply-accumulates, or arithmetic operations at two for each."""

    images: int
    """How many images the figure is for."""

    figure: int
    """What is printed."""

    ours: int
    """What is counted here of the same unit."""

    ratio: float | None
    """The figure as a multiple of ours; null where ours is zero."""

    mistaken: bool
    """Whether the tool counts anything otherwise than it means to."""

    items: Rows[ConventionItem]


class ConventionItem(Answer):
    """One part of a tool's figure."""

    what: str
    """Which operators, in words."""

    theirs: int
    """What the tool counts for them."""

    ours: int
    """What is counted here for the same operators."""

    agreement: Literal["same", "convention", "mistake"]
    """Whether that is the same, and if not, whether by convention or by mistake."""

    why: str
    """Why the two differ, if they do."""


class ConventionReport(Answer):
    """What other counters print for a network, and why that is not our figure."""

    id: str

    name: str

    input: AnalysisInput

    macs: int
    """Multiply-accumulates of the whole batch, by our rules."""

    conventions: Rows[ConventionFigures]
    """One for each tool; those of papers and pycls are per image, ptflops' is an average."""


class CountedFormula(Answer):
    """One figure as an expression, and as the analysis counts it."""

    figure: str
    """As in an analysis; parts of it have dotted names, such as `flops.norm`."""

    text: str
    """For people."""

    latex: str
    """For papers."""

    python: str
    """For programs: in integers, and exact wherever the expression holds."""

    terms: Rows[Term]
    """What the expression sums."""

    value: int
    """The expression where every symbol has the value it has in this analysis."""


class CurveFigures(Answer):
    """Networks along a law."""

    alpha: float
    """The depth."""

    beta: float
    """The width."""

    gamma: float
    """The resolution."""

    name: str

    product: float
    """Α·β²·γ²: the ideal growth of cost with each step."""

    departures: Departures

    points: Rows[CurvePointFigures]


class CurvePointFigures(Answer):
    """A network on a curve."""

    wanted: Multipliers
    """The ideal multipliers."""

    ideal: float
    """D·w²·r² of these: what MACs would be multiplied by."""

    changes: Mapping[str, Any] | None
    """Knobs that differ from the base's architecture; null if there is no such spec."""

    sizes: Sizes | None
    """What was realised; null if the network cannot be built."""

    got: Multipliers | None
    """The multipliers that the sizes amount to."""

    totals: Mapping[str, float] | None
    """What it costs, by name."""

    counted: float | None
    """Its MACs as a multiple of the base's."""

    deviation: float | None
    """Counted ÷ ideal - 1."""

    adjustments: Rows[Adjustment]
    """Everything that was rounded, clipped or infeasible, and why."""

    phi: float
    """How many steps of the law it is from the base."""


class CurvesReport(Answer):
    """What a network costs along laws."""

    name: str

    architecture: Mapping[str, Any]
    """The canonical spec of the network at multipliers of 1."""

    input: AnalysisInput

    counting_rules: str

    base: ScaledBase

    curves: Rows[CurveFigures]

    overlay: Rows[OverlayFigures] | None
    """Networks under the coefficients of EfficientNet-B0 to B7; null if not asked for."""


class Departures(Answer):
    """The steps at which something could not be had as it was wanted."""

    rounded: tuple[float, ...]

    clipped: tuple[float, ...]

    infeasible: tuple[float, ...]


class DeviceInfo(Answer):
    """A device by the figures its maker prints. Rates are dense, in FLOPs and bytes a second."""

    name: str

    title: str

    kind: Literal["gpu", "embedded", "cpu"]
    """A GPU with memory of its own, one embedded in a chip beside a CPU, or a CPU."""

    memory_bytes: int
    """Size of its memory."""

    bytes_per_s: int
    """Bandwidth of its memory."""

    matrix_flops_per_s: Mapping[str, int]
    """By type, where it has units that multiply matrices; dense."""

    vector_flops_per_s: Mapping[str, int]
    """By type, where it has units for it."""

    source: str
    """The documents."""

    note: str
    """What has to be known about these figures."""

    links: Mapping[str, str]


class DeviceList(Answer):
    """Every device there is."""

    items: Rows[DeviceInfo]


class Distribution(Answer):
    """The empirical distribution of a total."""

    total: str
    """Which."""

    mean: float
    """Of all samples."""

    quantiles: Rows[Quantile]
    """The empirical distribution function, read at every percent; 0 is the least."""

    scale: Literal["linear", "logarithmic"]
    """Of the histogram's bins."""

    histogram: Rows[HistogramBin]
    """Bins of equal width on that scale."""


class Elasticity(Answer):
    """How the totals of a network follow one of its knobs."""

    knob: str
    """Path of the field, such as width_multiplier or depth.2."""

    value: float
    """What it is; of the resolution the height."""

    outcome: Literal["central", "one_sided", "no_effect", "immovable"]
    """Central if there are networks on both sides, one_sided if on one only; no_effect if all
    cost the same; immovable if no other value that was tried is valid.
    """

    values: tuple[float, ...]
    """Those whose networks were counted, the knob's own among them."""

    totals: Mapping[str, float | None]
    """∂ log total / ∂ log knob by total; null where a total is zero."""


class Exponents(Answer):
    """The shares of depth, width and resolution in a growth of FLOPs; they sum to 1."""

    depth: float
    """E_d."""

    width: float
    """E_w."""

    resolution: float
    """E_r."""


class FamilyInfo(Answer):
    """A family with its knobs and its published networks."""

    name: str

    title: str

    summary: str

    paper: PaperInfo

    presets: Rows[PresetInfo]

    links: Mapping[str, str]

    spec: Mapping[str, Any]
    """JSON Schema of the family's knobs: bounds, defaults and meanings."""


class FamilyList(Answer):
    """Every family there is."""

    items: Rows[FamilySummary]


class FamilySummary(Answer):
    """A family in a list."""

    name: str

    title: str

    summary: str

    paper: PaperInfo

    presets: tuple[str, ...]

    links: Mapping[str, str]


class FastPoint(Answer):
    """A base scaled by a strategy."""

    wanted: Multipliers
    """The ideal multipliers."""

    ideal: float
    """D·w²·r² of these: what MACs would be multiplied by."""

    changes: Mapping[str, Any] | None
    """Knobs that differ from the base's architecture; null if there is no such spec."""

    sizes: Sizes | None
    """What was realised; null if the network cannot be built."""

    got: Multipliers | None
    """The multipliers that the sizes amount to."""

    totals: Mapping[str, float] | None
    """What it costs, by name."""

    counted: float | None
    """Its MACs as a multiple of the base's."""

    deviation: float | None
    """Counted ÷ ideal - 1."""

    adjustments: Rows[Adjustment]
    """Everything that was rounded, clipped or infeasible, and why."""

    scale: float
    """S, what FLOPs were to be multiplied by."""

    aimed: float
    """The s that the multipliers were made for, which may bring the counted MACs nearer."""

    macs: Growth
    """Their growth; ideally by s."""

    activations: Growth
    """Theirs; by √s for pure width."""

    params: Growth
    """Theirs; not at all for pure resolution."""

    rounding: float | None
    """D·w²·r² of the realised sizes, as a multiple of `aimed`: what rounding did."""

    structure: float | None
    """Counted growth of MACs ÷ d·w²·r² of the realised sizes: what does not follow it."""


class FastReport(Answer):
    """A network under the strategies of fast compound scaling."""

    name: str

    architecture: Mapping[str, Any]
    """The canonical spec of the network at multipliers of 1."""

    input: AnalysisInput

    counting_rules: str

    base: ScaledBase

    strategies: Rows[StrategyFigures]


class FieldError(Answer):
    """One field at fault: where, why, what was given and what would be accepted."""

    field: str | None
    """Dotted path inside the request, such as `architecture.depth`; null for all of it."""

    code: str
    """Stable identifier of the kind of fault."""

    message: str
    """One clear sentence."""

    value: Any
    """What was given, shortened if it is long."""

    accepted: str | None
    """What would be accepted instead, in words."""


class FigureFormula(Answer):
    """One figure as an expression."""

    figure: str
    """As in an analysis; parts of it have dotted names, such as `flops.norm`."""

    text: str
    """For people."""

    latex: str
    """For papers."""

    python: str
    """For programs: in integers, and exact wherever the expression holds."""

    terms: Rows[Term]
    """What the expression sums."""


class FitReport(Answer):
    """The answer to a budget."""

    counting_rules: str
    """Version of the rules behind the figures."""

    batch: int
    """Images at once, where a bound does not say otherwise."""

    dtype: str
    """Of weights and activations alike."""

    seed: int
    """The same seed gives the same answer."""

    objective: SearchObjective
    """What is best."""

    feasible: bool
    """Whether a network keeps all limits."""

    best: Rows[FoundNetwork]
    """Those that do, the best first; of networks that cost the same in all, one."""

    misses: Rows[FoundNetwork]
    """The nearest that do not, and would be better than the best."""

    binding: str | None
    """The limit that has to give way least for a better network; null if none does."""

    limits: Rows[LimitPressure]
    """What each limit does to the search."""

    spaces: Rows[SearchedSpace]
    """What was searched."""

    combinations: int
    """Of the values of all knobs in all spaces."""

    exhaustive: bool
    """Whether each of them was examined."""

    stopped: Literal["max_specs", "max_operators"] | None
    """Why not, if it was for the effort."""

    examined: int
    """How many specs were."""

    kept: int
    """How many of them keep all limits."""

    duplicates: int
    """Combinations that made a spec for the second time."""

    refusals: Rows[Refusal]
    """Combinations that are no network, and why."""


class FoundNetwork(Answer):
    """A network that a search found."""

    name: str
    """The nearest preset, and what differs from it."""

    space: int
    """Index of the space it is from, counted from 0."""

    values: Mapping[str, Any]
    """Of the knobs that moved."""

    architecture: Mapping[str, Any]
    """The whole spec."""

    sizes: Sizes
    """Blocks, channels and pixels as they were realised."""

    totals: Mapping[str, float]
    """What it costs, by name, as far as it was counted."""

    checks: Rows[BudgetCheck]
    """Each limit, and what it has there."""

    miss: float
    """The sum of the parts by which it breaks limits; 0 if it keeps them."""

    edges: Mapping[str, Literal["low", "high"]]
    """Knobs at an end of their range, and which: more room there may help."""

    alike: int
    """How many other specs that were examined cost the same in every total."""

    adjustments: Rows[Adjustment]
    """Multipliers that could only be realised rounded, and to what."""


class FullestMoment(Answer):
    """When most is alive."""

    path: str
    """The operator that runs, forward or backward."""

    phase: str

    live_bytes: int
    """Alive then, besides what is there all the time."""


class Gain(Answer):
    """What a stage gains at a cliff."""

    stage: str
    """Path of the stage, or stem."""

    before: int
    """Positions of its last map, one pixel earlier."""

    after: int
    """Positions from there on."""


class Growth(Answer):
    """By what a total ought to grow, and by what it does."""

    ideal: float
    """By the exponents."""

    counted: float | None
    """As a multiple of the base's; null if the network cannot be built."""

    deviation: float | None
    """Counted ÷ ideal - 1."""


class HistogramBin(Answer):
    """A bar of a histogram."""

    low: float
    """Where it begins."""

    high: float
    """Where it ends; the last bar's end is in it."""

    samples: int
    """How many are in it."""


class IsoCostLine(Answer):
    """All widths at one depth."""

    depth: Any
    """Value of the knob for depth."""

    pairs: int
    """Networks at the cost that was wanted."""

    nearest: Any
    """The width that comes nearest to it; null if none is a network."""

    deviation: float | None
    """Of that one."""

    outcome: Literal["met", "rounded", "clipped", "infeasible"]
    """Met, or widths step over the cost, end before it, or are no networks."""

    reason: str | None
    """Why it was not met."""


class IsoCostPair(Answer):
    """A depth and a width at the cost that was wanted."""

    depth: Any
    """Value of the knob for depth."""

    width: Any
    """Value of the knob for width; of values that make the same network, the first."""

    alike: tuple[Any, ...]
    """The other values that do."""

    name: str
    """The nearest preset, and what differs from it."""

    architecture: Mapping[str, Any]
    """The whole spec."""

    sizes: Sizes
    """Blocks, channels and pixels as they were realised."""

    totals: Mapping[str, float]
    """What it costs, by name."""

    ratios: Mapping[str, float | None]
    """The same as multiples of the base's; null where that has none."""

    deviation: float
    """By which part the cost differs from the one wanted."""

    adjustments: Rows[Adjustment]
    """Multipliers that could only be realised rounded, and to what."""


class IsoCostReport(Answer):
    """Pairs of depth and width at one cost."""

    counting_rules: str
    """Version of the rules behind the figures."""

    batch: int
    """Images at once, where a bound does not say otherwise."""

    dtype: str
    """Of weights and activations alike."""

    depth_knob: str
    """What `depth` is a value of."""

    width_knob: str
    """What `width` is a value of."""

    base: str
    """Name of the network that the ratios are to."""

    total: str
    """What is equal."""

    wanted: float
    """How much of it."""

    tolerance: float
    """By which part it may differ."""

    totals: Mapping[str, float]
    """What the base costs, by name."""

    pairs: Rows[IsoCostPair]
    """By depth, then width."""

    lines: Rows[IsoCostLine]
    """One for each depth."""

    combinations: int
    """Of depths and widths."""

    examined: int
    """Different networks among them, and what is none."""

    refusals: Rows[Refusal]
    """Combinations that are no network, and why."""

    trims: Rows[KnobTrim]
    """Values that were rounded, or clipped at the knobs' bounds, and why."""


class KeptList(Answer):
    """Everything that autograd keeps of a forward pass."""

    id: str

    name: str

    kept_bytes: int

    items: Rows[KeptTensor]


class KeptTensor(Answer):
    """A tensor that outlives the forward pass for the sake of the backward pass."""

    path: str
    """The operator that made it."""

    kept_by: str
    """The first operator that keeps it."""

    reason: str
    """What that needs it for."""

    dtype: str
    """Of its elements."""

    size_bytes: int
    """Of its storage."""


class KnobTrim(Answer):
    """Values of a range that a knob cannot have as they were asked for."""

    knob: str
    """Path of the knob."""

    departure: Literal["rounded", "clipped"]
    """Rounded to what is possible, or clipped at a bound."""

    values: int
    """How many of the range's values."""

    reason: str
    """Why, with an example."""


class LargestBatchReport(Answer):
    """The most images at once, everything counted that the network itself needs."""

    id: str

    name: str

    dtype: str

    training: bool

    available_bytes: int

    batch: int
    """Images; 0 if not even one fits."""

    needed_bytes: int
    """What that many need; for 0, what one needs."""

    next_bytes: int | None
    """What one image more needs; null at the limit of what is counted."""

    spare_bytes: int
    """What is left; negative if not even one image fits."""


class Layer(Answer):
    """One operator of the network, in execution order."""

    path: str

    operator: str

    detail: str

    input_shapes: tuple[tuple[int, ...], ...]

    output_shape: tuple[int, ...]

    params: int

    trainable_params: int

    buffers: int

    macs: int

    flops: int
    """2 per MAC and whatever else it computes."""

    activations: int
    """Elements, if it is a convolution or a linear layer."""

    output_bytes: int

    saved_bytes: int
    """What autograd keeps because of it that was not kept already."""

    receptive_field: tuple[int, int]
    """Pixels of the input that one element sees, (height, width)."""

    stride: tuple[int, int]
    """Pixels of the input between neighbouring elements."""


class LayerMacs(Answer):
    """MACs of one operator in a training step."""

    forward: int
    """Of the forward pass."""

    grad_input: int
    """Of gradients that flow on to earlier layers."""

    grad_weight: int
    """Of gradients of weights that train."""

    recomputed: int
    """Of what the backward pass computes a second time rather than keep it."""

    total: int

    path: str


class LayerMacsList(Answer):
    """MACs of each operator that multiplies."""

    id: str

    name: str

    items: Rows[LayerMacs]

    total: StepMacs


class LayerTable(Answer):
    """Every operator of an analyzed network."""

    id: str

    name: str

    rows: Rows[Layer]

    totals: Totals
    """What the rows sum to."""


class LimitPressure(Answer):
    """A limit, and what it does to a search."""

    total: str
    """What is bounded."""

    batch: int
    """Images at once."""

    sense: Literal["at_least", "at_most"]
    """Whether it may be at least or at most so much."""

    amount: float
    """So much."""

    counted: int
    """Networks whose total was counted."""

    kept: int
    """How many of these keep the limit."""

    lowest: float | None
    """The least that one of them has."""

    highest: float | None
    """The most that one of them has."""

    binding: bool
    """Whether it alone keeps out what is better; or the closest, if nothing is feasible."""

    relax: float | None
    """By which part it would have to give way, to let the nearest such network in."""

    gain: float | None
    """What that one has of the objective."""


class LiveTensor(Answer):
    """A storage that is alive at the fullest moment."""

    path: str
    """The operator that made it."""

    shape: tuple[int, ...]
    """Of what it made."""

    size_bytes: int
    """Of the storage."""

    until: str
    """The operator after which nobody holds it; empty if it is handed to the caller."""


class Memory(Answer):
    """Bytes."""

    weights_bytes: int

    buffers_bytes: int

    input_bytes: int

    inference_peak_bytes: int
    """Largest sum of live tensors, besides input and weights."""

    inference_peak_path: str
    """The operator that runs at that moment."""

    training_saved_bytes: int
    """What autograd keeps for backward, besides input and weights."""


class MemoryReport(Answer):
    """A forward pass at inference: how much is alive at each moment, and which at the fullest."""

    id: str

    name: str

    input: AnalysisInput

    inference_peak_bytes: int

    inference_peak_path: str

    workspace_bytes: int
    """What the operator at the peak takes besides, while it runs."""

    live: Rows[LiveTensor]
    """Storages alive at the peak, the largest first; with the workspace they are the peak."""

    timeline: Rows[Point]


class Multipliers(Answer):
    """How much larger each dimension of a network is than that of its base."""

    depth: float
    """Of the blocks of every stage."""

    width: float
    """Of the channels of every layer."""

    resolution: float
    """Of height and width of the input."""

    group_width: float | None
    """Of the channels of a group; null for the same as the width."""


class OverlayFigures(Answer):
    """The network under published coefficients, and under the law at the same ideal cost."""

    name: str
    """Of the preset."""

    published: Multipliers
    """The coefficients."""

    phi: float
    """The step of the law with the same ideal cost."""

    law: Multipliers
    """What the law has there."""

    phi_of: PhiOf

    network: ScaledNetwork

    law_network: ScaledNetwork


class PaperInfo(Answer):
    """Where a family was published."""

    title: str

    authors: str

    year: int

    url: str


class PathCost(Answer):
    """What a network, or a part of it, costs at a group width."""

    group_width: int
    """Channels of a path in the first stage."""

    params: int
    """Of the part, or of the network if there is none."""

    macs: int
    """The same."""

    ratio: float
    """What is to be kept, as a multiple of what the base has."""


class PhiOf(Answer):
    """The step that each coefficient alone would be."""

    depth: float

    width: float

    resolution: float


class Plan(Answer):
    """A checkpointing policy and what it trades."""

    checkpoint: str | tuple[str, ...]
    """The policy, or the paths of the parts that are computed again."""

    parts: int
    """How many these are."""

    kept_bytes: int
    """What autograd keeps of the forward pass."""

    peak_bytes: int
    """The most that a training step needs at one moment, with everything."""

    recomputed_macs: int
    """MACs that the backward pass computes again."""

    best: bool
    """Whether no plan is both smaller at its peak and cheaper."""


class PlanList(Answer):
    """Checkpointing plans, from the cheapest to the smallest."""

    id: str

    name: str

    items: Rows[Plan]


class Point(Answer):
    """A point of the timeline."""

    path: str

    phase: str

    live_bytes: int


class PresetInfo(Answer):
    """A published network by the name people know."""

    name: str

    family: str

    architecture: Mapping[str, Any]
    """Its canonical spec."""

    source: str
    """Table of the paper, or the library the name comes from."""


class PresetList(Answer):
    """Published networks."""

    items: Rows[PresetInfo]


class Problem(Answer):
    """What went wrong, as RFC 9457 has it, with the fields at fault."""

    type: str
    """A URN that ends in the code."""

    title: str
    """The status in words."""

    status: int
    """The HTTP status."""

    code: str
    """Stable identifier of the kind of problem: what programs should look at."""

    detail: str
    """One clear sentence about this occurrence."""

    errors: Rows[FieldError]
    """The fields at fault; empty if the problem is not about a field."""


class PublishedCoefficients(Answer):
    """What a published network is multiplied by, and where the law puts it."""

    name: str
    """Of the preset."""

    published: Multipliers
    """The coefficients."""

    phi: float
    """The step of the law with the same ideal cost."""

    law: Multipliers
    """What the law has there."""

    phi_of: PhiOf


class PublishedList(Answer):
    """Printed figures beside counted ones."""

    total: int
    """How many figures follow."""

    verdicts: Mapping[str, int]
    """How many of them have each verdict."""

    items: Rows[VerifiedFigure]


class PublishedScaling(Answer):
    """What was published of scaled networks, beside the law and the counts."""

    law: ScalingLaw
    """Of the paper."""

    coefficients: Rows[PublishedCoefficients]
    """EfficientNet-B0 to B7."""

    tables: Rows[VerifiedFigure]
    """Networks of the paper that are scaled along one dimension or all."""


class Quantile(Answer):
    """A point of an empirical distribution."""

    share: float
    """Of the samples."""

    value: float
    """The least that so many of them do not exceed."""


class Ratios(Answer):
    """Figures as multiples of the first analysis'; null where that is zero."""

    params: float | None

    trainable_params: float | None

    frozen_params: float | None

    buffers: float | None

    macs: float | None

    flops: float | None

    activations: float | None

    operators: float | None

    weights_bytes: float | None

    buffers_bytes: float | None

    input_bytes: float | None

    inference_peak_bytes: float | None

    training_saved_bytes: float | None


class ReceptiveFieldReport(Answer):
    """What the elements of each layer see of the image; exact, position by position.

    The receptive field is the side of a square that knows no edges. The rest is cut to the
    image: what the middle element sees, and the fraction of the image that an element
    covers.
    """

    id: str

    name: str

    resolution: tuple[int, ...]
    """Height and width of the image."""

    middle_whole_at: str | None
    """The first layer whose middle element sees the whole image; null if none does."""

    all_whole_at: str | None
    """The first layer of which every element sees the whole image; null if none does."""

    stages: Rows[SeenRow]
    """What stem, stages and head hand on."""

    rows: Rows[SeenRow]
    """Every layer in execution order; what works on weights alone sees nothing and is left
    out.
    """


class Refusal(Answer):
    """Combinations of values that are no network, for one reason."""

    code: str
    """The reason, for programs."""

    specs: int
    """How many."""

    reason: str
    """The reason for the first of them, for people."""

    values: Mapping[str, Any]
    """Those of the first."""


class RooflineDevice(Answer):
    """The device, at the rates that this network is granted there."""

    matrix_flops_per_s: float
    """Of convolutions, linear layers and matrix products."""

    vector_flops_per_s: float
    """Of everything else."""

    bytes_per_s: float
    """To and from memory."""

    name: str | None

    title: str

    memory_bytes: int | None

    ridge: float


class RooflineReport(Answer):
    """The least time that a network takes on a device: a bound, and no forecast.

    Each kernel takes at least its FLOPs at the peak rate or its bytes at the peak
    bandwidth, whichever is longer, and kernels run one after another. Real ones reach a
    part of the peaks.
    """

    id: str

    name: str

    input: AnalysisInput

    device: RooflineDevice

    fused: bool
    """What the rows are: kernels with elementwise operators fused into them, or operators."""

    fused_bound: TimeBound
    """With elementwise operators fused into the kernels that produce their operands."""

    separate_bound: TimeBound
    """With each operator a kernel of its own, its operands and result in memory."""

    floor_seconds: float
    """What not even a cache that keeps every result can beat: only input, weights and outputs
    move, and all units are busy all the time.
    """

    needed_bytes: int
    """Weights, buffers, input and inference peak together."""

    fits: bool | None
    """Whether that is in the device's memory; null if its size is not known."""

    spent: Rows[Spent]
    """Which layers spend the bound that the rows sum to: by stage and kind, the largest first."""

    rows: Rows[RooflineRow]
    """Every kernel, in an order in which they can run."""


class RooflineRow(Answer):
    """One kernel: an operator, and those that are fused into it."""

    path: str
    """Of the first operator."""

    stage: str
    """The part of the network that it belongs to."""

    operator: str
    """Class of the first operator."""

    kind: Literal[
        "convolution",
        "pointwise convolution",
        "grouped convolution",
        "depthwise convolution",
        "matrix product",
        "norm",
        "activation",
        "pool",
        "elementwise",
        "softmax",
        "copy",
    ]
    """What sort of layer the first operator is."""

    detail: str
    """Knobs of the first operator."""

    fused: tuple[str, ...]
    """Paths of the operators that run in the same kernel, in order."""

    output_shape: tuple[int, ...]
    """Of the last operator."""

    matrix_flops: int
    """Two for each MAC."""

    vector_flops: int
    """All other operations."""

    read_bytes: int
    """Of other kernels' results, and of the input."""

    weight_bytes: int
    """Of weights, each read once."""

    written_bytes: int
    """Of the result."""

    bytes: int
    """All that is moved."""

    intensity: float
    """FLOPs per byte."""

    limit: Literal["compute", "bandwidth"]
    """Whether computing or moving takes longer."""

    compute_seconds: float
    """The larger of both kinds of FLOPs at their rates."""

    memory_seconds: float
    """Bytes at the bandwidth."""

    seconds: float
    """The larger of compute and memory."""

    share: float
    """Of the seconds of all kernels."""


class Sample(Answer):
    """A network that was drawn."""

    values: Mapping[str, Any]
    """Of the knobs."""

    totals: Mapping[str, float]
    """What it costs, by name."""

    adjustments: Rows[Adjustment]


class SampleReport(Answer):
    """Samples of a design space."""

    counting_rules: str
    """Version of the rules behind the figures."""

    batch: int
    """Images at once, where a bound does not say otherwise."""

    dtype: str
    """Of weights and activations alike."""

    seed: int
    """The same seed gives the same answer."""

    base: str
    """Its architecture, before any knob moves."""

    drawn: int
    """How often the knobs were drawn."""

    accepted: int
    """Different networks within the bounds."""

    duplicates: int
    """Draws of a network that was drawn before."""

    rejected: Rows[Refusal]
    """The other draws, and why: not within a bound, or no network."""

    trims: Rows[KnobTrim]
    """Values of ranges that had to be rounded, and why."""

    stopped: Literal["max_draws", "max_operators"] | None
    """Why there are not as many as were asked for."""

    distributions: Rows[Distribution]
    """One for each total."""

    samples: Rows[Sample]
    """The accepted ones, in the order in which they were drawn."""


class ScaledBase(Answer):
    """The network at multipliers of 1."""

    sizes: Sizes

    totals: Mapping[str, float]
    """What it costs, by name: integers, but for times."""


class ScaledNetwork(Answer):
    """A scaled network."""

    wanted: Multipliers
    """The ideal multipliers."""

    ideal: float
    """D·w²·r² of these: what MACs would be multiplied by."""

    changes: Mapping[str, Any] | None
    """Knobs that differ from the base's architecture; null if there is no such spec."""

    sizes: Sizes | None
    """What was realised; null if the network cannot be built."""

    got: Multipliers | None
    """The multipliers that the sizes amount to."""

    totals: Mapping[str, float] | None
    """What it costs, by name."""

    counted: float | None
    """Its MACs as a multiple of the base's."""

    deviation: float | None
    """Counted ÷ ideal - 1."""

    adjustments: Rows[Adjustment]
    """Everything that was rounded, clipped or infeasible, and why."""


class ScalingLaw(Answer):
    """What each step of φ multiplies."""

    alpha: float
    """The depth."""

    beta: float
    """The width."""

    gamma: float
    """The resolution."""


class ScheduleReport(Answer):
    """What a run costs whose images change size from stage to stage."""

    stages: Rows[StageCost]
    """In order."""

    macs: float
    """Of the run, forward and backward; floats for the same reason."""

    constant_macs: float
    """Of as many images, all of the last stage's size."""

    saving: float
    """1 - macs ÷ constant_macs."""

    name: str

    architecture: Mapping[str, Any]
    """The canonical spec of the network."""

    counting_rules: str


class SearchObjective(Answer):
    """A total, and which way is better."""

    total: str

    sense: Literal["least", "most"]


class SearchReport(Answer):
    """The laws of a grid that meet a target."""

    name: str

    architecture: Mapping[str, Any]
    """The canonical spec of the network at multipliers of 1."""

    input: AnalysisInput

    counting_rules: str

    target: float
    """What the cost was to be multiplied by."""

    tolerance: float
    """By how much of that it may be missed."""

    combinations: int
    """Of the grid."""

    built: int
    """Candidates whose network was counted."""

    infeasible: Rows[CandidateFigures]
    """Candidates that are no network."""

    feasible: Rows[CandidateFigures]
    """Those within the tolerance, by α, β, γ."""

    base: ScaledBase

    objectives: tuple[str, ...]
    """What the Pareto set is of."""


class SearchedSpace(Answer):
    """A space that was searched."""

    name: str
    """Its architecture, before any knob moves."""

    combinations: int
    """Of the values of its knobs."""

    trims: Rows[KnobTrim]
    """Values that were rounded, or clipped at the knobs' bounds, and why."""


class SeenRow(Answer):
    """What one layer sees of the image."""

    path: str

    stage: str
    """The part of the network that it belongs to."""

    operator: str

    detail: str

    output_shape: tuple[int, ...]

    receptive_field: tuple[int, int]
    """(height, width) of the square that an element sees, padding included."""

    stride: tuple[int, int]
    """Pixels of the image between neighbouring elements."""

    top: int
    """First row that the middle element sees."""

    bottom: int
    """Last row that the middle element sees."""

    left: int
    """First column that the middle element sees."""

    right: int
    """Last column that the middle element sees."""

    covered: float
    """Fraction of the image between these."""

    covered_mean: float
    """The same fraction, on average over all elements."""

    covered_least: float
    """The same fraction, for the element that sees least."""


class SensitivityReport(Answer):
    """By how many per cent each total grows when a knob grows by one per cent."""

    name: str

    architecture: Mapping[str, Any]
    """The canonical spec of the network at multipliers of 1."""

    input: AnalysisInput

    counting_rules: str

    totals: Mapping[str, float]
    """What the network costs."""

    knobs: Rows[Elasticity]


class Sizes(Answer):
    """How deep and wide each stage of a network is, and how large its input."""

    depths: tuple[int, ...]
    """Blocks of each stage; layers with weights where it has no blocks."""

    widths: tuple[int, ...]
    """Channels that each stage hands on."""

    group_widths: tuple[int, ...]
    """Channels of a group of each stage's first grouped convolution; 0 for none."""

    resolution: tuple[int, int]
    """Height and width of the input in pixels."""


class Spent(Answer):
    """What layers of one kind in one stage take of the bound."""

    stage: str
    """Stem, stage or head."""

    kind: Literal[
        "convolution",
        "pointwise convolution",
        "grouped convolution",
        "depthwise convolution",
        "matrix product",
        "norm",
        "activation",
        "pool",
        "elementwise",
        "softmax",
        "copy",
    ]
    """What sort of layer it is."""

    kernels: int
    """How many."""

    flops: int
    """Of both kinds."""

    bytes: int
    """All that they move."""

    seconds: float
    """Of the bound."""

    flops_share: float
    """Of the network's FLOPs."""

    share: float
    """Of the network's bound."""

    limit: Literal["compute", "bandwidth"]
    """Where most of these seconds go, computing or moving."""


class Stage(Answer):
    """A stage, stem or head: the sum of its rows, and the same for each of its blocks."""

    path: str

    operators: int

    params: int

    buffers: int

    macs: int

    flops: int

    activations: int

    saved_bytes: int

    output_shape: tuple[int, ...]

    blocks: Rows[Block]

    _absent: ClassVar[Mapping[str, Any]] = {"blocks": []}


class StageCost(Answer):
    """What a stage of a run costs."""

    epochs: int
    """Passes over the images."""

    images: int
    """Seen in each epoch."""

    resolution: tuple[int, int]
    """Height and width in pixels."""

    aligned: bool
    """Whether every stride of the network divides maps of that size."""

    forward_macs: int
    """Of one image, forward."""

    backward_macs: int
    """Of one image, backward: gradients of inputs and of weights."""

    macs: float
    """Of the whole stage; a float, for it may be beyond integers that JSON keeps exact."""

    share: float
    """Of the run."""


class StepMacs(Answer):
    """MACs of one training step, of a layer or of a network."""

    forward: int
    """Of the forward pass."""

    grad_input: int
    """Of gradients that flow on to earlier layers."""

    grad_weight: int
    """Of gradients of weights that train."""

    recomputed: int
    """Of what the backward pass computes a second time rather than keep it."""

    total: int


class StrategyFigures(Answer):
    """A strategy and the networks it makes."""

    name: str

    exponents: Exponents

    points: Rows[FastPoint]


class SymbolRange(Answer):
    """The values of a symbol, or of its quotient by another, for which expressions hold."""

    symbol: str
    """Its name."""

    meaning: str
    """In a few words."""

    given: int
    """The value it has in the network that was asked about."""

    multiple_of: str | None
    """The symbol that divides it, if one does; the rest then is about the quotient."""

    minimum: int
    """Smallest value."""

    modulus: int
    """Distance between neighbouring values."""

    residue: int
    """What each value leaves by the modulus."""

    excluded: tuple[int, ...]
    """Values for which expressions hold on either side, but not there."""

    text: str

    latex: str

    python: str


class Term(Answer):
    """A coefficient times powers of symbols."""

    coefficient: str
    """An exact fraction, such as `327381/2`."""

    powers: Mapping[str, int]
    """Of each symbol that occurs; negative where one divides another."""


class TimeBound(Answer):
    """No run of these kernels, one after another, is quicker than this."""

    kernels: int
    """How many."""

    flops: int
    """Of both kinds."""

    bytes: int
    """All that they move."""

    intensity: float
    """FLOPs per byte."""

    seconds: float
    """One batch takes at least."""

    images_per_second: float
    """At most."""

    compute_share: float
    """Of the seconds, in kernels that are bound by computing."""

    bandwidth_share: float
    """Of the seconds, in kernels that are bound by memory."""


class Timeline(Answer):
    """Live bytes, operator by operator, besides what is there all the time."""

    id: str

    name: str

    items: Rows[Point]


class Totals(Answer):
    """Sums over all rows."""

    params: int

    trainable_params: int

    frozen_params: int

    buffers: int

    macs: int

    flops: int

    activations: int

    operators: int

    flops_by_kind: Mapping[str, int]


class TrainingMemory(Answer):
    """Bytes of a training step."""

    weights_bytes: int
    """In the network's dtype, trained and frozen."""

    master_weights_bytes: int
    """A copy of those that train, in float32."""

    gradients_bytes: int
    """Of weights that train."""

    optimizer_bytes: int
    """State from step to step."""

    buffers_bytes: int
    """Statistics and counters."""

    input_bytes: int
    """One batch of images."""

    kept_bytes: int
    """What autograd keeps of the forward pass."""

    total_bytes: int
    """The sum of all these."""

    peak_bytes: int
    """The most that is there at one moment, gradients of tensors included; those of weights
    come while kept tensors go.
    """


class TrainingReport(Answer):
    """What one training step of a network needs and computes."""

    id: str

    name: str

    input: AnalysisInput

    options: Mapping[str, Any]

    memory: TrainingMemory

    fullest: FullestMoment

    macs: StepMacs
    """Of one step, on the whole batch."""

    trainable_params: int
    """Parameters that train."""

    recomputed_parts: tuple[str, ...]
    """Paths of the parts that the backward pass computes again."""

    may_freeze: tuple[str, ...]
    """Every value that `freeze` may have for this network."""

    may_checkpoint: tuple[str, ...]
    """Every policy by name for this network, besides paths."""


class VerifiedFigure(Answer):
    """One printed figure beside the counted one."""

    architecture: str

    family: str

    source: str

    resolution: int

    figure: Literal["params", "flops", "activations"]
    """What was printed; ``flops`` are MACs or twice as many, as the convention says."""

    convention: str

    printed: str
    """The digits."""

    unit: int
    """What they are multiplied by: a million, or a thousand millions."""

    counted: int
    """The same figure of the same network here."""

    difference: float
    """Counted ÷ printed - 1."""

    verdict: Literal["equal", "explained", "unexplained"]

    reason: str
    """Why they differ, if they do and it is known."""

    top1: float | None

    request: Mapping[str, Any]
    """The architecture as a request."""
