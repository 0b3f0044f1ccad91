"""Networks as plain lists of layers: those of textbooks, few-shot backbones, one's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, TypeAdapter

from archmeter.models.errors import ShapeError
from archmeter.models.graph import Tensor
from archmeter.models.layers.composable.part import Scaling
from archmeter.models.layers.listed.groups import (
    Layers,
    has_repeats,
    refuse_too_deep,
    refuse_too_many,
    unrolled,
)
from archmeter.models.layers.listed.layer import Following, How, Layer, blaming
from archmeter.models.layers.listed.override import changed_layers
from archmeter.models.layers.listed.windows import Pool
from archmeter.models.spec import ArchitectureSpec, Family, Multiplier, Paper, Preset, Resolution

_Layer = Mapping[str, Any] | str
_Listed = Annotated[Layers, AfterValidator(refuse_too_deep)]


def _conv(channels: int, kernel: int, **knobs: object) -> dict[str, Any]:
    return {"kind": "conv", "channels": channels, "kernel": kernel, **knobs}


def _normed(channels: int, kernel: int = 3) -> list[_Layer]:
    """A convolution that keeps the map, without biases, and a norm."""
    return [_conv(channels, kernel, padding="same", bias=False), "batch_norm"]


def _repeat(times: int, *layers: _Layer) -> dict[str, Any]:
    return {"kind": "repeat", "times": times, "layers": list(layers)}


def _linear(features: int) -> dict[str, Any]:
    return {"kind": "linear", "features": features}


_CHANGES: dict[str, Any] = {
    "type": "object",
    "description": "Only the layers to change, by their index counted from 0.",
    "propertyNames": {"pattern": "^[0-9]{1,3}$"},
    "additionalProperties": {
        "anyOf": [
            {"type": "string", "description": "Another layer, by the name of its kind."},
            {"type": "object", "description": "Only the knobs to change, or another layer."},
        ]
    },
}

_SMALL = [
    _repeat(2, *_normed(32), "relu"),
    "max_pool",
    _repeat(2, *_normed(64), "relu"),
    "max_pool",
    "global_average_pool",
    "flatten",
    "linear",
]


class LayersSpec(ArchitectureSpec):
    """Layers one after another, some of them groups of layers; by default, a small network."""

    family: Literal["layers"] = "layers"
    layers: _Listed = Field(
        default=TypeAdapter(Layers).validate_python(_SMALL),
        description="The layers in order, each by the name of its kind or with its knobs; "
        "`residual`, `concat` and `repeat` hold lists themselves.",
    )
    resolution: Resolution = Field(
        default=(32, 32), description="Input side in pixels, or [height, width]."
    )
    num_classes: int = Field(
        default=10,
        ge=0,
        le=1_000_000,
        description="Outputs of the layers whose width is left out; 0 leaves these layers out.",
    )
    depth_multiplier: Multiplier = Field(
        default=1.0,
        description="Multiplies how often repeats repeat, rounding up; a list without any is "
        "refused with another than 1.",
    )

    @classmethod
    def overridden(cls, fields: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
        """A preset's fields with some replaced, or only some of its layers.

        They may be changed by their index: ``{"layers": {"2": {"channels": 8}}}``.
        """
        changes = overrides.get("layers")
        if not isinstance(changes, Mapping):
            return super().overridden(fields, overrides)
        layers = cls.model_validate(dict(fields)).canonical()["layers"]
        return {**fields, **overrides, "layers": changed_layers(layers, changes)}

    @classmethod
    def override_schema(cls, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        """JSON schema of what may stand in place of a preset's field, given that of the field."""
        schema = super().override_schema(name, schema)
        if name != "layers":
            return schema
        return {"description": schema.pop("description"), "anyOf": [schema, _CHANGES]}

    def network(self, x: Tensor) -> Tensor:
        """The layers, in stages that end where maps become smaller, and a head."""
        if self.depth_multiplier != 1 and not has_repeats(self.layers):
            raise ShapeError("nothing repeats in these layers, which have no depth to multiply")
        scaling = Scaling(self.depth_multiplier, self.width_multiplier)
        how = How(scaling, self.num_classes, "layers")
        refuse_too_many(self.layers, how)
        placed, image = list(unrolled(self.layers, how)), x
        for label, part in groupby(zip(placed, _parts(placed), strict=True), lambda one: one[1]):
            if label == "head" and x.graph.headless:
                break
            with x.graph.scope(label):
                for (layer, here), _ in part:
                    with blaming(layer, x, here):
                        x = layer.build(x, here)
        if x is image:
            raise ShapeError("without classes none of these layers is left")
        return x


def _parts(layers: Sequence[tuple[Layer, How]]) -> Iterator[str]:
    """The part of the network that each layer is in.

    A stage begins with a layer that strides, and after a pool that does; what follows the pool
    element by element is still of that stage. The head begins where there are no maps any more.
    """
    stage, pooled, in_head = 0, True, False
    for layer, _ in layers:
        in_head = in_head or layer.is_flat
        if in_head:
            yield "head"
            continue
        follows, pools = isinstance(layer, Following), isinstance(layer, Pool) and layer.strides
        begins = (pooled and not follows) or (layer.strides and not pools)
        if begins or not stage:
            stage += 1
        pooled = pools or (pooled and follows)
        yield f"stage{stage}"


_preset = partial(Preset, LayersSpec)

_LENET5: list[_Layer] = [
    _conv(6, 5),
    "tanh",
    "average_pool",
    _conv(16, 5),
    "tanh",
    "average_pool",
    "flatten",
    _linear(120),
    "tanh",
    _linear(84),
    "tanh",
    "linear",
]


def _residual12(channels: int) -> list[_Layer]:
    """Three convolutions beside a projection, and a pool."""
    body = [*_normed(channels), "leaky_relu", *_normed(channels), "leaky_relu", *_normed(channels)]
    group = {"kind": "residual", "body": body, "shortcut": _normed(channels, 1)}
    return [group, "leaky_relu", "max_pool"]


_RESNET12: list[_Layer] = [
    *(layer for channels in (64, 160, 320, 640) for layer in _residual12(channels)),
    "global_average_pool",
    "flatten",
    "linear",
]
_CONV4: list[_Layer] = [
    _repeat(4, _conv(64, 3, padding="same"), "batch_norm", "relu", "max_pool"),
    "flatten",
    "linear",
]
_KERAS_MLP: list[_Layer] = [
    "flatten",
    _repeat(2, _linear(512), "relu", {"kind": "dropout", "rate": 0.2}),
    "linear",
    "softmax",
]
_KERAS_CONVNET: list[_Layer] = [
    _conv(32, 3),
    "relu",
    "max_pool",
    _conv(64, 3),
    "relu",
    "max_pool",
    "flatten",
    "dropout",
    "linear",
    "softmax",
]
_MNIST = {"in_channels": 1, "resolution": 28}
_EMBEDDING = {"resolution": 84, "num_classes": 0}

FAMILY = Family(
    title="Layers",
    summary="A plain list of layers, with residual groups, branches and repeats.",
    paper=Paper(
        "Gradient-Based Learning Applied to Document Recognition",
        "LeCun, Bottou, Bengio, Haffner",
        1998,
        "https://doi.org/10.1109/5.726791",
    ),
    spec=LayersSpec,
    presets=(
        _preset(
            "lenet5",
            {"layers": _LENET5, "in_channels": 1},
            "LeCun et al. 1998, Fig. 2; each map of C3 reads all of S2, pools have no weights",
        ),
        _preset(
            "resnet12",
            {"layers": _RESNET12, **_EMBEDDING},
            "Lee et al. 2019 (arXiv:1904.03758); github.com/WangYueFt/rfs",
        ),
        _preset(
            "conv4",
            {"layers": _CONV4, **_EMBEDDING},
            "Snell et al. 2017 (arXiv:1703.05175), §3.1; convolutions with biases",
        ),
        _preset("mnist_mlp", {"layers": _KERAS_MLP, **_MNIST}, "Keras' examples: mnist_mlp"),
        _preset(
            "mnist_convnet", {"layers": _KERAS_CONVNET, **_MNIST}, "Keras' examples: mnist_convnet"
        ),
    ),
)
