"""Lists of layers, beside the same list of torch's own modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from tests.differential.counterparts import Pair, counterpart
from tests.differential.drawing import Draw

Made = tuple[list[Any], Callable[[], list[nn.Module]], int]
"""Layers as they are asked for, torch's, and the channels that come out."""


class Sum(nn.Module):
    """A body beside a shortcut."""

    def __init__(self, body: list[nn.Module], shortcut: list[nn.Module]) -> None:
        super().__init__()
        self.body, self.shortcut = nn.Sequential(*body), nn.Sequential(*shortcut)

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + self.shortcut(x)


def convolution(draw: Draw, entering: int) -> Made:
    """A convolution, perhaps with a norm, and an activation."""
    kernel, leaving = draw.of(1, 3, 5), draw.of(8, 16, 24)
    stride, bias, normed = draw.of(1, 1, 2), draw.chance(), draw.chance()
    layer = {
        "kind": "conv",
        "channels": leaving,
        "kernel": kernel,
        "stride": stride,
        "padding": "same",
        "bias": bias,
    }

    def build() -> list[nn.Module]:
        conv = nn.Conv2d(entering, leaving, kernel, stride, kernel // 2, bias=bias)
        return [conv, *([nn.BatchNorm2d(leaving)] if normed else []), nn.ReLU()]

    return [layer, *(["batch_norm"] if normed else []), "relu"], build, leaving


def residual(draw: Draw, entering: int) -> Made:
    """Two convolutions beside a projection."""
    width = draw.of(8, 16)
    body = [
        {"kind": "conv", "channels": width, "padding": "same"},
        "relu",
        {"kind": "conv", "channels": width, "padding": "same"},
    ]
    shortcut = [{"kind": "conv", "channels": width, "kernel": 1}]

    def build() -> list[nn.Module]:
        first = nn.Conv2d(entering, width, 3, padding=1)
        second = nn.Conv2d(width, width, 3, padding=1)
        return [Sum([first, nn.ReLU(), second], [nn.Conv2d(entering, width, 1)])]

    return [{"kind": "residual", "body": body, "shortcut": shortcut}], build, width


def pool(draw: Draw, entering: int) -> Made:
    """A pool that halves the map."""
    if draw.chance():
        return ["max_pool"], lambda: [nn.MaxPool2d(2)], entering
    return ["average_pool"], lambda: [nn.AvgPool2d(2)], entering


@counterpart("layers", "paper", smallest=64)
def lists_of_layers(draw: Draw) -> Pair:
    made: list[Made] = []
    channels = draw.channels
    for _ in range(draw.whole(2, 5)):
        one = draw.of(convolution, convolution, residual, pool)(draw, channels)
        made.append(one)
        channels = one[2]
    hidden = draw.of(0, 32, 100)
    head: list[Any] = ["global_average_pool", "flatten"]
    head += [{"kind": "linear", "features": hidden}, "tanh"] if hidden else []

    def build() -> nn.Module:
        layers = [layer for _, torchs, _ in made for layer in torchs()]
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        layers += [nn.Linear(channels, hidden), nn.Tanh()] if hidden else []
        if draw.classes:
            layers.append(nn.Linear(hidden or channels, draw.classes))
        return nn.Sequential(*layers)

    layers = [layer for ours, _, _ in made for layer in ours]
    return Pair({"layers": [*layers, *head, "linear"]}, build)
