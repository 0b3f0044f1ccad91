"""Autocast: in which type each operator runs, and the copies that it takes for that.

Under `torch.autocast` weights and buffers stay in single precision. Operators on the list of lower
precision run in half precision, on copies of inputs and weights where these are not; some others
run in single precision, on copies of inputs; the rest runs in the type of what it is given. Copies
of weights are cached until the forward pass is over. Those of activations go when the operator has
run, unless it keeps them for the backward pass in the place of its inputs.

The lists are torch's, of CPUs or of CUDA. On both products run in half precision; norms over layers
or groups, softmax and powers run in single precision under CUDA alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import prod
from types import MappingProxyType
from typing import Literal, NamedTuple

from archmeter.analyzers.inference_peak import workspace
from archmeter.analyzers.saved_tensors import INPUT_KEPT, Kept, kept
from archmeter.analyzers.storage import NO_COPIES, Copies, Extra
from archmeter.models.graph import Call, Graph
from archmeter.models.ops import (
    Binary,
    BlurPool2d,
    Concat,
    Conv1d,
    Conv2d,
    Elementwise,
    Exp,
    GroupNorm,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    Movement,
    Nearest,
    Norm,
    Op,
    Product,
    Reduction,
    Rsqrt,
    Shape,
    Softmax,
    Source,
    Square,
    Sum,
    UnitLength,
    Upsample2d,
    VectorNorm,
)
from archmeter.models.precision import AutocastDevice

HALF, SINGLE = 2, 4
"""Bytes of an element."""

Runs = Literal[
    "half", "into half", "single", "into single", "as given", "widest", "widest of copies"
]
"""In half or single precision, on copies of what is given in the other, or up to a result in it; in
the type of the first input; in the widest, or on copies in it."""

_EVERYWHERE: Mapping[type[Op], Runs] = MappingProxyType(
    {
        Source: "single",
        Product: "half",
        BlurPool2d: "into half",
        Elementwise: "as given",
        Binary: "widest",
        Norm: "as given",
        LocalResponseNorm: "into single",
        Reduction: "as given",
        Movement: "as given",
        Concat: "widest of copies",
    }
)
_IN_SINGLE: tuple[type[Op], ...] = (
    Exp,
    GroupNorm,
    LayerNorm,
    Rsqrt,
    Softmax,
    Square,
    Sum,
    Upsample2d,
    VectorNorm,
)

_UNDER_CUDA: Mapping[type[Op], Runs] = MappingProxyType(
    {
        **_EVERYWHERE,
        **dict.fromkeys(_IN_SINGLE, "single"),
        UnitLength: "into single",
    }
)

RUNS: Mapping[AutocastDevice, Nearest[Runs]] = MappingProxyType(
    {
        "cpu": Nearest("CPU autocast", _EVERYWHERE),
        "cuda": Nearest("CUDA autocast", _UNDER_CUDA),
    }
)
"""How each operator runs, by the lists of a device."""


class Run(NamedTuple):
    """One operator under autocast.

    Attributes:
        item_size: bytes of an element of the result.
        inner_size: bytes of an element of what it computes besides.
        workspace: bytes taken while it runs at inference, copies of its inputs among them.
        kept: what it keeps for its backward pass: of inputs that are copied the copies.
    """

    item_size: int
    inner_size: int
    workspace: int
    kept: Kept
    copies: Copies


def runs(graph: Graph, device: AutocastDevice) -> list[Run]:
    """How each operator of a network runs, by the lists of a device."""
    found: list[Run] = []
    for i, (call, sources) in enumerate(zip(graph.calls, graph.sources, strict=True)):
        given = tuple([found[i - back].item_size for back in sources])
        run = _run(call, given, device)
        if i in graph.reused:  # the copies of its weights are there already
            run = run._replace(copies=run.copies._replace(weights=0, factor=0))
        found.append(run)
    return found


@lru_cache(65_536)
def _run(call: Call, given: tuple[int, ...], device: AutocastDevice) -> Run:
    """How an operator runs on inputs whose elements take so many bytes each."""
    op = call.op
    # What overwrites its input is of the type of that.
    how = "as given" if op.overwrites else RUNS[device][type(op)]
    match how:
        case "half" | "into half":
            item_size = HALF
        case "single" | "into single":
            item_size = SINGLE
        case "as given":
            item_size = given[0]
        case _:
            item_size = max(given)
    copied = [0] * len(given)
    if how in {"half", "single", "widest of copies"}:
        each = zip(call.input_shapes, given, strict=True)
        copied = [prod(x) * item_size if size != item_size else 0 for x, size in each]
    inner_size = SINGLE if isinstance(op, GroupNorm) else item_size
    keeps, space = kept(call), workspace(call).bytes(inner_size) + sum(copied)
    match op:
        case BlurPool2d():
            keeps, space, copied[0] = _blur(op, call, given[0], device)
        case LocalResponseNorm():
            keeps, space = _response_norm(op, call.shape, given[0], device)
        case UnitLength() if device == "cuda" and given[0] == HALF:
            keeps = _lengths(call)
        case Linear() if op.zero_key_bias:
            # Put together in single precision, and copied each time.
            space = sum(copied) + op.out_features * (SINGLE + HALF)
        case Conv2d(standardized=True):
            space = _standardized(op, call, copied[0])
    return Run(item_size, inner_size, space, keeps, _copies(call, copied))


def _copies(call: Call, inputs: Sequence[int]) -> Copies:
    """Copies of inputs, and of weights."""
    of_inputs = tuple(inputs) if any(inputs) else ()
    op = call.op
    if not isinstance(op, Conv1d | Conv2d | Linear):
        return Copies(of_inputs) if of_inputs else NO_COPIES
    factor, *bias = [weight.size * HALF for weight in call.weights]
    if isinstance(op, Conv2d) and op.standardized:  # it is handed what is made of its weights
        return Copies(of_inputs, sum(bias))
    if isinstance(op, Linear) and op.zero_key_bias:  # nor are its biases weights
        bias = []
    return Copies(of_inputs, factor + sum(bias), factor, spared=isinstance(op, Linear))


def _lengths(call: Call) -> Kept:
    """The map, a copy of it in single precision, and its lengths twice in that."""
    size = prod(call.shape)
    return INPUT_KEPT._replace(extra=Extra(statistics=size + 2 * (size // call.shape[-1])))


def _standardized(op: Conv2d, call: Call, copied: int) -> int:
    """Bytes taken while weights are standardised, in single precision, and then copied."""
    weights = op.weights(*call.input_shapes)[0].size
    result = prod(call.shape) * HALF
    # The input is copied once the weights are there, and their statistics gone.
    standardizing = SINGLE * (weights + 2 * op.out_channels) - result
    return max((SINGLE + HALF) * weights + copied, standardizing)


def _blur(op: BlurPool2d, call: Call, given: int, device: AutocastDevice) -> tuple[Kept, int, int]:
    """What is kept, what is taken meanwhile, and the copy of the input.

    CPUs reflect edges in single precision. The filter does not train: its copy is not cached.
    """
    x, result = call.input_shapes[0], prod(call.shape) * HALF
    edged, filters = prod(op.padded(x)), op.weights(x)[0].size
    reflects = SINGLE if device == "cpu" else given
    copied = prod(x) * SINGLE if reflects != given else 0
    there = edged * reflects
    blurring = there + (edged + filters if reflects != HALF else filters) * HALF
    kept_besides = INPUT_KEPT._replace(extra=Extra(plain=edged + filters))
    return kept_besides, max(blurring, there + copied - result), copied


def _response_norm(
    op: LocalResponseNorm, out: Shape, given: int, device: AutocastDevice
) -> tuple[Kept, int]:
    """Padded squares, of the type of the map; their mean shifted, and the power of that.

    CPUs take the mean in single precision, CUDA the power.
    """
    size = prod(out)
    squares = size + (op.neighbours - 1) * (size // out[1])
    result = size * SINGLE
    keeps, most = Extra(statistics=squares + 2 * size), (squares + size) * SINGLE
    if given == HALF and device == "cpu":
        most += squares * HALF
    elif given == HALF:
        keeps, most = Extra(squares, 2 * size), (squares + size) * HALF
    return INPUT_KEPT._replace(extra=keeps), max(most, 3 * size * SINGLE) - result
