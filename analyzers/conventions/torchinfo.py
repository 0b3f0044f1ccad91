"""torchinfo: ``summary(model, input_data=x).total_mult_adds``, of leaf modules only.

Its rule is one for all modules: each parameter called weight or bias, times the batch; in a
convolution times the positions too. For a linear layer that sees one vector per image this is
right, for one that sees a sequence it forgets the positions, and so for norms.
"""

from __future__ import annotations

from functools import partial
from math import prod

from archmeter.analyzers.compute import macs
from archmeter.analyzers.conventions.hooks import unknown_blur, unseen_attention, unseen_product
from archmeter.analyzers.conventions.line_items import Line, Terms, Tool
from archmeter.analyzers.conventions.papers import CONVOLUTIONS, LINEAR_LAYERS, sheet_of
from archmeter.analyzers.reading import Reading
from archmeter.models.ops import (
    BatchNorm,
    BlurPool2d,
    Conv1d,
    Conv2d,
    GroupNorm,
    LayerNorm,
    Linear,
    MatMul,
    Op,
    ScaledDotProductAttention,
    Shape,
)

SEQUENCES = Line(
    "linear layers over sequences",
    "weights times the first dimension: the positions of a sequence are forgotten",
    "mistake",
)
NORMS = Line("norms", "scale and shift once an image, not once a position", "mistake")
CONVOLUTION_BIASES = Line("biases of convolutions", "1 per output element")
LINEAR_BIASES = Line("biases of linear layers", "1 per output of the first dimension")

torchinfo_rules = Reading[Terms]("torchinfo", ())


@torchinfo_rules.rule(Conv1d, Conv2d)
def convolution(op: Conv1d | Conv2d, out: Shape, x: Shape) -> Terms:
    """Weights and biases at every position; the class name has to contain Conv, and does."""
    weight, *bias = op.weights(x)
    positions = out[0] * prod(out[2:])
    return (
        (CONVOLUTIONS, positions * weight.size),
        (CONVOLUTION_BIASES, positions * sum(b.size for b in bias)),
    )


@torchinfo_rules.rule(Linear)
def linear(op: Linear, out: Shape, x: Shape) -> Terms:
    """Weights and biases for each row of the first dimension; of two if they have other names."""
    weight, *biases = op.weights(x)
    one_vector = len(out) == 2  # noqa: PLR2004 - (N, features)
    rows = {"bias": out[0]}
    trained = [bias for bias in biases if bias.role == "trainable"]
    return (
        (LINEAR_LAYERS if one_vector else SEQUENCES, out[0] * weight.size),
        (LINEAR_BIASES, sum(rows.get(bias.name, prod(out[:2])) * bias.size for bias in trained)),
    )


@torchinfo_rules.rule(BatchNorm, GroupNorm, LayerNorm)
def norm(op: Op, out: Shape, x: Shape) -> Terms:
    """Scale and shift for each row of the first dimension."""
    affine = (weight.size for weight in op.weights(x) if weight.name in {"weight", "bias"})
    return ((NORMS, out[0] * sum(affine)),)


torchinfo_rules.rule(MatMul)(unseen_product)
torchinfo_rules.rule(ScaledDotProductAttention)(unseen_attention)
torchinfo_rules.rule(BlurPool2d)(unknown_blur)
torchinfo_rules.nothing_where(macs)


TORCHINFO = Tool(
    name="torchinfo",
    title="torchinfo",
    version="1.8.0",
    call="summary(model, input_data=x).total_mult_adds",
    unit="macs",
    read=partial(sheet_of, torchinfo_rules),
)
