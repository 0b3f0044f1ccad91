"""The operator vocabulary: what can happen to a tensor, and to which sizes.

An operator is a frozen description. It knows the shape it makes, the weights it owns and whether it
shares or overwrites its input's storage; it knows nothing about cost (that is the business of
``analyzers``) and nothing about torch (that is ``models/torch_module.py``).
"""

from models.ops.base import Input, Op, Pair, Shape, Weight, WeightRole
from models.ops.elementwise import (
    IN_PLACE_ACTIVATIONS,
    Activation,
    ActivationKind,
    Add,
    Dropout,
    Mul,
)
from models.ops.pooling import AdaptiveAvgPool2d, Amax, AvgPool2d, MaxPool2d, Mean, Pool2d
from models.ops.structure import Concat, Flatten, PadChannels, Reshape, Subsample
from models.ops.weighted import BatchNorm2d, Conv1d, Conv2d, GroupNorm, Linear

__all__ = [
    "IN_PLACE_ACTIVATIONS",
    "Activation",
    "ActivationKind",
    "AdaptiveAvgPool2d",
    "Add",
    "Amax",
    "AvgPool2d",
    "BatchNorm2d",
    "Concat",
    "Conv1d",
    "Conv2d",
    "Dropout",
    "Flatten",
    "GroupNorm",
    "Input",
    "Linear",
    "MaxPool2d",
    "Mean",
    "Mul",
    "Op",
    "PadChannels",
    "Pair",
    "Pool2d",
    "Reshape",
    "Shape",
    "Subsample",
    "Weight",
    "WeightRole",
]
