"""What is made of several operators, or of several calls to torch, follows its formula."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch.nn import functional

from archmeter.models.graph import Graph, Tensor
from archmeter.models.layers.basics import act, blur_pool, filter_response_norm
from archmeter.models.layers.channel_norm import (
    channels_last,
    deviation_norm,
    position_norm,
    rms_norm,
)
from archmeter.models.ops import Conv2d
from archmeter.models.torch_module import to_torch

EPSILON = 1e-6


def computed(layer: Callable[[Tensor], Tensor], x: torch.Tensor) -> torch.Tensor:
    """What the module of a layer gives; its parameters are ones."""
    module = to_torch(Graph.trace(layer, tuple(x.shape))).eval()
    with torch.no_grad():
        return module(x)


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(2, 6, 7, 9, generator=torch.Generator().manual_seed(0))


def test_root_mean_square_norm_is_that_of_torch(x: torch.Tensor) -> None:
    last = x.permute(0, 2, 3, 1)
    theirs = functional.rms_norm(last, (6,), eps=EPSILON)
    ours = computed(lambda t: rms_norm(t, channel_dim=1), x)
    torch.testing.assert_close(ours.permute(0, 2, 3, 1), theirs)
    torch.testing.assert_close(
        computed(lambda t: position_norm(channels_last(t), "rms"), x), theirs
    )


def test_division_by_the_deviation_centres_nothing(x: torch.Tensor) -> None:
    shifted = x + 5
    theirs = shifted / (shifted.var(1, keepdim=True) + EPSILON).sqrt()
    ours = computed(lambda t: deviation_norm(t, channel_dim=1), shifted)
    torch.testing.assert_close(ours, theirs)
    assert ours.mean() > 1


def test_filter_response_norm_divides_by_the_energy_of_each_map(x: torch.Tensor) -> None:
    theirs = x / (x.square().mean((2, 3), keepdim=True) + 1e-5).sqrt() + 1
    torch.testing.assert_close(computed(filter_response_norm, x), theirs)


def test_a_thresholded_activation_is_the_maximum_with_its_threshold(x: torch.Tensor) -> None:
    ours = computed(lambda t: act(t, "thresholded"), x)
    torch.testing.assert_close(ours, x.clamp(min=1))


def test_a_blur_spreads_a_point_by_its_coefficients_and_keeps_what_is_even() -> None:
    point = torch.zeros(1, 2, 5, 5)
    point[0, 1, 2, 2] = 16
    blurred = computed(lambda t: blur_pool(t, stride=1), point)
    assert blurred[0, 1, 1:4, 1:4].tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    assert blurred.sum() == 16
    even = torch.full((1, 3, 6, 7), 0.5)
    for kernel, stride in ((3, 2), (4, 2), (5, 3)):
        ours = computed(lambda t, k=kernel, s=stride: blur_pool(t, k, stride=s), even)
        torch.testing.assert_close(ours, torch.full_like(ours, 0.5))


def test_a_blur_reflects_the_edges() -> None:
    ramp = torch.arange(6.0).expand(1, 1, 4, 6).contiguous()
    blurred = computed(lambda t: blur_pool(t, stride=1), ramp)
    # At the left edge 0 stands between 1 and 1.
    assert blurred[0, 0, 0].tolist() == [0.5, 1, 2, 3, 4, 4.5]


def test_standardised_weights_have_mean_0_and_variance_1_for_each_output(x: torch.Tensor) -> None:
    op = Conv2d(8, (3, 3), padding=(1, 1), groups=2, bias=True, standardized=True)
    module = to_torch(Graph.trace(lambda t: t.graph.append(op, t), tuple(x.shape)))
    weight = module.conv.weight
    rows = weight.flatten(1)
    normal = (rows - rows.mean(1, keepdim=True)) / rows.std(1, keepdim=True, correction=0)
    theirs = functional.conv2d(x, normal.view_as(weight), module.conv.bias, padding=1, groups=2)
    torch.testing.assert_close(module(x), theirs, rtol=1e-3, atol=1e-3)
    with torch.no_grad():
        weight.mul_(100).add_(3)
    torch.testing.assert_close(module(x), theirs, rtol=1e-3, atol=1e-3)
