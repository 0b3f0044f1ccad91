"""A network as a Python file that needs nothing but torch: readable, runnable, self-contained.

What is written is what `models.torch_module` lowers: a class for each distinct scope, whose
``forward`` is the generated code and whose constructor makes the layers. Scopes that differ in
numbers alone share a class, and the numbers become arguments of its constructor.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from archmeter.models import torch_functions
from archmeter.models.extras import explained
from archmeter.models.graph import Graph
from archmeter.models.ops import Conv2d, Linear, Op
from archmeter.models.torch_buffers import buffer_of
from archmeter.models.torch_forward import readable_forward
from archmeter.models.torch_module import to_torch

if TYPE_CHECKING:
    from torch import fx, nn

_WIDTH = 100

_SQUARE = frozenset({"kernel_size", "stride", "padding", "dilation", "normalized_shape"})
"""Arguments that may be one number for all dimensions."""

_PLACEMENT = frozenset({"device", "dtype"})

_KERNEL = "nn.Parameter(nn.init.kaiming_uniform_(torch.empty({}), a=5**0.5))"


@explained()
def torch_source(graph: Graph, title: str) -> str:
    """The Python file of a network, with a class called ``Network``.

    Its modules have the names, and its weights the shapes, of those that `to_torch` makes.

    Args:
        graph: the network.
        title: what it is, for the first line.
    """
    import torch

    with torch.device("meta"):
        module = to_torch(graph)
    return _Writer(graph).file(module, title)


class _Part(NamedTuple):
    """Something that a constructor makes.

    Attributes:
        name: of the attribute.
        statement: how it is made, with a place for each number: ``self.fc = nn.Linear({}, {})``.
        names: what the places are called.
        numbers: what stands there, as it is written.
        made_from: the class, of a scope; its places follow when its arguments are known.
        number: the how many-th object of that class it is.
    """

    name: str
    statement: str
    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    made_from: _Class | None = None
    number: int = 0

    @property
    def pattern(self) -> tuple[object, ...]:
        """Equal where numbers alone differ."""
        return self.name, self.statement, self.names, self.made_from


@dataclass(eq=False)
class _Class:
    """A class, and every scope that is an object of it.

    Attributes:
        objects: for each of them what its constructor makes.
        arguments: names of the constructor's arguments, by their value in every object.
    """

    name: str
    forward: str
    objects: list[list[_Part]] = field(default_factory=list)
    arguments: dict[tuple[str, ...], str] = field(default_factory=dict)

    def settle(self) -> None:
        """Make arguments of what differs between objects; what always agrees is one argument.

        The classes of what is inside have to be settled.
        """
        for parts in self.objects:
            parts[:] = map(_constructed, parts)
        for alike in zip(*self.objects, strict=True):
            columns = zip(*(part.numbers for part in alike), strict=True)
            for name, numbers in zip(alike[0].names, columns, strict=True):
                if len(set(numbers)) > 1:
                    self.arguments.setdefault(numbers, f"{alike[0].name}_{name}")

    def text(self, ties: Iterable[str] = ()) -> str:
        """The class as it stands in the file."""
        arguments = ["self", *self.arguments.values()]
        lines = [
            *_wrapped("    def __init__(", arguments, "):"),
            "        super().__init__()",
        ]
        for i, part in enumerate(self.objects[0]):
            columns = zip(*(parts[i].numbers for parts in self.objects), strict=True)
            given = [self.arguments.get(numbers, numbers[0]) for numbers in columns]
            lines.append(f"        {part.statement.format(*given)}")
        lines += [f"        {tie}" for tie in ties]
        forward = "\n".join(f"    {line}" for line in self.forward.splitlines())
        return f"class {self.name}(nn.Module):\n" + "\n".join(lines) + f"\n\n{forward}\n"


class _Writer:
    """State of one file: its classes, and the helpers that they call."""

    def __init__(self, graph: Graph) -> None:
        self._input_shape = graph.input.shape
        self._ops: dict[str, Op] = {tensor.path: tensor.op for tensor in graph.tensors}
        self._classes: dict[tuple[object, ...], _Class] = {}
        self._names = {"Network", "functional", "nn", "torch"}
        self._helpers: set[str] = set()
        self._owners: dict[nn.Module, str] = {}
        self._ties: list[str] = []

    def file(self, module: fx.GraphModule, title: str) -> str:
        """The whole text."""
        network, _ = self._class_of(module, "")
        for found in self._classes.values():  # from the inside out
            found.settle()
        helpers = [_helper_text(name) for name in _needed(self._helpers)]
        inner = [found.text() for found in self._classes.values() if found is not network]
        classes = [*helpers, *inner, network.text(self._ties)]
        functional = any("functional." in text for text in classes)
        shape = ", ".join(map(str, self._input_shape))
        head = [
            f'"""{_one_line(title)}."""',
            "",
            "import torch",
            "from torch import nn",
            *(["from torch.nn import functional"] if functional else []),
            "",
        ]
        run = f'if __name__ == "__main__":\n    print(Network()(torch.randn({shape})))\n'
        return "\n\n".join(["\n".join(head), *classes, run])

    def _class_of(self, module: fx.GraphModule, path: str) -> tuple[_Class, int]:
        """The class of a scope, and the how many-th of its objects that is."""
        parts = [*self._weights(module, path), *self._layers(module, path)]
        forward = readable_forward(module)
        self._helpers |= forward.helpers
        kind = type(module).__name__
        key = kind, forward.text, *(part.pattern for part in parts)
        found = self._classes.get(key)
        if found is None:
            name = self._unique(kind) if path else "Network"
            found = self._classes[key] = _Class(name, forward.text)
        found.objects.append(parts)
        return found, len(found.objects) - 1

    def _layers(self, module: fx.GraphModule, path: str) -> Iterator[_Part]:
        from torch import fx

        for name, child in module.named_children():
            inside = f"{path}.{name}" if path else name
            if isinstance(child, fx.GraphModule):
                found, number = self._class_of(child, inside)
                yield _Part(name, f"self.{name} = ", made_from=found, number=number)
                continue
            yield _layer(name, child)
            owner = self._owners.setdefault(child, inside)
            if owner != inside:  # weights that are used again in another scope
                self._ties.append(f"self.{inside} = self.{owner}")

    def _weights(self, module: fx.GraphModule, path: str) -> Iterator[_Part]:
        """What a scope owns itself, without a layer."""
        is_kernel = isinstance(self._ops.get(path), Conv2d | Linear)
        for name, weight in module.named_parameters(recurse=False):
            made = _KERNEL if is_kernel and name == "weight" else "nn.Parameter(torch.ones({}))"
            yield _Part(name, f"self.{name} = {made}", ("shape",), (str(tuple(weight.shape)),))
        for name, buffer in module.named_buffers(recurse=False):
            op = self._ops.get(f"{path}.{name}" if path else name) or self._ops[path]
            fixed = buffer_of(op, tuple(buffer.shape))
            if fixed is None:
                raise TypeError(f"nothing writes the buffer of {type(op).__name__}")
            helper, given = fixed.helper.__name__, fixed.arguments
            self._helpers.add(helper)
            places = ", ".join(["{}"] * len(given))
            statement = f'self.register_buffer("{name}", {helper}({places}))'
            yield _Part(name, statement, tuple(given), tuple(map(repr, given.values())))

    def _unique(self, kind: str) -> str:
        names = (f"{kind}{number}" for number in ("", *range(2, len(self._names) + 3)))
        name = next(name for name in names if name not in self._names)
        self._names.add(name)
        return name


def _layer(name: str, layer: nn.Module) -> _Part:
    """A layer of torch, made with whatever is not its default.

    Constructors keep their arguments as attributes, or make a weight of them.
    """
    from torch import nn

    given: list[tuple[str, str, str]] = []
    for argument in inspect.signature(type(layer)).parameters.values():
        if argument.name in _PLACEMENT or argument.kind is not argument.POSITIONAL_OR_KEYWORD:
            continue
        value = getattr(layer, argument.name)
        if isinstance(value, nn.Parameter) or (value is None and argument.default is True):
            value = value is not None
        if argument.name in _SQUARE and isinstance(value, tuple) and len(set(value)) == 1:
            value = value[0]
        if argument.default is argument.empty:
            given.append((argument.name, "{}", repr(value)))
        elif value != argument.default:
            given.append((argument.name, f"{argument.name}={{}}", repr(value)))
    places = ", ".join(place for _, place, _ in given)
    statement = f"self.{name} = nn.{type(layer).__name__}({places})"
    return _Part(name, statement, tuple(n for n, _, _ in given), tuple(v for _, _, v in given))


def _constructed(part: _Part) -> _Part:
    """A part that is an object of a class, with the arguments that this takes."""
    found = part.made_from
    if found is None:
        return part
    numbers = tuple(values[part.number] for values in found.arguments)
    places = ", ".join(["{}"] * len(numbers))
    return part._replace(
        statement=f"self.{part.name} = {found.name}({places})",
        names=tuple(found.arguments.values()),
        numbers=numbers,
    )


def _needed(helpers: Iterable[str]) -> list[str]:
    """Helpers, and those that they call themselves."""
    found: set[str] = set()
    waiting = [*helpers]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            nodes = ast.walk(_function(name))
            names = {node.id for node in nodes if isinstance(node, ast.Name)}
            beside = vars(torch_functions)
            waiting += [name for name in names if inspect.isfunction(beside.get(name))]
    return sorted(found)


def _helper_text(name: str) -> str:
    """A function of `models.torch_functions`, as part of a file that imports torch itself."""
    function = _function(name)
    function.body = [node for node in function.body if not isinstance(node, ast.Import)]
    for argument in function.args.args:
        argument.annotation = None
    function.returns = None
    return ast.unparse(function) + "\n"


def _function(name: str) -> ast.FunctionDef:
    (function,) = ast.parse(inspect.getsource(getattr(torch_functions, name))).body
    assert isinstance(function, ast.FunctionDef)  # noqa: S101 - it is the source of one
    return function


def _wrapped(start: str, items: list[str], end: str) -> list[str]:
    """One line, or a line for each item where that would be too long."""
    line = start + ", ".join(items) + end
    if len(line) <= _WIDTH:
        return [line]
    return [start, *(f"        {item}," for item in items), f"    {end}"]


def _one_line(text: str) -> str:
    """Text that cannot end the string it stands in."""
    return " ".join(text.replace("\\", " ").replace('"', "'").split())
