"""VGG: Simonyan & Zisserman 2014. Depth from 3x3 convolutions alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import act, conv, local_response_norm, max_pool, norm
from archmeter.models.layers.cifar import CIFAR10, CIFAR100, PYTORCH_CIFAR, PYTORCH_CIFAR100
from archmeter.models.layers.classifiers import convolved_classifier, hidden_classifier
from archmeter.models.layers.named_depth import NamedDepthSpec, depth_schema
from archmeter.models.scaling import scale_width
from archmeter.models.spec import Depths, Family, Flag, Paper, Preset, Width

NAMED_DEPTHS: Mapping[int, tuple[int, ...]] = {
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}
"""Weight layers, three of them in the head -> convolutions per stage; Table 1, columns A to E."""


class VGGSpec(NamedDepthSpec):
    """Stages of 3x3 convolutions, each ended by a max pool; hidden layers before the scores."""

    named_depths: ClassVar[str] = "one of " + ", ".join(map(str, NAMED_DEPTHS))

    family: Literal["vgg"] = "vgg"
    depth: Depths = Field(
        default=(2, 2, 3, 3, 3),
        description="Weight layers as in the networks' names, or a list of convolutions per stage.",
        json_schema_extra=depth_schema({"enum": list(NAMED_DEPTHS)}),
    )
    base_width: Width = Field(
        default=64, description="Channels of the first stage; doubles with each."
    )
    max_width: Width = Field(default=512, description="Channels where the doubling ends.")
    norm: Literal["none", "batch", "response"] = Field(
        default="none",
        description="Batch norm after each convolution, or local response norm after the first "
        "(the paper's A-LRN).",
    )
    bias: Flag = Field(default=True, description="Biases in the convolutions.")
    pointwise_from: int = Field(
        default=2049,
        ge=1,
        le=2049,
        description="Convolutions of a stage are 1x1 from this one on; 3 in the paper's column C, "
        "never in the others.",
    )
    head: Literal["linear", "conv", "none"] = Field(  # type: ignore[assignment]  # kinds of it
        default="linear",
        description="The classifier reads a map pooled to its side (torchvision), or its hidden "
        "layers slide over a larger one as convolutions (timm; the paper when it tests); or none: "
        "the output is the maps.",
    )
    head_side: int = Field(
        default=7,
        ge=1,
        le=64,
        description="Side of the maps that the classifier reads; 1 for CIFAR's images.",
    )
    hidden_layers: int = Field(
        default=2,
        ge=0,
        le=2,
        description="Hidden layers of the classifier; none in most networks for CIFAR.",
    )
    hidden_width: Width = Field(default=4096, description="Features of the hidden layers, if any.")
    hidden_norm: Flag = Field(
        default=False, description="Batch norm after the activation of each hidden layer."
    )
    dropout: float = Field(
        default=0.5,
        ge=0,
        lt=1,
        allow_inf_nan=False,
        description="Rate of the dropout after the hidden layers.",
    )

    @classmethod
    def expand_depth(cls, depth: int, fields: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG003
        """Fields that a number of weight layers stands for; none if it stands for nothing."""
        return {"depth": NAMED_DEPTHS[depth]} if depth in NAMED_DEPTHS else {}

    def network(self, x: Tensor) -> Tensor:
        """Stages of convolutions and a pool, then the classifier."""
        first = True
        for i, depth in enumerate(self.depths):
            width = min(self.base_width << i, self.max_width)
            with x.graph.scope(f"stage{i + 1}"):
                for j in range(depth):
                    x = self._layer(x, width, 3 if j + 1 < self.pointwise_from else 1)
                    if first and self.norm == "response":
                        x = local_response_norm(x)
                    first = False
                x = max_pool(x, 2, stride=2)
        classifier = hidden_classifier if self.head == "linear" else convolved_classifier
        return classifier(
            x,
            self.num_classes,
            side=self.head_side,
            hidden=scale_width(self.hidden_width, self.width_multiplier),
            dropout_rate=self.dropout,
            layers=self.hidden_layers,
            normed=self.hidden_norm,
        )

    def _layer(self, x: Tensor, width: int, kernel: int) -> Tensor:
        x = conv(x, scale_width(width, self.width_multiplier), kernel, bias=self.bias)
        return act(norm(x) if self.norm == "batch" else x)


_preset = partial(Preset, VGGSpec)

_SMALL = {"norm": "batch", "head_side": 1}
_TABLE_1 = "Simonyan & Zisserman 2014, Table 1"

FAMILY = Family(
    title="VGG",
    summary="Deep stacks of 3x3 convolutions and nothing else, before a heavy classifier.",
    paper=Paper(
        "Very Deep Convolutional Networks for Large-Scale Image Recognition",
        "Simonyan, Zisserman",
        2014,
        "https://arxiv.org/abs/1409.1556",
    ),
    spec=VGGSpec,
    presets=(
        *(_preset(f"vgg{d}", {"depth": d}, f"{_TABLE_1}; torchvision") for d in NAMED_DEPTHS),
        *(
            _preset(f"vgg{d}_bn", {"depth": d, "norm": "batch"}, "torchvision, timm")
            for d in NAMED_DEPTHS
        ),
        _preset("vgg11_lrn", {"depth": 11, "norm": "response"}, f"{_TABLE_1}, column A-LRN"),
        _preset("vgg16_c", {"depth": 16, "pointwise_from": 3}, f"{_TABLE_1}, column C"),
        *(
            _preset(
                f"vgg{d}_bn_cifar10",
                {"depth": d, **_SMALL, **CIFAR10, "hidden_layers": 0},
                f"{PYTORCH_CIFAR}: no hidden layers",
            )
            for d in NAMED_DEPTHS
        ),
        *(
            _preset(
                f"vgg{d}_bn_cifar100",
                {"depth": d, **_SMALL, **CIFAR100},
                f"{PYTORCH_CIFAR100}: the hidden layers of the paper",
            )
            for d in NAMED_DEPTHS
        ),
    ),
)
