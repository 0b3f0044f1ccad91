"""AlexNet: Krizhevsky, Sutskever, Hinton 2012, on two GPUs, and the nets that took its name."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from archmeter.models.graph import Tensor
from archmeter.models.layers.basics import act, conv, local_response_norm, max_pool
from archmeter.models.layers.classifiers import hidden_classifier
from archmeter.models.layers.stretch import stretch
from archmeter.models.scaling import scale_width
from archmeter.models.spec import ConvolutionalSpec, Family, Flag, Paper, Preset, Resolution, Width

Widths = Annotated[tuple[Width, ...], Field(min_length=1, max_length=32)]


class AlexNetSpec(ConvolutionalSpec):
    """Large windows first, 3x3 last, overlapping pools between; two hidden layers."""

    family: Literal["alexnet"] = "alexnet"
    stem_width: Width = Field(default=96, description="Channels of the first convolution.")
    stem_kernel: int = Field(
        default=11, ge=1, le=31, description="Window of the first convolution."
    )
    stem_stride: int = Field(default=4, ge=1, le=8, description="Stride of the first convolution.")
    stem_padding: int = Field(
        default=0, ge=0, le=15, description="Zeros around the image; 2 in later nets."
    )
    widths_5x5: Widths = Field(
        default=(256,), description="Channels of each 5x5 convolution after the stem."
    )
    widths_3x3: Widths = Field(
        default=(384, 384, 256), description="Channels of each 3x3 convolution after those."
    )
    groups: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Columns of the network, each on a GPU: groups of the convolutions after the "
        "stem, but for the first 3x3, which sees all columns. Widths are multiples of it.",
    )
    response_norm: Flag = Field(
        default=True, description="Local response norm before the first two pools."
    )
    ceil_pool: Flag = Field(default=False, description="Pools let a last, partial window in.")
    hidden_width: Width = Field(default=4096, description="Features of the two hidden layers.")
    dropout: float = Field(
        default=0.5, ge=0, lt=1, allow_inf_nan=False, description="Rate of the head's dropout."
    )
    dropout_on: Literal["outputs", "inputs"] = Field(
        default="outputs",
        description="Dropout after the hidden layers, or before them (torchvision).",
    )
    resolution: Resolution = Field(
        default=(227, 227), description="Input side in pixels, or [height, width]."
    )

    def network(self, x: Tensor) -> Tensor:
        """Stem, the 5x5 convolutions, the 3x3 convolutions, classifier."""
        with x.graph.scope("stem"):
            x = conv(
                x,
                self._width(self.stem_width),
                self.stem_kernel,
                stride=self.stem_stride,
                padding=self.stem_padding,
                bias=True,
            )
            x = self._pool(self._normed(act(x)))
        with x.graph.scope("stage1"):
            for width in stretch(self.widths_5x5, self.depth_multiplier):
                x = self._layer(x, width, 5, self.groups)
            x = self._pool(self._normed(x))
        with x.graph.scope("stage2"):
            for i, width in enumerate(stretch(self.widths_3x3, self.depth_multiplier)):
                x = self._layer(x, width, 3, self.groups if i else 1)
            x = self._pool(x)
        return hidden_classifier(
            x,
            self.num_classes,
            side=6,
            hidden=scale_width(self.hidden_width, self.width_multiplier),
            dropout_rate=self.dropout,
            drop_inputs=self.dropout_on == "inputs",
        )

    def _layer(self, x: Tensor, width: int, kernel: int, groups: int) -> Tensor:
        return act(conv(x, self._width(width), kernel, groups=groups, bias=True))

    def _width(self, width: int) -> int:
        """Channels of all columns together, scaled; the columns are equally wide."""
        width = scale_width(width, self.width_multiplier)
        return -(-width // self.groups) * self.groups

    def _normed(self, x: Tensor) -> Tensor:
        return local_response_norm(x) if self.response_norm else x

    def _pool(self, x: Tensor) -> Tensor:
        return max_pool(x, 3, stride=2, ceil=self.ceil_pool)


_preset = partial(Preset, AlexNetSpec)

FAMILY = Family(
    title="AlexNet",
    summary="Five convolutions, three linear layers and two GPUs: the start of it all.",
    paper=Paper(
        "ImageNet Classification with Deep Convolutional Neural Networks",
        "Krizhevsky, Sutskever, Hinton",
        2012,
        "https://doi.org/10.1145/3065386",
    ),
    spec=AlexNetSpec,
    presets=(
        _preset("alexnet_grouped", {}, "Krizhevsky et al. 2012, §3.5 and Fig. 2: two GPUs"),
        _preset(
            "alexnet",
            {
                "stem_width": 64,
                "stem_padding": 2,
                "widths_5x5": (192,),
                "widths_3x3": (384, 256, 256),
                "groups": 1,
                "response_norm": False,
                "dropout_on": "inputs",
                "resolution": 224,
            },
            "Krizhevsky 2014 (arXiv:1404.5997), one GPU; torchvision",
        ),
        _preset(
            "alexnet_ungrouped",
            {"groups": 1, "ceil_pool": True, "resolution": 224},
            "pytorchcv: the widths of 2012 on one GPU",
        ),
    ),
)
