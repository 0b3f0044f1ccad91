"""The operator vocabulary: what can happen to a tensor, and to which sizes.

An operator is a frozen description. It knows the shape it makes, the weights it owns and whether it
shares or overwrites its input's storage; it knows nothing about cost (that is the business of
``analyzers``) and nothing about torch (that is ``models/torch_module.py``).
"""

from models.ops.base import (
    Input,
    Op,
    Pair,
    Shape,
    Weight,
    WeightRole,
)
from models.ops.elementwise import (
    IN_PLACE_ACTIVATIONS,
    Activation,
    ActivationKind,
    Add,
    Div,
    Dropout,
    Mul,
    Scale,
    Shift,
    Softmax,
)
from models.ops.norms import (
    BatchNorm2d,
    GroupNorm,
    LayerNorm,
    LocalResponseNorm,
)
from models.ops.pooling import (
    AdaptiveAvgPool2d,
    Amax,
    AvgPool2d,
    MaxPool2d,
    Mean,
    Pool2d,
    Sum,
    VectorNorm,
)
from models.ops.structure import (
    ChannelShuffle,
    Concat,
    Flatten,
    Pad2d,
    PadChannels,
    Permute,
    Reshape,
    Slice,
    Subsample,
)
from models.ops.weighted import (
    Conv1d,
    Conv2d,
    Linear,
    Parameter,
)

__all__ = [
    "IN_PLACE_ACTIVATIONS",
    "Activation",
    "ActivationKind",
    "AdaptiveAvgPool2d",
    "Add",
    "Amax",
    "AvgPool2d",
    "BatchNorm2d",
    "ChannelShuffle",
    "Concat",
    "Conv1d",
    "Conv2d",
    "Div",
    "Dropout",
    "Flatten",
    "GroupNorm",
    "Input",
    "LayerNorm",
    "Linear",
    "LocalResponseNorm",
    "MaxPool2d",
    "Mean",
    "Mul",
    "Op",
    "Pad2d",
    "PadChannels",
    "Pair",
    "Parameter",
    "Permute",
    "Pool2d",
    "Reshape",
    "Scale",
    "Shape",
    "Shift",
    "Slice",
    "Softmax",
    "Subsample",
    "Sum",
    "VectorNorm",
    "Weight",
    "WeightRole",
]
