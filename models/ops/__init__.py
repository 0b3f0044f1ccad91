"""The operator vocabulary: what can happen to a tensor, and to which sizes.

An operator is a frozen description. It knows the shape it makes, the weights it owns and whether it
shares or overwrites its input's storage; it knows nothing about cost (that is the business of
``analyzers``) and nothing about torch (that is ``models/torch_operators.py``).

Each is of one of the kinds in `kinds`, a file each but for products, which fill two::

    Source       sources      the input, weights by themselves
    Elementwise  elementwise  Unary f(x), Binary f(x, y)
    Norm         norms        batch, group, layer and local response norm, softmax
    Reduction    pooling      Pool of windows, Statistic over dimensions, sum
    Movement     structure    View, and what copies
    Product      weighted     convolutions and linear layers
                 attention    matrix products, attention in one kernel

What holds for a kind in a reading of ``analyzers`` holds for an operator of it that has no rule of
its own: a new one needs its class, its cost where it differs, its counterpart in torch and a sample
in the tests.
"""

from archmeter.models.ops.attention import MatMul, ScaledDotProductAttention
from archmeter.models.ops.base import Op, Pair, Shape, Weight, WeightRole
from archmeter.models.ops.elementwise import (
    IN_PLACE_ACTIVATIONS,
    Activation,
    ActivationKind,
    Add,
    AtMost,
    Div,
    Dropout,
    Exp,
    Maximum,
    Mul,
    Rsqrt,
    Scale,
    Shift,
    Square,
)
from archmeter.models.ops.kinds import (
    KINDS,
    Binary,
    Elementwise,
    Movement,
    Norm,
    Pool,
    Product,
    Reduction,
    Source,
    Statistic,
    Unary,
    View,
)
from archmeter.models.ops.nearest import Nearest
from archmeter.models.ops.norms import (
    BatchNorm,
    BatchNorm1d,
    BatchNorm2d,
    GroupNorm,
    LayerNorm,
    LocalResponseNorm,
    Softmax,
    UnitLength,
)
from archmeter.models.ops.pooling import (
    AdaptiveAvgPool2d,
    Amax,
    AvgPool2d,
    MaxPool2d,
    Mean,
    Pool2d,
    Sum,
    Variance,
    VectorNorm,
)
from archmeter.models.ops.sources import (
    Input,
    Parameter,
    RelativeOffsets,
    RelativePositions,
    RotaryAngles,
    WindowMask,
)
from archmeter.models.ops.structure import (
    ChannelShuffle,
    Concat,
    Contiguous,
    Expand,
    Flatten,
    Lookup,
    Pad2d,
    PadChannels,
    Permute,
    QuarterTurn,
    Reshape,
    Roll,
    Select,
    Slice,
    Subsample,
    Upsample2d,
)
from archmeter.models.ops.weighted import (
    BlurPool2d,
    Conv1d,
    Conv2d,
    KeyBias,
    Linear,
)

__all__ = [
    "IN_PLACE_ACTIVATIONS",
    "KINDS",
    "Activation",
    "ActivationKind",
    "AdaptiveAvgPool2d",
    "Add",
    "Amax",
    "AtMost",
    "AvgPool2d",
    "BatchNorm",
    "BatchNorm1d",
    "BatchNorm2d",
    "Binary",
    "BlurPool2d",
    "ChannelShuffle",
    "Concat",
    "Contiguous",
    "Conv1d",
    "Conv2d",
    "Div",
    "Dropout",
    "Elementwise",
    "Exp",
    "Expand",
    "Flatten",
    "GroupNorm",
    "Input",
    "KeyBias",
    "LayerNorm",
    "Linear",
    "LocalResponseNorm",
    "Lookup",
    "MatMul",
    "MaxPool2d",
    "Maximum",
    "Mean",
    "Movement",
    "Mul",
    "Nearest",
    "Norm",
    "Op",
    "Pad2d",
    "PadChannels",
    "Pair",
    "Parameter",
    "Permute",
    "Pool",
    "Pool2d",
    "Product",
    "QuarterTurn",
    "Reduction",
    "RelativeOffsets",
    "RelativePositions",
    "Reshape",
    "Roll",
    "RotaryAngles",
    "Rsqrt",
    "Scale",
    "ScaledDotProductAttention",
    "Select",
    "Shape",
    "Shift",
    "Slice",
    "Softmax",
    "Source",
    "Square",
    "Statistic",
    "Subsample",
    "Sum",
    "Unary",
    "UnitLength",
    "Upsample2d",
    "Variance",
    "VectorNorm",
    "View",
    "Weight",
    "WeightRole",
    "WindowMask",
]
