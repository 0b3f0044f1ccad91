"""Groups of layers: a residual group, branches side by side, and a list that repeats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from archmeter.models.errors import GraphTooLarge, ShapeError
from archmeter.models.graph import MAX_OPERATORS, Tensor
from archmeter.models.layers.basics import concat
from archmeter.models.layers.composable.part import ByName
from archmeter.models.layers.listed.layer import How, Layer, Listed, blaming
from archmeter.models.layers.listed.plain import (
    Activation,
    Dropout,
    Flatten,
    GroupNorm,
    Linear,
    Norm,
    ResponseNorm,
    Softmax,
)
from archmeter.models.layers.listed.windows import (
    AdaptivePool,
    Conv,
    DepthwiseConv,
    GlobalPool,
    Pool,
)

MAX_NESTING = 6
"""Lists inside one another."""


class _Named(ByName):
    """Lets a layer be given by its kind alone, where that layer has no knob that must be given."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The names beside the layers; those of groups are not yet known while they are read."""
        return {"anyOf": [{"type": "string", "enum": _names()}, handler(schema)]}


class Residual(Layer):
    """f(x) + g(x): what a list of layers makes is added to its input, or to what others make."""

    kind: Literal["residual"]
    body: Layers = Field(examples=[["relu"]], description="The layers of f, in order.")
    shortcut: LayersOrNone = Field(
        default=(), description="The layers of g, in order; none for the input itself."
    )

    def lists(self) -> Iterator[tuple[str, Sequence[Any]]]:
        """The lists inside, by their places."""
        yield "body", self.body
        yield "shortcut", self.shortcut

    @property
    def strides(self) -> bool:
        """Whether the map is smaller after it."""
        return any(layer.strides for layer in self.body)

    def build(self, x: Tensor, how: How) -> Tensor:
        """x -> f(x) + g(x), which have to be of one shape."""
        with x.graph.scope("residual"):
            y = chain(x, self.body, how.inside("body"))
            if self.shortcut:
                with x.graph.scope("shortcut"):
                    x = chain(x, self.shortcut, how.inside("shortcut"))
            if y.shape != x.shape:
                body, shortcut = ("x".join(map(str, z.shape[1:])) for z in (y, x))
                raise ShapeError(f"the body makes {body}, and its shortcut {shortcut}")
            return y + x


class Branches(Layer):
    """Lists of layers side by side, whose results are laid one after another along channels."""

    kind: Literal["concat"]
    branches: BranchLists = Field(
        examples=[[["relu"], []]],
        description="A list for each branch, all of which read the same; an empty one hands it on.",
    )

    def lists(self) -> Iterator[tuple[str, Sequence[Any]]]:
        """The lists inside, by their places."""
        for i, branch in enumerate(self.branches):
            yield f"branches.{i}", branch

    @property
    def strides(self) -> bool:
        """Whether the map is smaller after it."""
        return any(layer.strides for branch in self.branches for layer in branch)

    def build(self, x: Tensor, how: How) -> Tensor:
        """(N, C, H, W) -> (N, the channels of all branches, H', W')."""
        made = []
        with x.graph.scope("branches"):
            for place, branch in self.lists():
                with x.graph.scope("branch"):
                    made.append(chain(x, branch, how.inside(place)))
            return concat(*made)


class Repeat(Listed):
    """A list of layers, so many times."""

    kind: Literal["repeat"]
    times: int = Field(
        default=2, ge=1, le=1024, description="How often; multiplied by the depth multiplier."
    )
    layers: Layers = Field(examples=[["relu"]], description="The layers that repeat, in order.")

    def __str__(self) -> str:
        return f"{self.times}x({','.join(map(str, self.layers))})"

    def lists(self) -> Iterator[tuple[str, Sequence[Any]]]:
        """The list inside, by its place."""
        yield "layers", self.layers


AnyLayer = Annotated[
    Conv
    | DepthwiseConv
    | Linear
    | Pool
    | AdaptivePool
    | GlobalPool
    | Norm
    | GroupNorm
    | ResponseNorm
    | Activation
    | Softmax
    | Dropout
    | Flatten
    | Residual
    | Branches
    | Repeat,
    Field(discriminator="kind"),
    _Named(),
]
Layers = Annotated[tuple[AnyLayer, ...], Field(min_length=1, max_length=256)]
LayersOrNone = Annotated[tuple[AnyLayer, ...], Field(min_length=0, max_length=256)]
BranchLists = Annotated[tuple[LayersOrNone, ...], Field(min_length=1, max_length=32)]

for _group in (Residual, Branches, Repeat):
    _group.model_rebuild()


@cache
def _names() -> list[str]:
    """Kinds that have no knob which must be given."""
    union, *_ = get_args(AnyLayer)
    return [
        name
        for layer in get_args(union)
        if all(not its.is_required() or knob == "kind" for knob, its in layer.model_fields.items())
        for name in get_args(layer.model_fields["kind"].annotation)
    ]


def unrolled(layers: Iterable[Any], how: How) -> Iterator[tuple[Layer, How]]:
    """The layers of a list one by one, those that repeat as often as they do."""
    for i, layer in enumerate(layers):
        here = how.inside(i)
        if isinstance(layer, Repeat):
            for _ in range(how.scaling.blocks(layer.times)):
                yield from unrolled(layer.layers, here.inside("layers"))
        else:
            yield layer, here


def chain(x: Tensor, layers: Iterable[Any], how: How) -> Tensor:
    """Layers one after another, each applied to what the one before made.

    Raises:
        ShapeError: where sizes do not fit, as a fault of the innermost layer.
    """
    for layer, here in unrolled(layers, how):
        with blaming(layer, x, here):
            x = layer.build(x, here)
    return x


def operators(layers: Iterable[Any], how: How) -> int:
    """About how many operators a list makes, all of its repeats unrolled."""
    total = 0
    for layer in layers:
        times = how.scaling.blocks(layer.times) if isinstance(layer, Repeat) else 1
        inside = sum(operators(inner, how) for _, inner in lists_in(layer))
        total += times * (inside + (not isinstance(layer, Repeat)))
    return total


def refuse_too_many(layers: Iterable[Any], how: How) -> None:
    """Refuse lists that repeat too often, before they are built.

    Raises:
        GraphTooLarge: if they would.
    """
    if operators(layers, how) > MAX_OPERATORS:
        raise GraphTooLarge(f"the layers are more than {MAX_OPERATORS:,} when repeats are unrolled")


def lists_in(layer: Any) -> Iterator[tuple[str, Sequence[Any]]]:  # noqa: ANN401 - any layer
    """The lists inside a layer, by their places in it."""
    return layer.lists() if isinstance(layer, Residual | Branches | Repeat) else iter(())


def nesting(layers: Iterable[Any]) -> int:
    """How many lists are inside one another, this one included."""
    inside = (nesting(inner) for layer in layers for _, inner in lists_in(layer))
    return 1 + max(inside, default=0)


def refuse_too_deep(layers: Layers) -> Layers:
    """The layers, unless too many lists are inside one another."""
    if nesting(layers) > MAX_NESTING:
        raise PydanticCustomError(
            "too_deep",
            "more than {most} lists of layers are inside one another",
            {"most": MAX_NESTING, "fits": f"{MAX_NESTING} lists inside one another, or fewer"},
        )
    return layers


def has_repeats(layers: Iterable[Any]) -> bool:
    """Whether some of the layers repeat."""
    return any(
        isinstance(layer, Repeat) or any(has_repeats(inner) for _, inner in lists_in(layer))
        for layer in layers
    )
