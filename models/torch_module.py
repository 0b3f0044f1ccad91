"""Lowering: a graph becomes a real ``torch.nn.Module``, a ``torch.fx.GraphModule`` for each scope.

Modules are named as paths are (``stage3.bottleneck5.conv2.weight``). The ``forward`` of each is
generated, readable code that calls the modules inside it, so that tensors live exactly as long as
`analyzers.inference_peak` says. Weights used again belong to the module that used them first.

torch is imported when something is lowered, not before.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import add, getitem, iadd, mul, truediv
from typing import TYPE_CHECKING, Any

from archmeter.models.extras import explained
from archmeter.models.graph import Graph, Scope, Tensor
from archmeter.models.ops import (
    Activation,
    AdaptiveAvgPool2d,
    Add,
    Amax,
    AvgPool2d,
    BatchNorm2d,
    BlurPool2d,
    ChannelShuffle,
    Concat,
    Contiguous,
    Conv1d,
    Conv2d,
    Div,
    Dropout,
    Expand,
    Flatten,
    GroupNorm,
    Input,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    Lookup,
    MatMul,
    Maximum,
    MaxPool2d,
    Mean,
    Mul,
    Pad2d,
    PadChannels,
    Permute,
    RelativePositions,
    Reshape,
    Roll,
    Rsqrt,
    Scale,
    ScaledDotProductAttention,
    Select,
    Shift,
    Slice,
    Softmax,
    Square,
    Subsample,
    Sum,
    Variance,
    VectorNorm,
    WindowMask,
)
from archmeter.models.torch_composites import blur_pool, standardized
from archmeter.models.torch_functions import expand, matmul_by_rows, relative_positions, window_mask

if TYPE_CHECKING:
    from torch import fx, nn


@explained()
def to_torch(graph: Graph) -> fx.GraphModule:
    """A module that computes what the graph describes, with freshly initialised weights."""
    return _Lowering(graph).scope(graph.root)


def source(module: nn.Module) -> str:
    """The generated ``forward`` of a lowered module and of each distinct module inside it."""
    from torch import fx

    codes: dict[str, str] = {}
    for name, part in module.named_modules():
        if isinstance(part, fx.GraphModule):
            codes.setdefault(part.code.strip(), name or type(module).__name__)
    return "\n\n\n".join(f"# {name}\n{code}" for code, name in codes.items()) + "\n"


class _Lowering:
    """State of one lowering: how long each tensor is needed, and the modules made so far."""

    def __init__(self, graph: Graph) -> None:
        self._tensors = graph.tensors
        self._outputs = graph.outputs
        self._modules: dict[Tensor, nn.Module] = {}
        self._last_use = list(range(len(graph.tensors)))
        for tensor in graph.tensors:
            for x in tensor.inputs:
                self._last_use[x.index] = tensor.index
        for output in graph.outputs:
            self._last_use[output.index] = len(graph.tensors)

    def scope(self, scope: Scope) -> fx.GraphModule:
        """A module that takes what the scope uses from before it and returns what is used after."""
        from torch import fx, nn

        code = fx.Graph()
        parts = nn.Module()
        inner: dict[str, nn.Module] = {}
        taken = self._taken(scope)
        names = ["x"] if len(taken) == 1 else [f"x{i}" for i in range(1, len(taken) + 1)]
        values = {x: code.placeholder(name) for x, name in zip(taken, names, strict=True)}
        for item in self._contents(scope):
            if isinstance(item, Scope):
                name = _name(item)
                inner[name] = self.scope(item)
                parts.add_module(name, nn.Identity())
                made = self._handed_out(item)
                result = code.call_module(name, tuple(values[x] for x in self._taken(item)))
                if len(made) == 1:
                    values[made[0]] = result
                else:
                    values.update(
                        (tensor, code.call_function(getitem, (result, i)))
                        for i, tensor in enumerate(made)
                    )
            elif isinstance(item.op, Input):
                values[item] = code.placeholder("x")
            else:
                values[item] = self._operator(item, code, parts, values)
        results = [values[tensor] for tensor in self._handed_out(scope)]
        code.output(results[0] if len(results) == 1 else tuple(results))
        module = fx.GraphModule(parts, code, class_name=_class_name(scope))
        # Only now: to make a module compiles all that are in it once more.
        for name, part in inner.items():
            setattr(module, name, part)
        code.owning_module = None  # or each would hold the other, and the weights with them
        return module

    def _operator(
        self, tensor: Tensor, code: fx.Graph, parts: nn.Module, values: dict[Tensor, fx.Node]
    ) -> fx.Node:
        """A call of a module, or of a function where there is nothing to own or to configure."""
        inputs = tuple(values[x] for x in tensor.inputs)
        name = _name(tensor)
        if tensor.op.is_weight:
            return self._weight(tensor, code, parts)
        call = _function(tensor, inputs)
        if call is not None:
            kind, target, arguments, keywords = call
            return code.create_node(kind, target, arguments, keywords, name)
        owner = tensor.reuses or tensor
        if owner.scope is tensor.scope:
            name = _name(owner)
        if owner not in self._modules:
            self._modules[owner] = _module(owner)
        parts.add_module(name, self._modules[owner])
        return code.call_module(name, inputs)

    def _weight(self, tensor: Tensor, code: fx.Graph, parts: nn.Module) -> fx.Node:
        """A weight that belongs to the scope's module itself."""
        import torch

        name = _name(tensor)
        match tensor.op:
            case RelativePositions(window=window):
                parts.register_buffer(name, relative_positions(window))
            case WindowMask() as op:
                parts.register_buffer(name, window_mask(op.map_size, op.window, op.shift))
            case _:
                parts.register_parameter(name, torch.nn.Parameter(torch.ones(tensor.shape)))
        return code.get_attr(name)

    def _contents(self, scope: Scope) -> Iterator[Tensor | Scope]:
        """Operators and scopes directly inside a scope, in the order of execution."""
        index = scope.start
        for child in scope.children:
            yield from self._tensors[index : child.start]
            yield child
            index = child.end
        yield from self._tensors[index : scope.end]

    def _taken(self, scope: Scope) -> list[Tensor]:
        """Tensors from before a scope that are used in it, in the order of first use."""
        used = (x for t in self._tensors[scope.start : scope.end] for x in t.inputs)
        return list(dict.fromkeys(x for x in used if x.index < scope.start))

    def _handed_out(self, scope: Scope) -> list[Tensor]:
        """Tensors of a scope that are used after it; of the whole network, its outputs."""
        if not scope.depth:
            return self._outputs
        inside = self._tensors[scope.start : scope.end]
        return [tensor for tensor in inside if self._last_use[tensor.index] >= scope.end]


def _class_name(scope: Scope) -> str:
    return scope.label.title().replace("_", "") or "Network"


def _name(part: Tensor | Scope) -> str:
    """Name of an operator or a scope inside the scope around it."""
    return part.path.rpartition(".")[-1]


FunctionCall = tuple[str, Any, tuple[Any, ...], dict[str, Any]]
"""How fx writes a call: kind of node, function or name of a method, arguments, keywords."""


def _function(tensor: Tensor, x: tuple[fx.Node, ...]) -> FunctionCall | None:
    """The function that an operator calls, if there is nothing to own and so no module."""
    import torch
    from torch.nn.functional import pad, scaled_dot_product_attention

    match tensor.op:
        case Add(inplace=inplace):
            return "call_function", iadd if inplace else add, x, {}
        case Mul():
            return "call_function", mul, x, {}
        case Div():
            return "call_function", truediv, x, {}
        case Maximum():
            return "call_function", torch.maximum, x, {}
        case Square():
            return "call_method", "square", x, {}
        case Rsqrt():
            return "call_method", "rsqrt", x, {}
        case Shift(constant=constant):
            return "call_function", add, (*x, constant), {}
        case Scale(constant=constant):
            return "call_function", mul, (*x, constant), {}
        case Softmax(dim=dim):
            return "call_method", "softmax", (*x, dim), {}
        case MatMul(transposed=True):
            return "call_function", matmul_by_rows, x, {}
        case MatMul():
            return "call_function", torch.matmul, x, {}
        case ScaledDotProductAttention():
            return "call_function", scaled_dot_product_attention, x, {}
        case Lookup():
            return "call_function", getitem, x, {}
        case Expand():
            return "call_function", expand, x, {}
        case Contiguous():
            keywords = {"memory_format": torch.contiguous_format}
            return "call_method", "clone", x, keywords
        case Roll(shifts=shifts):
            return "call_method", "roll", (*x, shifts, (1, 2)), {}
        case Select(dim=dim, index=index):
            return "call_method", "select", (*x, dim, index), {}
        case Sum(dim=dim):
            return "call_method", "sum", (*x, dim), {}
        case VectorNorm(dims=dims):
            return "call_method", "norm", x, {"p": 2, "dim": dims, "keepdim": True}
        case Permute(dims=dims):
            return "call_method", "permute", (*x, *dims), {}
        case Slice(dim=dim, start=start, stop=stop):
            return "call_method", "narrow", (*x, dim, start, stop - start), {}
        case Pad2d(sides=sides, channels_last=channels_last):
            return "call_function", pad, (*x, (0, 0, *sides) if channels_last else sides), {}
        case Concat(dim=dim):
            return "call_function", torch.cat, (x, dim), {}
        case Flatten():
            return "call_function", torch.flatten, (*x, 1), {}
        case Reshape(size=size):
            return "call_method", "view", (*x, -1, *size), {}
        case Mean(dims=dims):
            return "call_method", "mean", (*x, dims), {"keepdim": True}
        case Variance(dims=dims):
            return "call_method", "var", (*x, dims), {"keepdim": True}
        case Amax(dims=dims):
            return "call_method", "amax", (*x, dims), {"keepdim": True}
        case Subsample(stride=stride):
            every = slice(None, None, stride)
            return "call_function", getitem, (*x, (slice(None), slice(None), every, every)), {}
        case PadChannels(extra=extra):
            return "call_function", pad, (*x, (0, 0, 0, 0, 0, extra)), {}
        case _:
            return None


def _module(tensor: Tensor) -> nn.Module:
    """The torch module that the operator is."""
    from torch import nn

    channels = tensor.inputs[0].shape[1]
    match tensor.op:
        case Conv2d() as op:
            conv = nn.Conv2d(
                channels,
                op.out_channels,
                op.kernel,
                op.stride,
                op.padding,
                op.dilation,
                op.groups,
                op.bias,
            )
            return standardized(conv) if op.standardized else conv
        case BlurPool2d() as op:
            return blur_pool(op, channels)
        case Conv1d() as op:
            return nn.Conv1d(channels, op.out_channels, op.kernel, padding=op.padding, bias=False)
        case Linear() as op:
            return nn.Linear(tensor.inputs[0].shape[-1], op.out_features, op.bias)
        case BatchNorm2d():
            return nn.BatchNorm2d(channels)
        case GroupNorm() as op:
            return nn.GroupNorm(op.groups, channels)
        case LayerNorm():
            return nn.LayerNorm(tensor.shape[-1])
        case LocalResponseNorm() as op:
            return nn.LocalResponseNorm(op.neighbours)
        case Activation() as op:
            return _activation(op)
        case MaxPool2d() as op:
            return nn.MaxPool2d(op.kernel, op.stride, op.padding, ceil_mode=op.ceil)
        case AvgPool2d() as op:
            return nn.AvgPool2d(
                op.kernel,
                op.stride,
                op.padding,
                ceil_mode=op.ceil,
                count_include_pad=op.count_padding,
            )
        case AdaptiveAvgPool2d() as op:
            return nn.AdaptiveAvgPool2d(op.size)
        case ChannelShuffle() as op:
            return nn.ChannelShuffle(op.groups)
        case Dropout() as op:
            return nn.Dropout(op.rate)
        case op:
            raise TypeError(f"{type(op).__name__} has no counterpart in torch")


def _activation(op: Activation) -> nn.Module:
    from torch import nn

    match op.kind:
        case "relu":
            return nn.ReLU(inplace=op.inplace)
        case "relu6":
            return nn.ReLU6(inplace=op.inplace)
        case "leaky_relu":
            return nn.LeakyReLU(0.1, inplace=op.inplace)
        case "mish":
            return nn.Mish(inplace=op.inplace)
        case "silu":
            return nn.SiLU(inplace=op.inplace)
        case "hardswish":
            return nn.Hardswish(inplace=op.inplace)
        case "hardsigmoid":
            return nn.Hardsigmoid(inplace=op.inplace)
        case "gelu":
            return nn.GELU()
        case "gelu_tanh":
            return nn.GELU(approximate="tanh")
        case "sigmoid":
            return nn.Sigmoid()
        case "tanh":
            return nn.Tanh()
