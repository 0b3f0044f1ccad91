"""Knobs that several specs and parts have: what they accept, and what is said of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.layers.basics import NormKind
from archmeter.models.layers.channel_norm import PositionNormKind
from archmeter.models.layers.self_attention import AttentionKind
from archmeter.models.layers.shortcuts import ShortcutOption
from archmeter.models.layers.stems import StemPool
from archmeter.models.layers.strided_pool import StridedPool
from archmeter.models.layers.transformer_block import NormOfBranch
from archmeter.models.ops import KeyBias

AnyNorm = Annotated[
    NormKind,
    Field(description="Batch norm, group norm of 32 groups, or filter response norm."),
]
AttentionKernel = Annotated[
    AttentionKind,
    Field(
        description="Attention as one kernel that keeps no scores, or composed of products and a "
        "softmax. Same MACs; other memory."
    ),
]
BiasOfKeys = Annotated[
    KeyBias,
    Field(
        description="Biases of keys train like the others; or they are zeros, fixed in a buffer "
        "(BEiT, EVA), or masked whenever they are used, though counted (torchvision's Swin V2)."
    ),
]
BranchScale = Annotated[
    bool, Field(description="A trained factor per channel on what each branch adds.")
]
ConvClassifier = Annotated[
    bool, Field(description="The classifier is a 1x1 convolution, not a linear layer.")
]
ClassifierBias = Annotated[bool, Field(description="Whether the classifier has biases.")]
DenseBottleneck = Annotated[
    int,
    Field(
        ge=0,
        le=64,
        description="Channels between a layer's 1x1 and 3x3 ÷ growth rate; 0 for a 3x3 alone.",
    ),
]
NormOfBranches = Annotated[
    NormOfBranch,
    Field(
        description="Each branch begins with its norm, or ends with it: a residual post-norm "
        "(Swin V2)."
    ),
]
PerceptronExpansion = Annotated[
    int, Field(ge=1, le=16, description="Hidden ÷ outer channels of the blocks' perceptrons.")
]
PooledShortcut = Annotated[
    bool, Field(description="Downsample shortcuts by average pooling (ResNet-D).")
]
PoolInPlaceOfStride = Annotated[
    Literal["none", StridedPool],
    Field(
        description="Pool in place of the stride of a convolution (anti-aliasing): an average, or "
        "a binomial filter that overlaps (blur)."
    ),
]
PoolOfStem = Annotated[
    StemPool,
    Field(
        description="3x3 max pool with padding, rounding up without (Caffe), of maps padded with "
        "zeros (TensorFlow), or of stride 1 before a blur; or a 2x2 average; or a 3x3 convolution."
    ),
]
PositionNorm = Annotated[
    PositionNormKind,
    Field(
        description="Over the channels of each position: layer norm, or division by their root "
        "mean square or by their standard deviation."
    ),
]
ShortcutOfBlock = Annotated[
    ShortcutOption,
    Field(description="Where shapes differ: A pads with zeros, B projects; C projects everywhere."),
]
StandardizedConvs = Annotated[
    bool,
    Field(
        description="Convolutions standardise their weights (Qiao et al. 2019, arXiv:1903.10520)."
    ),
]
