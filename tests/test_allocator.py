"""The peak that torch's allocator reports for a real forward pass is the one that is predicted."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
import torch

from archmeter.analyzers.allocator import (
    COLUMNS,
    CONSTANT,
    COPY,
    GROUPS,
    POSITIONS,
    RELAID,
    TILES,
    Layout,
    attention_scratch,
    kernel_scratch,
    measure,
    predict,
    upsampling_scratch,
)
from archmeter.analyzers.audit import MAX_WEIGHT_BYTES, _blank
from archmeter.analyzers.profile import Profile
from archmeter.models.graph import Call
from archmeter.models.ops import Conv2d, ScaledDotProductAttention, Upsample2d
from archmeter.models.registry import presets, resolve
from archmeter.models.spec import Preset
from tests.spread import SPREAD, across_the_spread
from tests.test_audit import small

# None of their kernels takes enough for itself to raise the peak above what the tensors occupy.
WITHOUT = {
    "blurred strides",
    "filter response norm",
    "cbam",
    "shortcut C",
    "resnext a",
    "cells",
    "root mean square norm",
    "attention over patches",
    "attention composed of products",
    "attention within windows",
}


@across_the_spread
def test_the_allocator_reports_the_peak_that_is_predicted(request_: dict[str, Any]) -> None:
    profile = Profile(resolve(request_).graph(2))
    x = torch.zeros(profile.input_shape)
    peak, layouts = measure(_blank(profile.graph, torch.float32), x)
    predicted = predict(profile, layouts)
    assert predicted.peak == peak
    raised = peak != profile.memory.inference_peak_bytes
    assert bool(raised and predicted.why) == raised
    assert predicted.why in {"", COLUMNS, CONSTANT, COPY, GROUPS, RELAID, TILES}


@pytest.mark.slow
@pytest.mark.parametrize("preset", presets().values(), ids=str)
def test_the_allocator_reports_the_peak_that_is_predicted_for_every_preset(preset: Preset) -> None:
    """On a small image, for those whose weights do not fill a machine."""
    profile = Profile(small(preset.spec))
    if profile.memory.weights_bytes > MAX_WEIGHT_BYTES:
        pytest.skip(f"{profile.memory.weights_bytes:,} bytes of weights")
    x = torch.zeros(profile.input_shape)
    peak, layouts = measure(_blank(profile.graph, torch.float32), x)
    predicted = predict(profile, layouts)
    assert predicted.peak == peak
    assert peak == profile.memory.inference_peak_bytes or predicted.why


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_response_norm_holds_a_constant_at_its_fullest(dtype: Any) -> None:
    profile = Profile(resolve({"preset": "vgg11_lrn", "resolution": 32}).graph(1), dtype)
    kind = getattr(torch, dtype)
    x = torch.zeros(profile.input_shape, dtype=kind)
    peak, layouts = measure(_blank(profile.graph, kind), x)
    predicted = predict(profile, layouts)
    assert (predicted.peak, predicted.why) == (peak, CONSTANT)
    assert 0 < peak - profile.memory.inference_peak_bytes < 16


@pytest.mark.parametrize("name", sorted(WITHOUT))
def test_without_scratch_the_allocator_reports_the_inference_peak(name: str) -> None:
    profile = Profile(resolve(SPREAD[name]).graph(1))
    x = torch.zeros(profile.input_shape)
    peak, _ = measure(_blank(profile.graph, torch.float32), x)
    assert peak == profile.memory.inference_peak_bytes


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(
    "op",
    [
        Conv2d(8, (3, 3), padding=(1, 1)),
        Conv2d(8, (1, 1)),
        Conv2d(8, (1, 1), stride=(2, 2)),
        Conv2d(8, (3, 3), padding=(1, 1), groups=2),
        Conv2d(8, (3, 3), padding=(1, 1), groups=4, bias=True),
        Conv2d(8, (5, 5), padding=(6, 6), dilation=(3, 3)),
        Conv2d(8, (5, 5), padding=(6, 6), dilation=(3, 3), groups=4),
    ],
    ids=lambda op: f"{op.detail}{' bias' if op.bias else ''}",
)
def test_a_convolution_takes_what_is_predicted(
    op: Conv2d, batch: int, *, channels_last: bool
) -> None:
    shape = (batch, 4, 13, 9)
    x = torch.zeros(shape)
    if channels_last:
        x = x.contiguous(memory_format=torch.channels_last)
    module = torch.nn.Conv2d(
        4, 8, op.kernel, op.stride, op.padding, op.dilation, op.groups, bias=op.bias
    )
    call = Call(op, (shape,))
    peak, layouts = measure(module, x)
    assert layouts == (Layout(channels_last=channels_last),)
    taken = kernel_scratch(call, layouts[0])
    assert peak == 4 * (taken + prod(call.shape))


@pytest.mark.parametrize("keys", [1, 20, 600])
@pytest.mark.parametrize("queries", [1, 40, 191, 192, 768])
def test_fused_attention_takes_what_is_predicted(queries: int, keys: int) -> None:
    q, k = (2, 3, queries, 16), (2, 3, keys, 16)

    class Attends(torch.nn.Module):
        def forward(self, x: torch.Tensor, asked: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.scaled_dot_product_attention(x, asked, asked)

    asked = torch.zeros(k)
    module = Attends()
    module.register_forward_pre_hook(lambda _, inputs: (*inputs, asked))
    peak, _ = measure(module, torch.zeros(q))
    taken = attention_scratch(Call(ScaledDotProductAttention(), (q, k, k)))
    assert peak == 4 * (prod(q) + prod(q[:-1]) + taken)


def test_measuring_leaves_torch_as_it_was() -> None:
    before = torch.get_num_threads(), torch.backends.mkldnn.enabled
    measure(torch.nn.ReLU(), torch.zeros(1))
    assert (torch.get_num_threads(), torch.backends.mkldnn.enabled) == before


def test_layouts_of_another_network_are_refused() -> None:
    profile = Profile(resolve({"preset": "resnet18", "resolution": 32}).graph(1))
    with pytest.raises(ValueError, match="no layout for"):
        predict(profile, (Layout(),))
    with pytest.raises(ValueError, match="more layouts"):
        predict(profile, (Layout(),) * 1000)


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("shape", "size", "why"),
    [
        ((2, 24, 16, 16), (32, 32), RELAID),
        ((1, 4, 8, 5), (17, 11), RELAID),
        ((2, 24, 1, 1), (2, 2), RELAID),
        ((2, 1, 16, 16), (32, 32), ""),
        ((2, 24, 32, 32), (64, 64), RELAID),
        ((2, 24, 32, 32), (64, 65), POSITIONS),
        ((1, 8, 40, 44), (88, 88), POSITIONS),
    ],
)
def test_upsampling_takes_what_is_predicted(
    shape: tuple[int, ...], size: tuple[int, int], why: str, dtype: Any, *, channels_last: bool
) -> None:
    x = torch.zeros(shape, dtype=dtype)
    if channels_last:
        x = x.to(memory_format=torch.channels_last)
    op = Upsample2d(size)
    peak, (layout,) = measure(_Upsample(size), x)
    taken, reason = upsampling_scratch(Call(op, (shape,)), layout, x.element_size())
    assert prod(op.shape(shape)) * x.element_size() + taken == peak
    assert reason == ("" if layout.channels_last else why)


class _Upsample(torch.nn.Module):
    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.interpolate(x, self.size, mode="nearest")
