"""Lowering: a graph becomes a real ``torch.nn.Module``, a ``torch.fx.GraphModule`` for each scope.

Modules are named as paths are (``stage3.bottleneck5.conv2.weight``). The ``forward`` of each is
generated, readable code that calls the modules inside it, so that tensors live exactly as long as
`analyzers.inference_peak` says. Weights used again belong to the module that used them first.

torch is imported when something is lowered, not before.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import getitem
from typing import TYPE_CHECKING

from archmeter.models.extras import explained
from archmeter.models.graph import Graph, Scope, Tensor
from archmeter.models.ops import Input
from archmeter.models.torch_buffers import buffer_of
from archmeter.models.torch_operators import call_of, module_of

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
        call = call_of(tensor.op, inputs)
        if call is not None:
            kind, target, arguments, keywords = call
            return code.create_node(kind, target, arguments, keywords, name)
        owner = tensor.reuses or tensor
        if owner.scope is tensor.scope:
            name = _name(owner)
        if owner not in self._modules:
            self._modules[owner] = module_of(owner.op, owner.inputs[0].shape)
        parts.add_module(name, self._modules[owner])
        return code.call_module(name, inputs)

    def _weight(self, tensor: Tensor, code: fx.Graph, parts: nn.Module) -> fx.Node:
        """A weight that belongs to the scope's module itself."""
        import torch

        name = _name(tensor)
        buffer = buffer_of(tensor.op, tensor.shape)
        if buffer is None:
            parts.register_parameter(name, torch.nn.Parameter(torch.ones(tensor.shape)))
        else:
            parts.register_buffer(name, buffer.made())
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
