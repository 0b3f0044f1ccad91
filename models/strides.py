"""Strides that a network gives up: what rules on them have in common, and how operators do it.

A rule is asked for each operator before it is appended, and told where what is made then lies.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from archmeter.models.errors import ShapeError
from archmeter.models.ops import BlurPool2d, Conv2d, Op, Pad2d, Pair, Subsample
from archmeter.models.ops.pooling import Pool2d
from archmeter.models.tensor import Tensor

if TYPE_CHECKING:
    from archmeter.models.graph import Graph


class Reach(NamedTuple):
    """How maps lie in the image.

    Attributes:
        stride: pixels between neighbours of the map.
        dilation: elements between those that a kernel takes side by side.
        dropped: what the strides that were dropped before would make of it.
        given_up: the same of those that were given up.
    """

    stride: int = 1
    dilation: int = 1
    dropped: int = 1
    given_up: int = 1


class Adapted(NamedTuple):
    """What comes in the place of an operator.

    Attributes:
        op: that one; None where nothing does, and the input is handed on.
        margin: rows and columns that its input is padded by first.
        reach: of what is made.
    """

    op: Op | None
    margin: Pair | None
    reach: Reach


class StrideRule(ABC):
    """Adapts operators to maps that have to stay larger than the network makes them.

    Attributes:
        gives_up_last: whether it is the last strides of a network that are given up.
        given_up: those on the way to a result, by its index, together, where there were any.
    """

    gives_up_last: ClassVar[bool]

    def __init__(self) -> None:
        # By their addresses: a tensor that is handed on lies elsewhere than before.
        self._reaches: dict[int, tuple[Tensor, Reach]] = {}
        self.given_up: dict[int, int] = {}
        self._keeps_strides = False

    @contextmanager
    def keeping_strides(self) -> Iterator[None]:
        """In here no stride is given up: what it makes is no map of the network."""
        self._keeps_strides = True
        try:
            yield
        finally:
            self._keeps_strides = False

    @abstractmethod
    def adapted(self, op: Op, inputs: Sequence[Tensor]) -> Adapted:
        """What comes in the place of an operator that is applied to some tensors."""

    @abstractmethod
    def __str__(self) -> str:
        """What is asked for, in words that follow "with"."""

    def unmet(self) -> str:
        """Why the whole network is not what is asked for, in words; none if it is."""
        return ""

    def reach(self, x: Tensor) -> Reach:
        """How a tensor lies in the image."""
        found = self._reaches.get(id(x))
        return found[1] if found else Reach()

    def place(self, x: Tensor, reach: Reach) -> None:
        """Say how a tensor lies in the image."""
        self._reaches[id(x)] = x, reach
        if reach.given_up > 1:
            self.given_up[x.index] = reach.given_up


class StrideRules:
    """All rules that a network obeys.

    Args:
        rules: in the order in which they are asked.
    """

    def __init__(self, *rules: StrideRule) -> None:
        self.rules = rules

    def append(self, graph: Graph, op: Op, inputs: tuple[Tensor, ...]) -> Tensor:
        """Apply an operator as the rules have it; the input itself where none is left of it.

        Raises:
            ShapeError: if the sizes do not fit, with the path of the operator.
        """
        reaches = []
        for rule in self.rules:
            adapted, margin, reach = rule.adapted(op, inputs)
            reaches.append(reach)
            if adapted is None:
                (x,) = inputs
                made = Tensor(graph, x.index, x.shape)  # which lies elsewhere than x
                self.place_beside(x, made)
                break
            if margin is not None:
                padded = graph.as_it_is(surrounding(margin), *inputs)
                self.place_beside(inputs[0], padded)
                inputs = (padded,)
            op = adapted
        else:
            made = graph.as_it_is(op, *inputs)
        for rule, reach in zip(self.rules, reaches, strict=False):
            rule.place(made, reach)
        return made

    def place_beside(self, x: Tensor, made: Tensor) -> None:
        """Say that a tensor lies in the image as another one does."""
        for rule in self.rules:
            rule.place(made, rule.reach(x))

    @property
    def limited(self) -> bool:
        """Whether strides are given up at the end of the network."""
        return any(rule.gives_up_last for rule in self.rules)

    @contextmanager
    def keeping_strides(self) -> Iterator[None]:
        """In here no rule is obeyed where operators stride."""
        with ExitStack() as kept:
            for rule in self.rules:
                kept.enter_context(rule.keeping_strides())
            yield

    def finish(self, graph: Graph) -> None:
        """Look back on the whole network.

        Raises:
            ShapeError: if it cannot be what a rule asks for.
        """
        for rule in self.rules:
            if unmet := rule.unmet():
                raise ShapeError(unmet)
            graph.given_up.update(rule.given_up)

    def __str__(self) -> str:
        return " and ".join(map(str, self.rules))


def stride_of(op: Op) -> int:
    """Elements that an operator steps by."""
    match op:
        case Conv2d() | Pool2d():
            return max(op.stride)
        case BlurPool2d() | Subsample():
            return op.stride
        case _:
            return 1


def surrounding(size: Pair) -> Pad2d:
    """Zeros that add so many rows and columns on both sides, or crop them; one more at the end."""
    height, width = size
    return Pad2d((width // 2, width - width // 2, height // 2, height - height // 2))
