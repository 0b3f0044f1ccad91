"""What torch's allocator hands out in a real forward pass on the CPU, and what kernels take of it.

`inference_peak_bytes` leaves out what a particular convolution kernel takes to lay out its
operands. Torch's own CPU kernel multiplies matrices: it writes the window of every output element
into a column first. That is predicted here, so that the measured peak can be compared to the byte.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import accumulate, chain
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from archmeter.analyzers.live_tensors import Liveness
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.storage import INDEX_BYTES
from archmeter.models.graph import Call
from archmeter.models.ops import (
    BlurPool2d,
    Conv1d,
    Conv2d,
    LayerNorm,
    LocalResponseNorm,
    Op,
    ScaledDotProductAttention,
    Upsample2d,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

TAKE_SCRATCH = frozenset({Conv2d, Conv1d, BlurPool2d, LayerNorm, Upsample2d})
"""Operators whose CPU kernels take memory that no tensor of the network lives in."""

COLUMNS = "it writes the window of each output element into a column of a matrix"
CONSTANT = "it holds a constant in double precision, and a copy in the dtype of the maps"
COPY = "it copies its input, which is a view with gaps"
GROUPS = (
    "it computes groups one after the other, each from a copy of its channels, and joins the "
    "results by a copy"
)
RELAID = "it computes on a copy of the map that lies pixel by pixel, and copies the result back"
POSITIONS = "it lists, with a weight, which row and column each of the result takes"
TILES = "it holds the scores of some queries and keys at a time, and what becomes of them"
"""What that memory is for."""

DOUBLE_BYTES = 8

TILE_SIDES = ((768, 256, 512), (192, 64, 512), (0, 32, 512))
"""From how many queries on fused attention takes how many of them, and of the keys, at a time."""

SMALL_MAP = 128
"""Rows and columns together of a result that is still upsampled pixel by pixel."""


class Layout(NamedTuple):
    """How the input of a convolution, a layer norm or an upsampling lay in memory.

    Attributes:
        channels_last: whether the channels of a pixel are neighbours; the kernel follows it.
        scattered: whether it was a view with gaps, which is copied before the kernel runs.
    """

    channels_last: bool = False
    scattered: bool = False


class Measured(NamedTuple):
    """One forward pass.

    Attributes:
        peak: the most bytes allocated at one moment, besides what was there before.
        layouts: of the input of each operator that may take scratch, in the order of execution.
    """

    peak: int
    layouts: tuple[Layout, ...]


class Predicted(NamedTuple):
    """The peak with what kernels take.

    Attributes:
        peak: bytes, at the operator at `path`.
        scratch: bytes among them that its kernel takes; 0 if it takes none.
        why: what they are for.
    """

    peak: int
    path: str
    scratch: int
    why: str


def measure(module: nn.Module, x: Tensor) -> Measured:
    """Run a module once and add up what the allocator reports.

    In evaluation mode, without gradients, by torch's own kernels: those of oneDNN and NNPACK take
    memory that the allocator does not see. On one thread, because some kernels allocate for each.
    """
    import torch

    module.eval()
    gc.collect()  # what is freed during the pass shall be of the pass
    layouts: list[Layout] = []
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        # Setting oneDNN's flags sets its TF32 flag too, which complains where there is no GPU.
        warnings.filterwarnings("ignore", "TF32 acceleration", UserWarning)
        stack.callback(torch.set_num_threads, torch.get_num_threads())
        torch.set_num_threads(1)
        stack.enter_context(torch.no_grad())
        stack.enter_context(torch.backends.mkldnn.flags(enabled=False))
        stack.enter_context(torch.backends.nnpack.flags(enabled=False))
        stack.enter_context(_watching(layouts))
        reports = stack.enter_context(_reports())
        module(x)
    peak = max(accumulate(reports), default=0)
    return Measured(peak, tuple(layouts))


def predict(profile: Profile, layouts: tuple[Layout, ...]) -> Predicted:
    """The peak of `measure`, from the graph and the layouts that it met.

    Raises:
        ValueError: if the layouts are not one for each operator of the graph that takes scratch.
    """
    met = iter(layouts)
    best = Predicted(0, "", 0, "")
    for tensor, live in zip(profile.graph.tensors, Liveness(profile).timeline(), strict=True):
        taken, why = 0, ""
        if type(tensor.op) in TAKE_SCRATCH:
            layout = next(met, None)
            if layout is None:
                raise ValueError(f"no layout for {tensor.path}")
            if isinstance(tensor.op, Upsample2d):
                taken, why = upsampling_scratch(tensor.call, layout, profile.item_size)
            else:
                taken = kernel_scratch(tensor.call, layout) * profile.item_size
                why = _purpose(tensor.op) if taken else ""
        elif isinstance(tensor.op, LocalResponseNorm):
            taken, why = _constant(tensor.op, tensor.channels, profile.item_size), CONSTANT
        elif isinstance(tensor.op, ScaledDotProductAttention):
            taken, why = attention_scratch(tensor.call) * profile.item_size, TILES
        if live + taken > best.peak:
            best = Predicted(live + taken, tensor.path, taken, why)
    if next(met, None) is not None:
        raise ValueError("more layouts than operators that take scratch")
    return best


def kernel_scratch(call: Call, layout: Layout) -> int:
    """Elements that the CPU kernel of a convolution or a layer norm takes besides its result."""
    x = call.input_shapes[0]
    match call.op:
        case Conv2d() as op:
            taken = _convolution(op, call.shape, x, layout)
            if op.standardized:
                # The statistics of the weights are gone when the convolution runs.
                return max(0, taken - max(0, 2 * op.out_channels - prod(call.shape)))
            return taken
        case BlurPool2d(kernel=k, stride=s) as op:
            each = Conv2d(x[1], (k, k), (s, s), groups=x[1])
            return _convolution(each, call.shape, op.padded(x), layout)
        case Conv1d() as op:
            flat = Conv2d(op.out_channels, (1, op.kernel), padding=(0, op.padding))
            n, channels, length = x
            out = (n, op.out_channels, 1, length)
            return _convolution(flat, out, (n, channels, 1, length), layout)
        case LayerNorm():
            return prod(x) if layout.scattered else 0
        case _:
            return 0


def attention_scratch(call: Call) -> int:
    """Elements that the CPU kernel of fused attention takes, on one thread.

    A tile of scores; their maximum, their sum, and the result so far, for each query of the tile.
    """
    (*_, queries, features), (*_, keys, _), _ = call.input_shapes
    rows, columns = next(sides for least, *sides in TILE_SIDES if queries >= least)
    rows, columns = min(rows, queries), min(columns, keys)
    return rows * (columns + 2 + features)


def upsampling_scratch(call: Call, layout: Layout, item_size: int) -> tuple[int, str]:
    """Bytes that the CPU kernel of an upsampling takes besides its result, and what for."""
    (x,), out = call.input_shapes, call.shape
    if layout.channels_last or x[1] == 1:
        return 0, ""
    if sum(out[2:]) > SMALL_MAP:
        return sum(out[2:]) * (INDEX_BYTES + item_size), POSITIONS
    copied = 0 if x[2:] == (1, 1) else prod(x)  # one pixel lies either way
    return (copied + prod(out)) * item_size, RELAID


def _constant(op: LocalResponseNorm, channels: int, item_size: int) -> int:
    """Bytes of the constant that is added when most is alive: as given, and in the maps' dtype.

    Where padded squares are more than two maps, that moment is another, without it.
    """
    if op.neighbours - 1 > channels:
        return 0
    return DOUBLE_BYTES + (item_size if item_size < DOUBLE_BYTES else 0)


def _purpose(op: Op) -> str:
    """What a kernel takes memory for, in words that follow its name."""
    if isinstance(op, BlurPool2d) or (isinstance(op, Conv2d) and op.groups > 1):
        return GROUPS
    copies = isinstance(op, LayerNorm) or (isinstance(op, Conv2d) and _pointwise(op))
    return COPY if copies else COLUMNS


def _pointwise(op: Conv2d) -> bool:
    """Whether the input is a matrix already, to be multiplied as it lies."""
    return (op.kernel, op.stride, op.padding, op.dilation) == ((1, 1), (1, 1), (0, 0), (1, 1))


def _convolution(op: Conv2d, out: tuple[int, ...], x: tuple[int, ...], layout: Layout) -> int:
    """Columns, and copies of operands that do not lie as the kernel wants them."""
    n, channels, height, width = x
    window, pixels = prod(op.kernel), out[2] * out[3]
    inside = channels // op.groups
    # The dilated kernel takes images one by one, and a matrix even where it could do without.
    images = n if op.dilation == (1, 1) else 1
    columns = 0 if _pointwise(op) else images * inside * window * pixels
    weights = op.out_channels * inside * window
    relaid = weights if layout.channels_last and inside > 1 and window > 1 else 0
    whole = prod(x) if layout.scattered else 0
    if op.groups == 1:
        return whole + relaid + columns
    rows = n * height * width if layout.channels_last else n
    part = n * inside * height * width if rows > 1 else 0
    # Each group has its own result; all of them are there when they are joined.
    return whole + relaid + max(part + columns, prod(out))


@contextmanager
def _reports() -> Iterator[list[int]]:
    """Bytes of each allocation, of each release negative, in their order; known at the end.

    Of torch's two collectors this is the one that keeps their order and is silent.
    """
    from torch._C._autograd import _disable_profiler_legacy, _enable_profiler_legacy
    from torch._C._profiler import ProfilerConfig, ProfilerState, _ExperimentalConfig

    found: list[int] = []
    off, memory = False, True
    config = ProfilerConfig(ProfilerState.CPU, off, memory, off, off, off, _ExperimentalConfig())
    _enable_profiler_legacy(config)
    try:
        yield found
    finally:
        events = chain.from_iterable(_disable_profiler_legacy())
        # Torch's stubs call the kind a number; it is a word.
        found.extend(e.cpu_memory_usage() for e in events if str(e.kind()) == "memory_alloc")


def _watching(layouts: list[Layout]) -> AbstractContextManager[object]:
    """Notes the layout of the input of each convolution, layer norm and upsampling."""
    import torch
    from torch._prims_common import suggest_memory_format
    from torch.nn.functional import conv1d, conv2d, interpolate, layer_norm

    def layout(x: Tensor) -> Layout:
        maps = x.dim() == 4  # noqa: PLR2004 - images, channels, height, width
        last = maps and suggest_memory_format(x) is torch.channels_last
        wanted = torch.channels_last if last else torch.contiguous_format
        return Layout(last, not x.is_contiguous(memory_format=wanted))

    def watched(function: Callable[..., Any], *args: Any, **kwargs: Any) -> object:
        if function in (conv1d, conv2d, interpolate):
            layouts.append(layout(args[0]))
        elif function is layer_norm:
            layouts.append(Layout(scattered=not args[0].is_contiguous()))
        return function(*args, **kwargs)

    return calls_through(watched)


def calls_through(call: Callable[..., object]) -> AbstractContextManager[object]:
    """Lets a function make all calls of torch's: it is given each of them, and its arguments."""
    from torch.overrides import TorchFunctionMode

    class Through(TorchFunctionMode):
        def __torch_function__(
            self,
            func: Callable[..., Any],
            types: object,
            args: tuple[Any, ...] = (),
            kwargs: dict[str, Any] | None = None,
        ) -> object:
            return call(func, *args, **(kwargs or {}))

    return Through()
