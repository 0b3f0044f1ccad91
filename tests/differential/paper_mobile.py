"""ShuffleNet, SqueezeNet and BN-Inception, written from the papers.

Zhang et al. 2017 (arXiv:1707.01083), Iandola et al. 2016 (arXiv:1602.07360), Ioffe & Szegedy 2015
(arXiv:1502.03167).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from tests.differential.counterparts import Pair, counterpart
from tests.differential.definitions import Knobs
from tests.differential.drawing import Draw
from tests.differential.inception import classified
from tests.differential.paper_cifar import SqueezeExcite


def unit(entering: int, leaving: int, kernel: int = 1, stride: int = 1) -> nn.Sequential:
    """relu(norm(W x))."""
    conv = nn.Conv2d(entering, leaving, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(leaving), nn.ReLU())


class ShuffleUnit(nn.Module):
    """Grouped 1x1, depthwise 3x3, grouped 1x1: Fig. 2. The shuffle moves channels, and is free."""

    def __init__(self, entering: int, leaving: int, stride: int, groups: int, knobs: Knobs) -> None:
        super().__init__()
        inner = leaving // 4
        added = leaving - entering if stride == 2 else leaving
        self.stride = stride
        self.branch = nn.Sequential(
            nn.Conv2d(entering, inner, 1, groups=groups, bias=False),
            nn.BatchNorm2d(inner),
            nn.ReLU(),
            nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False),
            nn.BatchNorm2d(inner),
            nn.Conv2d(inner, added, 1, groups=knobs["groups"], bias=False),
            nn.BatchNorm2d(added),
        )
        squeezed = knobs["attention"] == "squeeze_excite"
        self.attend = SqueezeExcite(added, knobs["reduction"]) if squeezed else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        y = self.attend(self.branch(x))
        if self.stride == 1:
            return F.relu(x + y)
        return F.relu(torch.cat([F.avg_pool2d(x, 3, 2, 1), y], 1))


@counterpart("shufflenet_v1", "paper")
def shufflenets(draw: Draw) -> Pair:
    groups = draw.of(1, 2, 4, 8)
    knobs: Knobs = {
        "depth": draw.depths(draw.of(2, 3), most=4),
        "groups": groups,
        "group_width": draw.of(4, 8, 12, 20),
        "stem_width": groups * draw.of(1, 2, 3),
        "first_grouped": draw.chance(0.3),
        "attention": draw.of("none", "none", "squeeze_excite"),
        "reduction": draw.of(2, 4),
    }
    entry = 4 * groups * knobs["group_width"] - knobs["stem_width"]
    if entry % knobs["reduction"]:
        knobs["attention"] = "none"

    def build() -> nn.Module:
        width = knobs["stem_width"]
        layers: list[nn.Module] = [unit(draw.channels, width, 3, 2), nn.MaxPool2d(3, 2, 1)]
        for stage, depth in enumerate(knobs["depth"]):
            leaving = 4 * groups * knobs["group_width"] << stage
            for i in range(depth):
                first = not (stage or i or knobs["first_grouped"])
                grouped = 1 if first else groups
                layers.append(ShuffleUnit(width, leaving, 1 if i else 2, grouped, knobs))
                width = leaving
        return classified(layers, width, draw.classes)

    return Pair(knobs, build)


class Fire(nn.Module):
    """[relu(W1 s), relu(W3 s)] of s = relu(W x), with a bypass around it or not; Fig. 1 and 2."""

    def __init__(self, entering: int, squeezed: int, shares: tuple[int, int], bypass: str) -> None:
        super().__init__()
        one, three = shares
        self.squeeze = nn.Conv2d(entering, squeezed, 1)
        self.one, self.three = nn.Conv2d(squeezed, one, 1), nn.Conv2d(squeezed, three, 3, padding=1)
        fits = entering == one + three
        self.bypassed = bypass == "complex" or (bypass == "simple" and fits)
        project = self.bypassed and not fits
        self.project = nn.Conv2d(entering, one + three, 1) if project else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        squeezed = F.relu(self.squeeze(x))
        y = F.relu(torch.cat([self.one(squeezed), self.three(squeezed)], 1))
        return y + self.project(x) if self.bypassed else y


@counterpart("squeezenet", "paper", smallest=96)
def squeezenets(draw: Draw) -> Pair:
    knobs: Knobs = {
        "depth": draw.depths(draw.of(2, 3, 4), most=4),
        "stem_width": draw.of(32, 64, 96),
        "stem_kernel": draw.of(3, 5, 7),
        "base_expand": draw.of(32, 64, 128),
        "expand_step": draw.of(32, 64, 128),
        "expand_every": draw.whole(1, 3),
        "squeeze_ratio": draw.of(0.125, 0.25, 0.5, 0.75),
        "share_3x3": draw.of(0.25, 0.5, 0.75),
        "bypass": draw.of("none", "simple", "complex"),
        "dropout": 0,
    }

    def build() -> nn.Module:
        width, number = knobs["stem_width"], 0
        stem = nn.Conv2d(draw.channels, width, knobs["stem_kernel"], 2)
        layers: list[nn.Module] = [stem, nn.ReLU()]
        for depth in knobs["depth"]:
            layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
            for _ in range(depth):
                steps = number // knobs["expand_every"]
                expanded = knobs["base_expand"] + knobs["expand_step"] * steps
                three = round(expanded * knobs["share_3x3"])
                squeezed = round(expanded * knobs["squeeze_ratio"])
                shares = expanded - three, three
                layers.append(Fire(width, squeezed, shares, knobs["bypass"]))
                width, number = expanded, number + 1
        if draw.classes:  # the scores are maps, of which the mean is taken
            layers += [nn.Conv2d(width, draw.classes, 1), nn.ReLU()]
        return classified(layers, width, 0)

    return Pair(knobs, build)


class Module2(nn.Module):
    """Up to four branches: 1x1; 1x1, 3x3; 1x1, 3x3, 3x3; pool, 1x1. Fig. 5."""

    def __init__(self, entering: int, widths: list[int], stride: int, pool: str) -> None:
        super().__init__()
        one, two1, two2, three1, three2, pooled = widths
        padded = nn.MaxPool2d if pool == "max" else nn.AvgPool2d
        projected = [unit(entering, pooled)] if pooled else []
        self.branches = nn.ModuleList(
            [
                nn.Sequential(unit(entering, two1), unit(two1, two2, 3, stride)),
                nn.Sequential(
                    unit(entering, three1), unit(three1, three2, 3), unit(three2, three2, 3, stride)
                ),
                nn.Sequential(padded(3, stride, 1), *projected),
            ]
        )
        if one:
            self.branches.insert(0, unit(entering, one))
        self.leaving = one + two2 + three2 + (pooled or entering)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.branches], 1)


@counterpart("bn_inception", "paper", smallest=64)
def bn_inceptions(draw: Draw) -> Pair:
    def widths(*, halving: bool) -> list[int]:
        inner = draw.list_of(4, 8, 16, 24, 32)
        return [0, *inner, 0] if halving else [draw.of(8, 16), *inner, draw.of(8, 16)]

    stages = [
        [widths(halving=stage > 0 and not i) for i in range(draw.whole(2, 3))] for stage in range(3)
    ]
    knobs: Knobs = {
        "modules": stages,
        "stem": draw.of("separable", "conv"),
        "stem_multiplier": draw.of(4, 8),
        "stem_widths": draw.list_of(3, 16, 32, 64),
        "last_pool": draw.of("max", "average"),
    }

    def build() -> nn.Module:
        first, second, width = knobs["stem_widths"]
        wide = knobs["stem_multiplier"] * draw.channels
        depthwise = nn.Conv2d(draw.channels, wide, 7, 2, 3, groups=draw.channels, bias=False)
        separable = [depthwise, unit(wide, first)]
        layers: list[nn.Module] = [
            *(separable if knobs["stem"] == "separable" else [unit(draw.channels, first, 7, 2)]),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            unit(first, second),
            unit(second, width, 3),
            nn.MaxPool2d(3, 2, ceil_mode=True),
        ]
        for stage, modules in enumerate(stages):
            for i, each in enumerate(modules):
                halving = stage > 0 and not i
                last = stage == len(stages) - 1 and i == len(modules) - 1
                pool = "max" if halving or (last and knobs["last_pool"] == "max") else "average"
                layers.append(Module2(width, each, 2 if halving else 1, pool))
                width = layers[-1].leaving
        return classified(layers, width, draw.classes)

    return Pair(knobs, build)
