"""The operator vocabulary: what can happen to a tensor, and to which sizes.

An operator is a frozen description. It knows the shape it makes, the weights it owns and whether it
shares or overwrites its input's storage; it knows nothing about cost (that is the business of
``analyzers``) and nothing about torch (that is ``models/torch_module.py``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import ClassVar, Literal, NamedTuple

from models.errors import ShapeError

Shape = tuple[int, ...]
Pair = tuple[int, int]

ActivationKind = Literal[
    "relu", "relu6", "silu", "gelu", "sigmoid", "tanh", "hardsigmoid", "hardswish"
]


WeightRole = Literal["trainable", "frozen", "buffer", "counter"]


class Weight(NamedTuple):
    """A tensor owned by an operator.

    Its role is that of a parameter (trainable, or frozen), or of state that is kept but not
    trained: a buffer of the network's dtype, or an int64 counter whatever that dtype.
    """

    name: str
    shape: Shape
    role: WeightRole = "trainable"

    @property
    def size(self) -> int:
        """Number of elements."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class Op(ABC):
    """Base of all operators.

    ``label`` names the operator in paths (``stage1.bottleneck2.conv1``). The result of a ``view``
    shares the storage of its input and leaves it as it was; see also `overwrites`.
    """

    label: ClassVar[str]
    view: ClassVar[bool] = False

    @abstractmethod
    def shape(self, *inputs: Shape) -> Shape:
        """Shape of the result.

        Raises:
            ShapeError: naming the sizes that do not fit.
        """

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:  # noqa: ARG002 - most own none
        """Weights the operator owns when it is applied to inputs of these shapes."""
        return ()

    @property
    def overwrites(self) -> bool:
        """Whether the result replaces the content of the first input, in its storage."""
        return False

    @property
    def detail(self) -> str:
        """The knobs in a few words, for tables: ``3x3 /2 groups=32``."""
        return ""


@dataclass(frozen=True, slots=True)
class Input(Op):
    """The tensor fed to the network."""

    size: Shape

    label = "input"

    def shape(self, *inputs: Shape) -> Shape:  # noqa: ARG002 - it has none
        return self.size


# --- operators with weights -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conv2d(Op):
    """(N, Cin, H, W) -> (N, out_channels, H', W'); H' = (H + 2p - d(k-1) - 1) // s + 1."""

    out_channels: int
    kernel: Pair
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    groups: int = 1
    bias: bool = False

    label = "conv"

    def shape(self, *inputs: Shape) -> Shape:
        x = _image("convolution", inputs[0])
        groups = self.groups
        if x[1] % groups or self.out_channels % groups:
            side, channels = ("input", x[1]) if x[1] % groups else ("output", self.out_channels)
            raise ShapeError(f"{channels} {side} channels do not divide into {groups} groups")
        (kh, kw), (sh, sw), (ph, pw), (dh, dw) = (
            self.kernel,
            self.stride,
            self.padding,
            self.dilation,
        )
        height = (x[2] + 2 * ph - dh * (kh - 1) - 1) // sh + 1
        width = (x[3] + 2 * pw - dw * (kw - 1) - 1) // sw + 1
        return _window_fits("convolution", self.kernel, x, (x[0], self.out_channels, height, width))

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        weight = Weight("weight", (self.out_channels, inputs[0][1] // self.groups, *self.kernel))
        return (weight, Weight("bias", (self.out_channels,))) if self.bias else (weight,)

    @property
    def detail(self) -> str:
        dilation = "" if self.dilation == (1, 1) else f" dilation={self.dilation[0]}"
        groups = "" if self.groups == 1 else f" groups={self.groups}"
        return _window_detail(self.kernel, self.stride) + dilation + groups


@dataclass(frozen=True, slots=True)
class Conv1d(Op):
    """(N, Cin, L) -> (N, out_channels, L): an odd window that slides along a sequence."""

    out_channels: int
    kernel: int

    label = "conv"

    def shape(self, *inputs: Shape) -> Shape:
        n, _, length = inputs[0]
        return n, self.out_channels, length

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return (Weight("weight", (self.out_channels, inputs[0][1], self.kernel)),)

    @property
    def padding(self) -> int:
        """Zeros on either side, which keep the length."""
        return self.kernel // 2

    @property
    def detail(self) -> str:
        return f"{self.kernel} along channels"


@dataclass(frozen=True, slots=True)
class Linear(Op):
    """(..., in) -> (..., out_features)."""

    out_features: int
    bias: bool = True

    label = "linear"

    def shape(self, *inputs: Shape) -> Shape:
        return (*inputs[0][:-1], self.out_features)

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        weight = Weight("weight", (self.out_features, inputs[0][-1]))
        return (weight, Weight("bias", (self.out_features,))) if self.bias else (weight,)


@dataclass(frozen=True, slots=True)
class BatchNorm2d(Op):
    """γ (x - mean) / sqrt(var + ε) + β for each channel over the batch, with running statistics."""

    label = "norm"

    def shape(self, *inputs: Shape) -> Shape:
        return _image("batch norm", inputs[0])

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        return _batch_norm_weights(inputs[0][1])


@dataclass(frozen=True, slots=True)
class GroupNorm(Op):
    """Normalises each image over groups of channels, then γ x + β; Wu & He 2018."""

    groups: int

    label = "norm"

    def shape(self, *inputs: Shape) -> Shape:
        x = _image("group norm", inputs[0])
        if x[1] % self.groups:
            raise ShapeError(f"{x[1]} channels do not divide into {self.groups} groups of a norm")
        return x

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        channels = (inputs[0][1],)
        return Weight("weight", channels), Weight("bias", channels)

    @property
    def detail(self) -> str:
        return f"groups={self.groups}"


# --- elementwise ----------------------------------------------------------------------------------


IN_PLACE_ACTIVATIONS: frozenset[ActivationKind] = frozenset(
    {"relu", "relu6", "silu", "hardsigmoid", "hardswish"}
)
"""Those that torch offers to write over their input."""


@dataclass(frozen=True, slots=True)
class Activation(Op):
    """A nonlinearity applied to each element."""

    kind: ActivationKind
    inplace: bool = False

    label = "act"

    def __post_init__(self) -> None:
        if self.inplace and self.kind not in IN_PLACE_ACTIVATIONS:
            raise ValueError(f"{self.kind} cannot be computed in place")

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    @property
    def overwrites(self) -> bool:
        return self.inplace

    @property
    def detail(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class Add(Op):
    """x + y, broadcast; in place where the result may replace x."""

    inplace: bool = False

    label = "add"

    def shape(self, *inputs: Shape) -> Shape:
        return _broadcast(*inputs, keep_first=self.inplace)

    @property
    def overwrites(self) -> bool:
        return self.inplace


@dataclass(frozen=True, slots=True)
class Mul(Op):
    """x · y, broadcast."""

    label = "mul"

    def shape(self, *inputs: Shape) -> Shape:
        return _broadcast(*inputs)


@dataclass(frozen=True, slots=True)
class Dropout(Op):
    """Zeroes elements with probability ``rate`` while training; does nothing at inference."""

    rate: float

    label = "dropout"

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    @property
    def detail(self) -> str:
        return f"rate={self.rate:g}"


# --- pooling and reductions -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pool2d(Op):
    """A window that slides over each channel; ``ceil`` lets a last, partial window in."""

    kernel: Pair
    stride: Pair
    padding: Pair = (0, 0)
    ceil: bool = False

    label = "pool"

    def shape(self, *inputs: Shape) -> Shape:
        x = _image("pooling", inputs[0])
        height, width = (
            _pool_positions(x[2 + i], self.kernel[i], self.stride[i], self.padding[i], self.ceil)
            for i in (0, 1)
        )
        return _window_fits("pooling", self.kernel, x, (x[0], x[1], height, width))

    @property
    def detail(self) -> str:
        return _window_detail(self.kernel, self.stride) + (" ceil" if self.ceil else "")


@dataclass(frozen=True, slots=True)
class MaxPool2d(Pool2d):
    """The largest element of each window."""


@dataclass(frozen=True, slots=True)
class AvgPool2d(Pool2d):
    """The mean of each window, over its elements inside the map."""


@dataclass(frozen=True, slots=True)
class AdaptiveAvgPool2d(Op):
    """(N, C, H, W) -> (N, C, 1, 1): the mean of each channel, as a classifier's pooling layer."""

    label = "pool"

    def shape(self, *inputs: Shape) -> Shape:
        return (*_image("global pooling", inputs[0])[:2], 1, 1)

    @property
    def detail(self) -> str:
        return "global"


@dataclass(frozen=True, slots=True)
class Mean(Op):
    """The mean over some dimensions, each kept with size 1."""

    dims: tuple[int, ...]

    label = "mean"

    def shape(self, *inputs: Shape) -> Shape:
        return _reduced(inputs[0], self.dims)

    @property
    def detail(self) -> str:
        return _dims_detail(self.dims)


@dataclass(frozen=True, slots=True)
class Amax(Op):
    """The largest element over some dimensions, each kept with size 1."""

    dims: tuple[int, ...]

    label = "max"

    def shape(self, *inputs: Shape) -> Shape:
        return _reduced(inputs[0], self.dims)

    @property
    def detail(self) -> str:
        return _dims_detail(self.dims)


# --- structure ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Concat(Op):
    """Tensors laid one after another along a dimension."""

    dim: int = 1

    label = "concat"

    def shape(self, *inputs: Shape) -> Shape:
        first, dim = inputs[0], self.dim
        for x in inputs:
            if (*x[:dim], *x[dim + 1 :]) != (*first[:dim], *first[dim + 1 :]):
                raise ShapeError(f"cannot concatenate {first} and {x} along dimension {dim}")
        return (*first[:dim], sum(x[dim] for x in inputs), *first[dim + 1 :])


@dataclass(frozen=True, slots=True)
class Subsample(Op):
    """Every ``stride``-th row and column, as a view: ``x[:, :, ::s, ::s]``."""

    stride: int

    label = "subsample"
    view = True

    def shape(self, *inputs: Shape) -> Shape:
        n, c, h, w = _image("subsampling", inputs[0])
        return n, c, -(-h // self.stride), -(-w // self.stride)

    @property
    def detail(self) -> str:
        return f"/{self.stride}"


@dataclass(frozen=True, slots=True)
class PadChannels(Op):
    """Appends ``extra`` channels of zeros."""

    extra: int

    label = "pad"

    def shape(self, *inputs: Shape) -> Shape:
        n, c, h, w = _image("padding", inputs[0])
        return n, c + self.extra, h, w

    @property
    def detail(self) -> str:
        return f"{self.extra} zero channels"


@dataclass(frozen=True, slots=True)
class Reshape(Op):
    """The same elements in the same order under another shape; the batch stays in front."""

    size: Shape

    label = "reshape"
    view = True

    def shape(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        if prod(x[1:]) != prod(self.size):
            raise ShapeError(f"cannot reshape {x[1:]} into {self.size}")
        return (x[0], *self.size)


@dataclass(frozen=True, slots=True)
class Flatten(Op):
    """(N, ...) -> (N, product of the rest)."""

    label = "flatten"
    view = True

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0][0], prod(inputs[0][1:])


# --- arithmetic on sizes --------------------------------------------------------------------------


def _image(name: str, x: Shape) -> Shape:
    """The shape itself, if it is that of a batch of maps."""
    if len(x) != 4:  # noqa: PLR2004 - (N, C, H, W)
        raise ShapeError(f"{name} takes (N, C, H, W), got {x}")
    return x


def _pool_positions(size: int, kernel: int, stride: int, padding: int, ceil: bool) -> int:  # noqa: FBT001
    """How many positions a pooling window takes along an axis; below 1 when it does not fit."""
    span = size + 2 * padding - kernel
    positions = (span + (stride - 1 if ceil else 0)) // stride + 1
    # A partial window that would start in the right padding is dropped.
    return positions - (ceil and (positions - 1) * stride >= size + padding)


@lru_cache(1024)
def _batch_norm_weights(channels: int) -> tuple[Weight, ...]:
    size = (channels,)
    return (
        Weight("weight", size),
        Weight("bias", size),
        Weight("running_mean", size, "buffer"),
        Weight("running_var", size, "buffer"),
        Weight("num_batches_tracked", (), "counter"),
    )


def _window_fits(name: str, kernel: Pair, x: Shape, out: Shape) -> Shape:
    """The resulting shape, unless the map shrank to nothing."""
    if out[2] < 1 or out[3] < 1:
        raise ShapeError(
            f"a {kernel[0]}x{kernel[1]} {name} does not fit on a {x[2]}x{x[3]} map: "
            "the map shrinks below 1x1"
        )
    return out


def _broadcast(x: Shape, y: Shape, *, keep_first: bool = False) -> Shape:
    if x == y:
        return x
    fits = len(x) == len(y) and all(a == b or 1 in (a, b) for a, b in zip(x, y, strict=True))
    out = tuple(map(max, x, y)) if fits else ()
    if not fits or (keep_first and out != x):
        raise ShapeError(f"sizes {x} and {y} do not fit together")
    return out


def _reduced(x: Shape, dims: tuple[int, ...]) -> Shape:
    return tuple(1 if i in dims else size for i, size in enumerate(x))


def _window_detail(kernel: Pair, stride: Pair) -> str:
    step = "" if stride == (1, 1) else f" /{stride[0]}"
    return f"{kernel[0]}x{kernel[1]}{step}"


def _dims_detail(dims: tuple[int, ...]) -> str:
    return {(1,): "over channels", (2, 3): "over the map"}.get(dims, f"over dims {dims}")
