"""Graphs of symbolic tensors: a network described once, with nothing executed.

A `Tensor` is a shape and the operator that made it. Functions that describe networks append
operators; ``+``, ``+=`` and ``*`` do what they say; `block` and `Graph.scope` name what is inside
them, so that every operator has a path such as ``stage3.bottleneck5.conv2``.

A scope is also a call: lowered to torch, each becomes a module whose ``forward`` holds its own
variables. Who holds a tensor, and for how long, follows from the scopes.

Networks repeat themselves, and what repeats is worked out once: equal layers share a `Call`, and a
block called once more as before is copied.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import reduce, wraps
from threading import Lock
from typing import Concatenate, NamedTuple, NoReturn, ParamSpec

from archmeter.models.calls import Call, CallsOf, calls_of, seen
from archmeter.models.errors import GraphTooLarge, ShapeError
from archmeter.models.head import LastPool
from archmeter.models.ops import Input, Op, Shape
from archmeter.models.scope import Scope
from archmeter.models.strides import StrideRules
from archmeter.models.tensor import Tensor

__all__ = [
    "MAX_EXACT",
    "MAX_INPUTS",
    "MAX_OPERATORS",
    "Call",
    "Graph",
    "Scope",
    "Tensor",
    "block",
]

P = ParamSpec("P")

MAX_EXACT = 2**53
"""Counts must survive readers of JSON that keep numbers as doubles."""

MAX_OPERATORS = 50_000
"""ResNet-1202 has 4,300. Beyond this a spec is absurd, or an attack."""

MAX_INPUTS = 250_000
"""Of all operators together: layers that read every layer before them grow with the square."""

FEW_ARGUMENTS = 8
"""Layers that read all before them are never called again as before: it is no use comparing."""

_ALONE = tuple([(back,) for back in range(64)])
"""Sources of operators with one input: graphs share them, for making them would take longer."""


class _Block(NamedTuple):
    """A block as it was described.

    Attributes:
        made: index of its result.
        joined: inputs of those of its operators that have several.
        repeats: whether it came out as it did the time before.
    """

    scope: Scope
    made: int
    joined: int
    repeats: bool


class Graph:
    """A network under construction, then for reading: columns in the order of execution.

    Attributes:
        calls: operators, with the shapes they are applied to.
        sources: for each operator how many places before it each of its inputs was made.
        scopes: the innermost scope that each operator is in.
        ordinals: the how many-th of its label each operator is in its scope.
        reused: for operators that own no weights, by index, the index of who owns what they use.
        copies: scopes of blocks that were copied as wholes, in order.
        here: the innermost scope that is open.
        strides: the rules on strides that operators are adapted to, while there are some.
        copies_blocks: whether a block called once more as before is copied.
        given_up: strides that were given up on the way to a result, by its index, together.
        headless: whether the layers that make an answer of the last maps are left out.
        last_pool: what these layers make of each map, where they do not read it as it is.
        norms_folded: whether norms are folded into the layers before them.

    Raises:
        GraphTooLarge: beyond ``max_operators``, or where sizes are no longer exact.
    """

    def __init__(self, *, max_operators: int = MAX_OPERATORS) -> None:
        self.calls: list[Call] = []
        self.sources: list[tuple[int, ...]] = []
        self.scopes: list[Scope] = []
        self.ordinals: list[int] = []
        self.reused: dict[int, int] = {}
        self.copies: list[Scope] = []
        self.outputs: list[Tensor] = []
        self.root = Scope(self, "", None)
        self.here = self.root
        self.strides: StrideRules | None = None
        self.copies_blocks = True
        self.given_up: dict[int, int] = {}
        self.headless = False
        self.last_pool: LastPool = "mean"
        self.norms_folded = False
        self._tensors: list[Tensor] = []  # made when somebody reads them
        self._lock = Lock()
        self._max_operators = max_operators
        self._joined = 0
        self._calls_of: dict[int, CallsOf] = {}
        self._known_ops: list[Op] = []
        self._known_blocks: dict[tuple[object, ...], _Block] = {}

    @classmethod
    def trace(cls, network: Callable[[Tensor], Tensor], input_shape: Shape) -> Graph:
        """The graph of a function from the input (N, C, H, W) to the output.

        Auxiliary outputs, which the function appends to ``outputs`` itself, follow that one.
        """
        graph = cls()
        try:
            with graph.root:
                graph.outputs.insert(0, network(graph.append(Input(input_shape))))
        finally:
            seen(len(graph.calls))
        return graph

    @property
    def input(self) -> Tensor:
        """The tensor fed to the network."""
        return self.tensors[0]

    @property
    def tensors(self) -> list[Tensor]:
        """What each operator makes."""
        if len(self._tensors) < len(self.calls):
            with self._lock:  # readers in several threads have to find the same tensors
                self._complete_tensors()
        return self._tensors

    def append(self, op: Op, *inputs: Tensor) -> Tensor:
        """Apply an operator.

        Raises:
            ShapeError: if the sizes do not fit, with the path of the operator.
        """
        if self.strides is not None:
            return self.strides.append(self, op, inputs)
        scope, label = self.here, op.label
        index = len(self.calls)
        if index >= self._max_operators:
            self._refuse()
        if len(inputs) == 1:
            (x,) = inputs
            shapes: tuple[Shape, ...] = self.calls[x.index].handed_on
            back = index - x.index
            sources: tuple[int, ...] = _ALONE[back] if back < len(_ALONE) else (back,)
        else:
            shapes = tuple([x.shape for x in inputs])
            sources = tuple([index - x.index for x in inputs])
            self._joined += len(inputs)
            if self._joined > MAX_INPUTS:
                self._refuse()
        known = self._calls_of.get(id(op)) or self._look_up(op)
        call = known.get(shapes) or self._new_call(op, shapes, known)
        names = scope.names
        names[label] = ordinal = names.get(label, 0) + 1
        self.calls.append(call)
        self.sources.append(sources)
        self.scopes.append(scope)
        self.ordinals.append(ordinal)
        return Tensor(self, index, call.shape)

    def as_it_is(self, op: Op, *inputs: Tensor) -> Tensor:
        """Apply an operator whatever the rules on strides say."""
        strides, self.strides = self.strides, None
        try:
            return self.append(op, *inputs)
        finally:
            self.strides = strides

    def keeping_strides(self) -> AbstractContextManager[None]:
        """In here strides stay whatever the rules say: what they make is no map of the network."""
        return nullcontext() if self.strides is None else self.strides.keeping_strides()

    def chain(self, x: Tensor, *ops: Op) -> Tensor:
        """Apply operators one after another, each to what the one before it made.

        Raises:
            ShapeError: if the sizes do not fit, with the path of the operator.
        """
        if self.strides is not None:
            return reduce(lambda made, op: self.append(op, made), ops, x)
        calls, scope, calls_of_op = self.calls, self.here, self._calls_of
        names, ordinals = scope.names, self.ordinals
        start, more = len(calls), len(ops) - 1
        if start + more >= self._max_operators:
            self._refuse()
        shapes = calls[x.index].handed_on
        for op in ops:
            known = calls_of_op.get(id(op)) or self._look_up(op)
            call = known.get(shapes) or self._new_call(op, shapes, known)
            shapes, label = call.handed_on, op.label
            names[label] = ordinal = names.get(label, 0) + 1
            calls.append(call)
            ordinals.append(ordinal)
        back = start - x.index
        self.sources.append(_ALONE[back] if back < len(_ALONE) else (back,))
        self.sources += _ALONE[1:2] * more
        self.scopes += [scope] * (1 + more)
        return Tensor(self, start + more, call.shape)

    def again(self, made: Tensor, x: Tensor) -> Tensor:
        """Apply the operator that made a tensor once more, with the same weights.

        Raises:
            ShapeError: if the weights would need another shape.
        """
        call = self.calls[made.index]
        tensor = self.as_it_is(call.op, x)  # the operator was adapted when it was first applied
        if self.strides is not None:
            self.strides.place_beside(x, tensor)
        self.reused[tensor.index] = self.reused.get(made.index, made.index)
        if self.calls[tensor.index].weights != call.weights:
            raise ShapeError(f"weights for {call.input_shapes[0]} do not fit {x.shape}")
        return tensor

    def scope(self, label: str) -> Scope:
        """A part of the network to be opened by a ``with`` statement."""
        return Scope(self, label, self.here, self.here.next_ordinal(label))

    def apply(
        self, function: Callable[..., Tensor], args: tuple[object, ...], named: dict[str, object]
    ) -> Tensor:
        """The result of a function, in a scope named after it.

        Called with equal arguments, where a tensor counts by its shape and by how far back it was
        made, it appends the same. Once that was seen to be so, it is copied instead.
        """
        start = len(self.calls)
        known: _Block | None = None
        key: tuple[object, ...] = ()
        if len(args) <= FEW_ARGUMENTS and self.copies_blocks:
            given = (*args, *named.values())
            alike = [(start - x.index, x.shape) if isinstance(x, Tensor) else x for x in given]
            at_the_top = self.here is self.root  # stages are there, which number what is in them
            key = (function, at_the_top, *named, *alike)
            try:
                known = self._known_blocks.get(key)
            except TypeError:  # some argument cannot be compared by its value
                key = ()
        if known and known.repeats:
            return self._copy(known)
        joined, beside = self._joined, len(self.outputs) + len(self.reused)
        with self.scope(function.__name__) as scope:
            result = function(*args, **named)
        if key:
            alone = beside == len(self.outputs) + len(self.reused)
            repeats = alone and known is not None and self._are_alike(known, scope, result.index)
            self._known_blocks[key] = _Block(scope, result.index, self._joined - joined, repeats)
        return result

    def replace(self, index: int, op: Op) -> None:
        """Put an operator in the place of one that makes the same shape, where none are copied.

        Raises:
            ShapeError: if it does not fit its input.
        """
        shapes, known = self.calls[index].input_shapes, self._calls(op)
        self.calls[index] = known.get(shapes) or self._new_call(op, shapes, known)

    def path(self, index: int) -> str:
        """Dotted name of an operator."""
        return self.scopes[index].path_of(self.calls[index].op.label, self.ordinals[index])

    def paths(self) -> list[str]:
        """Dotted names of all operators, in order."""
        paths: list[str] = []
        tails: dict[Scope, list[str]] = {}  # of the names inside blocks that were described
        for copy in self.copies:
            if len(paths) < copy.start:
                self._name(paths, copy.start)
            like, path = copy.like, copy.path
            if like not in tails:
                outside = len(like.path)
                tails[like] = [name[outside:] for name in paths[like.start : like.end]]
            paths += [path + tail for tail in tails[like]]
        self._name(paths, len(self.calls))
        return paths

    def _name(self, paths: list[str], end: int) -> None:
        """Append the paths that are missing of the operators before ``end``."""
        inside = slice(len(paths), end)
        here, prefix, names, numbered = None, "", self.root.names, False
        columns = self.scopes[inside], self.calls[inside], self.ordinals[inside]
        for scope, call, ordinal in zip(*columns, strict=True):
            if scope is not here:
                here, names, numbered = scope, scope.names, scope.is_stage
                prefix = f"{scope.path}." if scope.depth else ""
            label = call.op.label
            name = f"{prefix}{label}{ordinal}" if numbered or names[label] > 1 else prefix + label
            paths.append(name)

    def _are_alike(self, block: _Block, scope: Scope, made: int) -> bool:
        """Whether a scope came out like that of a block, taking tensors from as far back."""
        before = block.scope
        here, there = slice(scope.start, scope.end), slice(before.start, before.end)
        if made - scope.start != block.made - before.start or any(
            column[here] != column[there] for column in (self.calls, self.sources, self.ordinals)
        ):
            return False
        scope.like = before
        return True

    def _copy(self, block: _Block) -> Tensor:
        """Append once more what a block appended."""
        scope, made, joined, _ = block
        inside = slice(scope.start, scope.end)
        shift = len(self.calls) - scope.start
        self._joined += joined
        if scope.end + shift > self._max_operators or self._joined > MAX_INPUTS:
            self._refuse()
        here = self.here
        copy = scope.copied(here, here.next_ordinal(scope.label), shift)
        here.adopt(copy)
        self.copies.append(copy)
        self.calls += self.calls[inside]
        self.sources += self.sources[inside]
        self.ordinals += self.ordinals[inside]
        return Tensor(self, made + shift, self.calls[made].shape)

    def _complete_tensors(self) -> None:
        """Make the tensors that are missing, and look up for all what made them."""
        tensors, start = self._tensors, len(self._tensors)
        outputs = {tensor.index: tensor for tensor in self.outputs}
        columns = zip(self.calls[start:], self.sources[start:], self.scopes[start:], strict=True)
        for index, (call, sources, scope) in enumerate(columns, start):
            tensor = outputs.get(index) or Tensor(self, index, call.shape)
            owner = self.reused.get(index)
            tensor.call, tensor.scope = call, scope
            tensor.inputs = tuple([tensors[index - back] for back in sources])
            tensor.reuses = None if owner is None else tensors[owner]
            tensors.append(tensor)

    def _look_up(self, op: Op) -> CallsOf:
        """The calls of an operator; from now on found by its address, cheaper than by its value."""
        self._known_ops.append(op)  # while it is alive, no other operator gets its address
        known = self._calls_of[id(op)] = self._calls(op)
        return known

    def _calls(self, op: Op) -> CallsOf:
        return calls_of(op)

    def _new_call(self, op: Op, shapes: tuple[Shape, ...], known: CallsOf) -> Call:
        """A call that no graph made before."""
        try:
            call = known[shapes] = Call(op, shapes)
        except ShapeError as error:
            path = self.here.path_of(op.label, self.here.next_ordinal(op.label))
            raise ShapeError(error.detail, path=path) from None
        return call

    def _refuse(self) -> NoReturn:
        if self._joined > MAX_INPUTS:
            raise GraphTooLarge(f"the operators have more than {MAX_INPUTS:,} inputs in all")
        raise GraphTooLarge(f"the network has more than {self._max_operators:,} operators")


def block(
    function: Callable[Concatenate[Tensor, P], Tensor],
) -> Callable[Concatenate[Tensor, P], Tensor]:
    """Name everything a function appends after the function."""

    @wraps(function)
    def scoped(x: Tensor, /, *args: P.args, **kwargs: P.kwargs) -> Tensor:
        return x.graph.apply(function, (x, *args), kwargs)

    return scoped
