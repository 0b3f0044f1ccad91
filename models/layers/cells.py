"""Cells found by architecture search, described as data and built by one interpreter.

Zoph et al. 2017 (arXiv:1707.07012) §3: a cell starts from two states, the output of the cell before
and of the one before that. Each pair applies an operation to either of two states and adds the
results, which is a new state; some states, concatenated, are the output of the cell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from archmeter.models.graph import Tensor, block
from archmeter.models.layers.basics import act, avg_pool, concat, conv, max_pool, norm, pad
from archmeter.models.ops import Pair as Size

Operation = Literal[
    "identity",
    "conv1",
    "conv3",
    "conv1x7",
    "sep3",
    "sep5",
    "sep7",
    "dilated_sep5",
    "avg3",
    "max2",
    "max3",
]
Pair = tuple[Operation, int, Operation, int]
"""Operation and the state it takes, twice."""

Padding = Literal["same", "cropped"]


class Cell(NamedTuple):
    """The wiring of a cell.

    State 0 is the output of the cell before, state 1 of the one before that; the results of the
    pairs follow from 2.

    Attributes:
        outputs: the states that are concatenated.
    """

    pairs: tuple[Pair, ...]
    outputs: tuple[int, ...]


class CellStyle(NamedTuple):
    """How the cells of a network treat borders.

    Attributes:
        padding: where a stride of 2 meets an even map, TensorFlow pads one side more than the
            other ("same"). Ports to torch pad left and top by one more, and crop the first row and
            column of the result ("cropped"): same values of another, larger computation.
        crop_inner: whether such ports do so, to no effect, in separable convolutions of inner
            states as well.
    """

    padding: Padding = "same"
    crop_inner: bool = False


@block
def cell(
    x: Tensor, previous: Tensor | None, form: Cell, width: int, *, stride: int, style: CellStyle
) -> Tensor:
    """[state i for i in outputs], each of ``width`` channels.

    Args:
        x: output of the cell before.
        previous: output of the one before that; x itself, as it is, where there is none.
        form: the wiring.
        width: channels of every state.
        stride: of operations on the two inputs; those on inner states never stride.
        style: how borders are treated.
    """
    shift = None
    if style.padding == "cropped":
        shift = (1 - x.shape[2] % 2, 1 - x.shape[3] % 2) if stride > 1 else (0, 0)
    inner = shift if style.crop_inner or shift is None else (0, 0)
    other = x if previous is None else fitted(previous, x, width)
    states = [_projected(x, width), other]

    def result(operation: Operation, state: int) -> Tensor:
        if state > 1:
            # Pools of inner states are never cropped, whatever the separable convolutions do.
            border = inner if operation.startswith("sep") or inner is None else (0, 0)
            return apply(states[state], operation, width, stride=1, shift=border)
        return apply(states[state], operation, width, stride=stride, shift=shift)

    for left, left_state, right, right_state in form.pairs:
        with x.graph.scope("pair"):
            y = result(left, left_state)
            states.append(y + result(right, right_state))
    last = states[-1]
    return concat(*[_as_output(states[i], last, width) for i in form.outputs])


def fitted(x: Tensor, like: Tensor, width: int) -> Tensor:
    """The map size of another tensor, and ``width`` channels."""
    if x.shape[2:] == like.shape[2:]:
        return _projected(x, width)
    return factorized_reduction(act(x, inplace=False), width)


@block
def factorized_reduction(x: Tensor, width: int) -> Tensor:
    """norm([W1 x(2i, 2j), W2 x(2i+1, 2j+1)]): every other position, and those between."""
    y = conv(avg_pool(x, 1, stride=2), width // 2)
    z = conv(avg_pool(pad(x, -1, 1, -1, 1), 1, stride=2), width - width // 2)
    return norm(concat(y, z))


def apply(  # noqa: PLR0911 - one for each kind
    x: Tensor, operation: Operation, width: int, *, stride: int, shift: Size | None
) -> Tensor:
    """An operation of a cell, to ``width`` channels.

    ``shift`` holds the rows and columns to pad in front and crop again; None for TensorFlow's
    padding.
    """
    match operation:
        case "identity":
            same = stride == 1 and x.channels == width
            return x if same else _projected(x, width, stride=stride)
        case "conv1":
            return _projected(x, width, stride=stride)
        case "conv3":
            return squeezed(x, width, ((3, 3),), stride=stride, shift=shift)
        case "conv1x7":
            return squeezed(x, width, ((1, 7), (7, 1)), stride=stride, shift=shift)
        case "avg3" | "max3" | "max2":
            y = _pool(x, operation[:3], int(operation[3]), stride=stride, shift=shift)
            return y if y.channels == width else norm(conv(y, width))
        case "dilated_sep5":
            return separable(x, width, 5, stride=stride, dilation=2, shift=shift)
        case _:
            return separable(x, width, int(operation[3]), stride=stride, shift=shift)


@block
def separable(
    x: Tensor, width: int, kernel: int, *, stride: int, shift: Size | None, dilation: int = 1
) -> Tensor:
    """Twice: norm(pointwise(depthwise(relu(x)))); the first strides."""
    for i in range(2):
        step = 1 if i else stride

        def layers(x: Tensor, padding: Size, step: int = step) -> Tensor:
            y = conv(
                x,
                x.channels,
                kernel,
                stride=step,
                padding=padding,
                dilation=dilation,
                groups=x.channels,
            )
            return conv(y, width)

        # The input is read by other operations too; what is in between is not.
        y = act(x, inplace=i > 0)
        border = (0, 0) if i and shift is not None else shift
        x = norm(_slide(y, layers, (kernel, kernel), (step, step), dilation, border))
    return x


@block
def squeezed(
    x: Tensor, width: int, kernels: tuple[Size, ...], *, stride: int, shift: Size | None
) -> Tensor:
    """W2 f(W1 x), relu before and norm after each: f are convolutions of a quarter of the width."""
    mid = width // 4
    y = _projected(x, mid) if mid else x
    for i, kernel in enumerate(kernels):
        # Each of a 1x7 and a 7x1 strides along its own axis.
        steps = (stride if kernel[0] > 1 else 1, stride if kernel[1] > 1 else 1)

        def layer(x: Tensor, padding: Size, kernel: Size = kernel, steps: Size = steps) -> Tensor:
            return conv(x, mid or width, kernel, stride=steps, padding=padding)

        y = act(y, inplace=i > 0 or mid > 0)
        y = norm(_slide(y, layer, kernel, steps, 1, shift))
    return norm(conv(act(y), width)) if mid else y


def _projected(x: Tensor, width: int, *, stride: int = 1) -> Tensor:
    return norm(conv(act(x, inplace=False), width, stride=stride))


def _as_output(state: Tensor, last: Tensor, width: int) -> Tensor:
    if state.shape[2:] != last.shape[2:]:
        return factorized_reduction(state, width)
    return state if state.channels == width else norm(conv(state, width))


def _slide(
    x: Tensor,
    layer: Callable[[Tensor, Size], Tensor],
    kernel: Size,
    stride: Size,
    dilation: int,
    shift: Size | None,
) -> Tensor:
    """A layer, given its padding, on a map that has been padded further where that is uneven."""
    reach = (dilation * (kernel[0] - 1), dilation * (kernel[1] - 1))
    if shift is not None:
        return _cropped(x, lambda x: layer(x, (reach[0] // 2, reach[1] // 2)), shift)
    rows, columns = _missing(x, reach, stride)
    if rows % 2 or columns % 2:
        x = pad(x, 0, columns % 2, 0, rows % 2)
    return layer(x, (rows // 2, columns // 2))


def _pool(x: Tensor, kind: str, kernel: int, *, stride: int, shift: Size | None) -> Tensor:
    """A pool that pads nothing but what lies outside, so that it ignores the border."""
    pool = max_pool if kind == "max" else avg_pool
    if shift is not None:
        return _cropped(x, lambda x: pool(x, kernel, stride=stride, padding=kernel // 2), shift)
    rows, columns = _missing(x, (kernel - 1, kernel - 1), (stride, stride))
    # Rounding up lets in the last window wherever one more row or column is missing at the end.
    return pool(x, kernel, stride=stride, padding=(rows // 2, columns // 2), ceil=stride > 1)


def _cropped(x: Tensor, layer: Callable[[Tensor], Tensor], shift: Size) -> Tensor:
    top, left = shift
    if not (top or left):
        return layer(x)
    return pad(layer(pad(x, left, 0, top, 0)), -left, 0, -top, 0)


def _missing(x: Tensor, reach: Size, stride: Size) -> Size:
    """Rows and columns of padding that make ceil(size / stride) positions, as in TensorFlow."""
    rows, columns = (
        max(0, (-(-x.shape[2 + i] // stride[i]) - 1) * stride[i] + reach[i] + 1 - x.shape[2 + i])
        for i in (0, 1)
    )
    return rows, columns
