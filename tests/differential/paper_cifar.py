"""Residual and dense networks for CIFAR images, written from the papers: neither library has them.

He et al. 2015 (arXiv:1512.03385), Zagoruyko & Komodakis 2016 (arXiv:1605.07146) and Huang et al.
2016 (arXiv:1608.06993); attention of Hu et al. 2017 (arXiv:1709.01507) and Woo et al. 2018
(arXiv:1807.06521).
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from tests.differential.counterparts import Pair, counterpart
from tests.differential.definitions import Knobs
from tests.differential.drawing import Draw
from tests.differential.inception import classified


def conv(entering: int, leaving: int, kernel: int = 1, stride: int = 1) -> nn.Conv2d:
    """A convolution without biases that keeps the size of its map, but for the stride."""
    return nn.Conv2d(entering, leaving, kernel, stride, kernel // 2, bias=False)


class SqueezeExcite(nn.Module):
    """x · σ(W2 relu(W1 mean(x))), both layers with biases."""

    def __init__(self, width: int, reduction: int) -> None:
        super().__init__()
        squeezed = max(1, width // reduction)
        self.down, self.up = nn.Linear(width, squeezed), nn.Linear(squeezed, width)

    def gate(self, pooled: Tensor) -> Tensor:
        """What channels are worth, before the sigmoid."""
        return self.up(F.relu(self.down(pooled)))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.gate(x.mean((2, 3))))[:, :, None, None]


class Cbam(SqueezeExcite):
    """Channels by the mean and the maximum of their maps, then positions by those of channels."""

    def __init__(self, width: int, reduction: int) -> None:
        super().__init__(width, reduction)
        self.spatial = nn.Sequential(conv(2, 1, 7), nn.BatchNorm2d(1))

    def forward(self, x: Tensor) -> Tensor:
        channels = self.gate(x.mean((2, 3))) + self.gate(x.amax((2, 3)))
        x = x * torch.sigmoid(channels)[:, :, None, None]
        both = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)
        return x * torch.sigmoid(self.spatial(both))


ATTENTIONS: dict[str, Callable[[int, int], nn.Module]] = {
    "none": lambda *_: nn.Identity(),
    "squeeze_excite": SqueezeExcite,
    "cbam": Cbam,
}


class Residual(nn.Module):
    """relu(attend(F(x)) + shortcut(x)): Fig. 5, with the options A, B and C of §4.1."""

    def __init__(self, entering: int, inner: int, stride: int, knobs: Knobs) -> None:
        super().__init__()
        if knobs["block"] == "basic":
            self.leaving = inner
            layers = [(entering, inner, 3, stride), (inner, inner, 3, 1)]
        else:
            self.leaving = inner * knobs["expansion"]
            first, second = (stride, 1) if knobs["stride_on"] == "1x1" else (1, stride)
            layers = [
                (entering, inner, 1, first),
                (inner, inner, 3, second),
                (inner, self.leaving, 1, 1),
            ]
        parts = [[conv(*layer), nn.BatchNorm2d(layer[1]), nn.ReLU()] for layer in layers]
        self.branch = nn.Sequential(*[part for each in parts for part in each][:-1])
        self.attend = ATTENTIONS[knobs["attention"]](self.leaving, knobs.get("reduction", 1))
        self.stride, self.added = stride, self.leaving - entering
        differs = stride > 1 or self.added
        self.project: nn.Module | None = None
        if knobs["shortcut"] == "C" or (knobs["shortcut"] == "B" and differs):
            projection = conv(entering, self.leaving, 1, stride)
            self.project = nn.Sequential(projection, nn.BatchNorm2d(self.leaving))

    def forward(self, x: Tensor) -> Tensor:
        y = self.attend(self.branch(x))
        if self.project is not None:
            return F.relu(y + self.project(x))
        x = x[:, :, :: self.stride, :: self.stride]
        return F.relu(y + F.pad(x, (0, 0, 0, 0, 0, self.added)))


def scaled(knobs: Knobs, width: int) -> int:
    """A width times its multiplier, to the nearest multiple of 8 that leaves nine tenths of it."""
    multiplier = knobs.get("width_multiplier", 1)
    if multiplier == 1:
        return width
    exact = width * multiplier
    nearest = max(8, int(exact + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * exact else nearest


def residual(draw: Draw, knobs: Knobs, stem: list[nn.Module]) -> nn.Module:
    """Blocks after a stem."""
    layers, width = list(stem), scaled(knobs, knobs["stem_width"])
    for stage, depth in enumerate(knobs["depth"]):
        inner = scaled(knobs, knobs["base_width"] << stage)
        for i in range(ceil(round(depth * knobs.get("depth_multiplier", 1), 9))):
            layers.append(Residual(width, inner, 2 if stage and not i else 1, knobs))
            width = layers[-1].leaving
    return classified(layers, width, draw.classes)


def drawn(draw: Draw, stages: int) -> Knobs:
    """Knobs of residual networks that no library has."""
    kind, attention = (
        draw.of("basic", "bottleneck"),
        draw.of("none", "none", "squeeze_excite", "cbam"),
    )
    width = draw.of(16, 32) if attention != "none" else draw.of(7, 10, 16, 24)
    knobs: Knobs = {
        "depth": draw.depths(stages),
        "base_width": width,
        "block": kind,
        "shortcut": draw.of("A", "A", "B", "C"),
        "attention": attention,
        "stem_width": draw.of(8, 16),
    }
    if attention == "none":
        knobs |= {
            "width_multiplier": draw.of(1, draw.real(0.1, 3)),
            "depth_multiplier": draw.of(1, draw.real(0.3, 3)),
        }
    else:
        knobs["reduction"] = draw.of(2, 4, 8, 16)
    if kind == "bottleneck":
        knobs |= {"expansion": draw.of(1, 2, 4), "stride_on": draw.of("3x3", "1x1")}
    if knobs["shortcut"] == "A":  # pads, and never crops
        knobs["stem_width"] = min(knobs["stem_width"], width)
    return knobs


@counterpart("resnet_cifar", "paper", largest=97)
def cifar_resnets(draw: Draw) -> Pair:
    knobs = drawn(draw, draw.whole(1, 5))

    def build() -> nn.Module:
        width = scaled(knobs, knobs["stem_width"])
        first = [conv(draw.channels, width, 3), nn.BatchNorm2d(width), nn.ReLU()]
        return residual(draw, knobs, first)

    return Pair(knobs, build)


@counterpart("resnet", "paper")
def paper_resnets(draw: Draw) -> Pair:
    knobs = drawn(draw, draw.whole(1, 4))

    def build() -> nn.Module:
        width = scaled(knobs, knobs["stem_width"])
        first = [conv(draw.channels, width, 7, 2), nn.BatchNorm2d(width), nn.ReLU()]
        return residual(draw, knobs, [*first, nn.MaxPool2d(3, 2, 1)])

    return Pair(knobs, build)


class WideBlock(nn.Module):
    """x + W2 relu(norm(W1 relu(norm x))); where shapes differ, a projection of the activated x."""

    def __init__(self, entering: int, leaving: int, stride: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(entering)
        first, second = conv(entering, leaving, 3, stride), conv(leaving, leaving, 3)
        self.branch = nn.Sequential(first, nn.BatchNorm2d(leaving), nn.ReLU(), second)
        differs = stride > 1 or entering != leaving
        self.project = conv(entering, leaving, 1, stride) if differs else None

    def forward(self, x: Tensor) -> Tensor:
        activated = F.relu(self.norm(x))
        shortcut = x if self.project is None else self.project(activated)
        return shortcut + self.branch(activated)


@counterpart("wide_resnet_cifar", "paper", largest=97)
def wide_resnets(draw: Draw) -> Pair:
    knobs = {
        "depth": draw.depths(draw.of(2, 3, 4)),
        "base_width": draw.of(8, 10, 16),
        "widening": draw.whole(1, 6),
        "stem_width": draw.of(8, 16),
    }

    def build() -> nn.Module:
        width = knobs["stem_width"]
        layers: list[nn.Module] = [conv(draw.channels, width, 3)]
        for stage, depth in enumerate(knobs["depth"]):
            leaving = knobs["widening"] * knobs["base_width"] << stage
            for i in range(depth):
                layers.append(WideBlock(width, leaving, 2 if stage and not i else 1))
                width = leaving
        layers += [nn.BatchNorm2d(width), nn.ReLU()]
        return classified(layers, width, draw.classes)

    return Pair(knobs, build)


class DenseLayer(nn.Sequential):
    """[x, F(x)]: channels that are added to all there are."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, super().forward(x)], 1)


@counterpart("densenet_cifar", "paper", largest=97)
def cifar_densenets(draw: Draw) -> Pair:
    knobs = {
        "depth": draw.depths(draw.of(1, 2, 3, 4), most=6),
        "growth_rate": draw.of(3, 6, 12, 17, 24),
        "bottleneck": draw.of(0, 0, 2, 4),
        "compression": draw.of(1, 0.5, 0.3, 0.7, 0.9, 0.55, 0.29, 0.58),
        "stem_width": draw.of(7, 16, 24),
    }

    def build() -> nn.Module:
        width, growth = knobs["stem_width"], knobs["growth_rate"]
        layers: list[nn.Module] = [conv(draw.channels, width, 3)]
        for stage, depth in enumerate(knobs["depth"]):
            if stage:
                kept = floor(knobs["compression"] * width)
                layers += [nn.BatchNorm2d(width), nn.ReLU(), conv(width, kept), nn.AvgPool2d(2)]
                width = kept
            for _ in range(depth):
                layers.append(DenseLayer(*dense(width, growth, knobs["bottleneck"] * growth)))
                width += growth
        layers += [nn.BatchNorm2d(width), nn.ReLU()]
        return classified(layers, width, draw.classes)

    return Pair(knobs, build)


def dense(width: int, growth: int, inner: int) -> list[nn.Module]:
    """A layer's norms, activations and convolutions; §3 and, with a bottleneck, B."""
    reduce = [nn.BatchNorm2d(width), nn.ReLU(), conv(width, inner)] if inner else []
    last = inner or width
    return [*reduce, nn.BatchNorm2d(last), nn.ReLU(), conv(last, growth, 3)]
