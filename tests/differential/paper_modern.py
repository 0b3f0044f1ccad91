"""Visual attention networks, and the road from ResNet to ConvNeXt, written from the papers.

Guo et al. 2022 (arXiv:2202.09741) and Liu et al. 2022 (arXiv:2201.03545, Fig. 2 to 4).
"""

from __future__ import annotations

from math import ceil

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from tests.differential.counterparts import Pair, counterpart
from tests.differential.definitions import Knobs
from tests.differential.drawing import Draw


def depthwise(width: int, kernel: int, dilation: int = 1) -> nn.Sequential:
    """A depthwise convolution that keeps the size of its map; even kernels pad one side more."""
    missing = dilation * (kernel - 1)
    before, after = missing // 2, missing - missing // 2
    conv = nn.Conv2d(width, width, kernel, dilation=dilation, groups=width)
    return nn.Sequential(nn.ZeroPad2d((before, after, before, after)), conv)


class LargeKernel(nn.Module):
    """K x K attention from a (2d-1) depthwise, a dilated ⌈K/d⌉ depthwise and a 1x1; Fig. 2."""

    def __init__(self, width: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.near = depthwise(width, 2 * dilation - 1)
        self.far = depthwise(width, ceil(kernel / dilation), dilation)
        self.mix = nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.mix(self.far(self.near(x)))


class AttentionBlock(nn.Module):
    """y = x + γ1 attend(norm x); y + γ2 mlp(norm y); Fig. 3 (d)."""

    def __init__(self, width: int, expansion: int, knobs: Knobs) -> None:
        super().__init__()
        hidden = width * expansion
        self.norm1, self.norm2 = nn.BatchNorm2d(width), nn.BatchNorm2d(width)
        self.attend = nn.Sequential(
            nn.Conv2d(width, width, 1),
            nn.GELU(),
            LargeKernel(width, knobs["kernel"], knobs["dilation"]),
            nn.Conv2d(width, width, 1),
        )
        self.perceptron = nn.Sequential(
            nn.Conv2d(width, hidden, 1),
            depthwise(hidden, knobs["mlp_kernel"]),
            nn.GELU(),
            nn.Conv2d(hidden, width, 1),
        )
        self.scale1, self.scale2 = (nn.Parameter(torch.ones(width, 1, 1)) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm1(x)
        x = x + self.scale1 * (self.attend(y) + y)
        return x + self.scale2 * self.perceptron(self.norm2(x))


class MapNorm(nn.LayerNorm):
    """Layer norm over the channels of each position of a map."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Mean(nn.Module):
    """Of each map."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


@counterpart("van", "paper", smallest=64, largest=225)
def attention_networks(draw: Draw) -> Pair:
    stages = draw.whole(1, 4)
    knobs: Knobs = {
        "depth": draw.depths(stages, most=2),
        "width": draw.list_of(stages, 16, 24, 32, 40, 64),
        "expansion": draw.list_of(stages, 1, 2, 4, 8),
        "kernel": draw.of(5, 7, 8, 9, 11, 13, 15, 17, 21, 23, 28, 35),
        "dilation": draw.whole(1, 5),
        "mlp_kernel": draw.of(3, 3, 5, 7),
    }

    def build() -> nn.Module:
        layers: list[nn.Module] = []
        entering = draw.channels
        for stage, width in enumerate(knobs["width"]):
            kernel, stride = (3, 2) if stage else (7, 4)
            layers += [
                nn.Conv2d(entering, width, kernel, stride, kernel // 2),
                nn.BatchNorm2d(width),
                *(
                    AttentionBlock(width, knobs["expansion"][stage], knobs)
                    for _ in range(knobs["depth"][stage])
                ),
                MapNorm(width),
            ]
            entering = width
        last = nn.Linear(entering, draw.classes) if draw.classes else nn.Identity()
        return nn.Sequential(*layers, Mean(), last)

    return Pair(knobs, build)


class Step(nn.Module):
    """A block somewhere on the road: three convolutions, and a shortcut."""

    def __init__(self, entering: int, wide: int, stride: int, knobs: Knobs) -> None:
        super().__init__()
        inner, leaving = wide * knobs["expansion"], wide
        if not knobs["inverted"]:
            inner, leaving = leaving, inner
        kernel = knobs["kernel"]
        if knobs["spatial_first"]:
            layers = [(entering, entering, kernel), (entering, inner, 1), (inner, leaving, 1)]
        else:
            layers = [(entering, inner, 1), (inner, inner, kernel), (inner, leaving, 1)]
        spatial = 0 if knobs["spatial_first"] else 1
        parts: list[nn.Module] = []
        for i, (into, out, side) in enumerate(layers):
            is_spatial = i == spatial
            parts += unit(
                (into, out, side),
                knobs,
                stride=stride if is_spatial else 1,
                groups=into if is_spatial and knobs["depthwise"] else 1,
                normed=knobs["norms"] == "all" or is_spatial,
                activated=i == 1 if knobs["activations"] == "one" else i < 2,
            )
        self.branch = nn.Sequential(*parts)
        differs = stride > 1 or entering != leaving
        projection = unit((entering, leaving, 1), knobs, stride=stride) if differs else []
        self.shortcut = nn.Sequential(*projection)
        scaled = knobs["layer_scale"]
        self.scale = nn.Parameter(torch.ones(leaving, 1, 1)) if scaled else None
        self.ends_activated = knobs["activations"] == "all"
        self.leaving = leaving

    def forward(self, x: Tensor) -> Tensor:
        y = self.branch(x)
        y = (y if self.scale is None else self.scale * y) + self.shortcut(x)
        return F.relu(y) if self.ends_activated else y


def unit(
    shape: tuple[int, int, int],
    knobs: Knobs,
    *,
    stride: int = 1,
    groups: int = 1,
    normed: bool = True,
    activated: bool = False,
) -> list[nn.Module]:
    """A convolution, with biases unless a batch norm follows."""
    entering, leaving, kernel = shape
    batch = knobs["norm"] == "batch"
    padding = kernel // 2 if kernel % 2 else 0
    biased = not (normed and batch)
    layers: list[nn.Module] = [
        nn.Conv2d(entering, leaving, kernel, stride, padding, groups=groups, bias=biased)
    ]
    if normed:
        layers.append(nn.BatchNorm2d(leaving) if batch else MapNorm(leaving))
    if activated:
        layers.append(nn.GELU() if knobs["activation"] == "gelu" else nn.ReLU())
    return layers


@counterpart("convnext_roadmap", "paper", draws=60)
def roads(draw: Draw) -> Pair:
    inverted = draw.chance(0.6)
    knobs: Knobs = {
        "depth": draw.depths(draw.of(2, 3, 4)),
        "base_width": draw.of(16, 24, 32, 40),
        "stem": draw.of("conv7", "patchify"),
        "depthwise": draw.chance(0.6),
        "expansion": draw.whole(1, 4),
        "inverted": inverted,
        "spatial_first": inverted and draw.chance(0.6),
        "kernel": draw.of(3, 5, 7, 9, 11),
        "activation": draw.of("relu", "gelu"),
        "activations": draw.of("all", "one"),
        "norms": draw.of("all", "one"),
        "norm": draw.of("batch", "layer"),
        "downsampling": draw.of("block", "separate"),
        "layer_scale": draw.chance(0.4),
    }
    return Pair(knobs, lambda: road(draw, knobs))


def road(draw: Draw, knobs: Knobs) -> nn.Module:
    """A network with some of the steps taken."""
    width, separate = knobs["base_width"], knobs["downsampling"] == "separate"
    if knobs["stem"] == "conv7":
        first = unit((draw.channels, width, 7), knobs, stride=2, activated=True)
        layers = [*first, nn.MaxPool2d(3, 2, 1)]
    else:
        layers = unit((draw.channels, width, 4), knobs, stride=4)
    norm = nn.BatchNorm2d if knobs["norm"] == "batch" else MapNorm
    for stage, depth in enumerate(knobs["depth"]):
        narrow = knobs["base_width"] << stage
        if separate and stage:
            leaving = narrow * (1 if knobs["inverted"] else knobs["expansion"])
            layers += [norm(width), nn.Conv2d(width, leaving, 2, 2)]
            width = leaving
        for i in range(depth):
            stride = 2 if stage and not i and not separate else 1
            layers.append(Step(width, narrow, stride, knobs))
            width = layers[-1].leaving
    layers.append(Mean())
    if separate:
        layers.append(nn.BatchNorm1d(width) if knobs["norm"] == "batch" else nn.LayerNorm(width))
    layers.append(nn.Linear(width, draw.classes) if draw.classes else nn.Identity())
    return nn.Sequential(*layers)
