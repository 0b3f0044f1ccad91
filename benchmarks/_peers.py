"""ResNet written by hand, as a user of the other tools would have it: nothing of ours is in it.

The code follows torchvision's: bottlenecks with the stride on the 3x3 and projection shortcuts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

BLOCKS: Mapping[str, tuple[tuple[int, ...], int, int]] = {
    "resnet50": ((3, 4, 6, 3), 1, 64),
    "resnet152": ((3, 8, 36, 3), 1, 64),
    "resnext101_32x8d": ((3, 4, 23, 3), 32, 8),
}
"""Blocks per stage, groups, and channels of a group in the first stage."""


class Bottleneck(nn.Module):
    """relu(norm W3 relu(norm W2 relu(norm W1 x)) + shortcut(x))."""

    def __init__(self, channels: int, mid: int, out: int, stride: int, groups: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, mid, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(mid)
        self.conv2 = nn.Conv2d(mid, mid, 3, stride, 1, groups=groups, bias=False)
        self.bn2 = nn.BatchNorm2d(mid)
        self.conv3 = nn.Conv2d(mid, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = (
            nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))
            if stride > 1 or channels != out
            else None
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, out, H / stride, W / stride)."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        y += x if self.downsample is None else self.downsample(x)
        return self.relu(y)


class ResNet(nn.Module):
    """Stem, four stages of bottlenecks, classifier."""

    def __init__(self, name: str) -> None:
        super().__init__()
        depths, groups, group_width = BLOCKS[name]
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        stages, channels = [], 64
        for i, depth in enumerate(depths):
            blocks = []
            for j in range(depth):
                stride = 2 if i and not j else 1
                mid, out = groups * group_width << i, 256 << i
                blocks.append(Bottleneck(channels, mid, out, stride, groups))
                channels = out
            stages.append(nn.Sequential(*blocks))
        self.layers = nn.Sequential(*stages)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, 1000)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, 1000)."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.fc(self.avgpool(self.layers(x)).flatten(1))


def params(name: str) -> int:
    """Parameters of the network written here."""
    with torch.device("meta"):
        return sum(p.numel() for p in ResNet(name).parameters())


def torchinfo(name: str) -> int:
    """MACs, and a layer table, by torchinfo on the meta device."""
    from torchinfo import summary

    with torch.device("meta"):
        model = ResNet(name)
        statistics = summary(
            model, input_data=torch.empty(1, 3, 224, 224), verbose=0, device="meta"
        )
    str(statistics)
    return int(statistics.total_mult_adds)


def flop_counter(name: str) -> int:
    """MACs by torch's FlopCounterMode on the meta device."""
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"):
        model, x = ResNet(name).eval(), torch.empty(1, 3, 224, 224)
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        model(x)
    return int(counter.get_total_flops()) // 2


def fvcore(name: str) -> int:
    """MACs by fvcore on the CPU: it cannot trace convolutions on the meta device."""
    from fvcore.nn import FlopCountAnalysis

    model = ResNet(name).eval()
    analysis = FlopCountAnalysis(model, torch.zeros(1, 3, 224, 224))
    analysis.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False)
    counts = analysis.by_operator()
    return int(counts["conv"] + counts["linear"])


PEERS: Mapping[str, Callable[[str], int]] = {
    "torchinfo": torchinfo,
    "FlopCounterMode": flop_counter,
    "fvcore": fvcore,
}
"""From the name of a network to its MACs, building included."""
