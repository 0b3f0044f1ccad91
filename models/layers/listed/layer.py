"""What all layers of a list have in common, and what is known where they are built."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor
from archmeter.models.layers.composable.part import Part, Scaling
from archmeter.models.ops import Op


class How(NamedTuple):
    """What is known where a layer is built.

    Attributes:
        scaling: the universal multipliers of the network.
        classes: outputs of layers whose width is left out; 0 leaves them out.
        place: where in the spec the layer stands, such as ``layers.3.body.1``.
    """

    scaling: Scaling
    classes: int
    place: str

    def inside(self, *steps: str | int) -> How:
        """The same for what stands inside."""
        return self._replace(place=".".join(map(str, (self.place, *steps))))


class Listed(Part, ABC):
    """Anything that may stand in a list of layers.

    ``strides`` says whether the map is smaller after it; ``is_flat`` whether features come out of
    it, or maps of one element: then it belongs to the head.
    """

    kind: str

    def __str__(self) -> str:
        return self.kind

    @property
    def strides(self) -> bool:
        """Whether it steps over elements of the map."""
        return False

    @property
    def is_flat(self) -> bool:
        """Whether features come out of it, or one element of each map."""
        return False


class Layer(Listed):
    """One layer, or a group of layers that is one."""

    @abstractmethod
    def build(self, x: Tensor, how: How) -> Tensor:
        """The layer, applied to a tensor."""


class Following(Layer):
    """A layer that works on what the one before it made, element by element or as a norm."""


def applied(x: Tensor, op: Op) -> Tensor:
    """The result of one operator."""
    return x.graph.append(op, x)


@contextmanager
def blaming(layer: Part, x: Tensor, how: How) -> Iterator[None]:
    """Make sizes that do not fit a fault of the innermost layer that they are a fault of."""
    try:
        yield
    except ShapeError as error:
        if error.field is not None:
            raise
        told = ShapeError(error.detail, path=how.place)
        told.field, told.value = how.place, layer.model_dump(mode="json")
        told.accepted = f"what fits its input of {'x'.join(map(str, x.shape[1:]))}"
        raise told from None
