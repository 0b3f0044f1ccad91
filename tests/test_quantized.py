"""Integer weights: bytes by the rule, and what they are refused for."""

from __future__ import annotations

from typing import get_args

import pytest

from archmeter.analyzers.audit import audit
from archmeter.analyzers.devices import device
from archmeter.analyzers.formulas.networks import network_forms
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.roofline import floor, roofline
from archmeter.analyzers.training.step import NotTrained, TrainingStep
from archmeter.models.ops import Conv2d, Linear
from archmeter.models.precision import (
    FLOAT_TYPES,
    PRECISIONS,
    DType,
    UnsupportedDType,
)
from archmeter.models.registry import resolve
from archmeter.models.spec import InputSpec

QUANTIZED = [dtype for dtype, precision in PRECISIONS.items() if precision.bits]
MIXED = [dtype for dtype in PRECISIONS if dtype not in FLOAT_TYPES]


def profile_of(name: str, dtype: DType, batch: int = 1) -> Profile:
    return Profile(resolve({"preset": name}).graph(batch), dtype)


def test_every_name_stands_for_a_precision() -> None:
    assert set(PRECISIONS) == set(get_args(DType))


@pytest.mark.parametrize("dtype", QUANTIZED)
@pytest.mark.parametrize("name", ["resnet50", "mobilenet_v2", "vit_tiny_patch16_224"])
def test_weights_of_products_are_integers_with_scales(name: str, dtype: DType) -> None:
    profile, precision = profile_of(name, dtype), PRECISIONS[dtype]
    multiplied = [t for t in profile.graph.tensors if isinstance(t.op, Conv2d | Linear)]
    integers = [t.call.weights[0] for t in multiplied]
    packed = sum(-(-weight.size * (precision.bits or 0) // 8) for weight in integers)
    scales = sum(4 * weight.shape[0] for weight in integers)
    others = profile.totals.params - sum(weight.size for weight in integers)
    expected = packed + scales + others * precision.weight_size
    assert profile.memory.weights_bytes == expected


def test_resnet_50_in_int8_takes_a_quarter_and_its_scales() -> None:
    single, int8, int4 = (
        profile_of("resnet50", dtype).memory for dtype in ("float32", "int8", "int4")
    )
    norms_and_biases, channels = 53_120 + 1_000, 26_560 + 1_000
    weights = 25_557_032 - norms_and_biases
    assert int8.weights_bytes == weights + 4 * (channels + norms_and_biases)
    assert int4.weights_bytes == weights // 2 + 4 * (channels + norms_and_biases)
    assert int8.buffers_bytes == single.buffers_bytes
    assert 4 * int8.input_bytes == single.input_bytes
    assert int8.inference_peak_bytes == int4.inference_peak_bytes


@pytest.mark.parametrize("kind", ["float32", "float16", "bfloat16"])
def test_activations_may_be_of_a_type_of_their_own(kind: DType) -> None:
    quantized = profile_of("resnet50", f"int8-{kind}", 2).memory  # type: ignore[arg-type]
    plain = profile_of("resnet50", kind, 2).memory
    assert quantized.inference_peak_bytes == plain.inference_peak_bytes
    assert quantized.buffers_bytes == plain.buffers_bytes
    assert quantized.weights_bytes < plain.weights_bytes


@pytest.mark.parametrize("dtype", QUANTIZED)
def test_they_do_not_train(dtype: DType) -> None:
    profile = profile_of("resnet18", dtype)
    assert profile.memory.training_saved_bytes == sum(row.saved_bytes for row in profile.rows) == 0
    with pytest.raises(NotTrained, match="do not train") as error:
        TrainingStep(profile)
    assert error.value.field == "dtype"
    assert "autocast-bfloat16" in str(error.value.accepted)


@pytest.mark.parametrize("dtype", MIXED)
def test_what_is_counted_for_one_type_is_refused_for_several(dtype: DType) -> None:
    profile, h100 = profile_of("resnet18", dtype), device("h100")
    peaks = h100.peaks("float16")
    for ask in (
        lambda: h100.peaks(dtype),
        lambda: roofline(profile, peaks),
        lambda: floor(profile, peaks),
        lambda: network_forms(resolve({"preset": "resnet18"}), InputSpec(dtype=dtype)),
    ):
        with pytest.raises(UnsupportedDType, match=dtype) as error:
            ask()
        assert error.value.field == "dtype"
        assert error.value.accepted == "float32, float16, bfloat16, float64"


@pytest.mark.parametrize("dtype", ["int8", "int4-float16"])
def test_other_tools_recount_what_no_type_changes(dtype: DType) -> None:
    report = audit(resolve({"preset": "resnet20_cifar10"}), InputSpec(dtype=dtype))
    assert report.agrees, report
