"""Autocast: what is kept and what is alive, to the byte, as torch has it."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import Any

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from archmeter.analyzers.audit import audit, saved_bytes
from archmeter.analyzers.autocast import runs
from archmeter.analyzers.live_tensors import Liveness
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.training.freezing import freezable
from archmeter.analyzers.training.kept_list import kept_list
from archmeter.analyzers.training.options import TrainingOptions
from archmeter.analyzers.training.step import TrainingStep
from archmeter.models.graph import Graph
from archmeter.models.ops import (
    Conv2d,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    Lookup,
    QuarterTurn,
    Subsample,
)
from archmeter.models.precision import AutocastDevice, DType
from archmeter.models.registry import resolve
from archmeter.models.spec import InputSpec
from archmeter.models.torch_module import to_torch
from tests.autocast import autocast
from tests.live_bytes import LiveBytes, measured_peak
from tests.spread import across_the_spread
from tests.test_operators import INPUT, SAMPLES, SETTINGS, Sample, weighted
from tests.training import lowered

DTYPES: dict[AutocastDevice, DType] = {
    "cpu": "autocast-bfloat16",
    "cuda": "autocast-cuda-bfloat16",
}
on_each_device = pytest.mark.parametrize("device", DTYPES)
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=str)

SMALL: dict[str, Any] = {"resolution": 32, "width_multiplier": 0.25}
NETWORKS: dict[str, dict[str, Any]] = {
    "resnet18": {},
    "vgg11_bn": {},
    "densenet121": {"depth": [2, 2, 2, 2]},
    "inception_v3": {"resolution": 75, "depth_multiplier": 0.3},
    "mobilenetv2_100": {"depth_multiplier": 0.5},
    "mobilenetv3_small_100": {},
    "mobilenetv4_conv_small": {},
    "efficientnet_b0": {"depth_multiplier": 0.3},
    "regnety_002": {"depth_multiplier": 0.3},
    "resnest14d": {},
    "skresnet18": {},
    "shufflenet_v2_x0_5": {},
    "resnetblur18": {},
    "convnext_atto": {"depth": [1, 1, 2, 1]},
    "vit_tiny_patch16_224": {"depth": 2},
    "swin_t": {"depth": [1, 2]},
}
"""Convolutions, plain and depthwise, gates of channels, norms over layers, tokens, windows."""


def step_of(name: str, dtype: DType, batch: int = 2, **options: Any) -> TrainingStep:
    request = {"preset": name, **SMALL, **NETWORKS[name]}
    return TrainingStep(Profile(resolve(request).graph(batch), dtype), TrainingOptions(**options))


def kept_by_torch(step: TrainingStep, device: AutocastDevice = "cpu") -> int:
    module, x = lowered(step), torch.rand(step.profile.input_shape)
    with autocast(device):
        return saved_bytes(module, x)


@on_each_device
@every_sample
def test_what_is_kept_and_what_is_alive_was_predicted(
    sample: Sample, device: AutocastDevice
) -> None:
    """By each operator, given what is of single precision, of half, and needed by others."""
    for setting in ("alone", "between layers", "after another"):
        graph = Graph.trace(partial(SETTINGS[setting], sample), INPUT)
        profile = Profile(graph, DTYPES[device])
        module, x = to_torch(graph).train(), torch.rand(INPUT)
        if setting != "alone" and device == "cuda" and isinstance(sample.op, LocalResponseNorm):
            continue  # CPUs have no mean of half precision over channels
        with autocast(device):
            assert saved_bytes(module, x) == profile.memory.training_saved_bytes, setting
        with autocast(device):  # once more, without the copies of the first time
            assert measured_peak(module, x) == profile.memory.inference_peak_bytes, setting


BYTES = {torch.bfloat16: 2, torch.float32: 4}


def _asks_cuda(sample: Sample) -> bool:
    """Whether it takes a part of something, for which torch needs CUDA itself."""
    made = Graph.trace(sample, INPUT).tensors
    return any(isinstance(tensor.op, Lookup | QuarterTurn | Subsample) for tensor in made)


@pytest.mark.parametrize("given", ["half", "single"])
@pytest.mark.parametrize("sample", [one for one in SAMPLES if not _asks_cuda(one)], ids=str)
def test_cuda_runs_each_operator_in_the_type_that_its_lists_say(sample: Sample, given: str) -> None:
    """torch knows the lists of CUDA without CUDA, as long as nothing is computed."""
    graph = Graph.trace(lambda x: sample(weighted(x) if given == "half" else x), INPUT)
    module = to_torch(graph).eval()
    torch.set_autocast_dtype("cuda", torch.bfloat16)
    with FakeTensorMode(), torch.no_grad():
        for part in module.modules():
            for owned in (part._parameters, part._buffers):
                for name, weight in owned.items():
                    if weight is not None:
                        owned[name] = torch.empty(weight.shape, dtype=weight.dtype, device="cuda")
        torch.set_autocast_enabled("cuda", True)  # noqa: FBT003 - it has no name
        try:
            made = module(torch.empty(INPUT, device="cuda"))
        finally:
            torch.set_autocast_enabled("cuda", False)  # noqa: FBT003 - nor has this
            torch.clear_autocast_cache()
    assert BYTES[made.dtype] == runs(graph, "cuda")[-1].item_size


@on_each_device
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_keeps_what_was_predicted(name: str, device: AutocastDevice) -> None:
    step = step_of(name, DTYPES[device])
    assert kept_by_torch(step, device) == step.kept_bytes
    assert step.kept_bytes == step.profile.memory.training_saved_bytes


@pytest.mark.slow
@across_the_spread
def test_networks_of_every_kind_keep_and_hold_what_was_predicted(request_: dict[str, Any]) -> None:
    step = TrainingStep(Profile(resolve(request_).graph(2), "autocast-bfloat16"))
    module, x = lowered(step), torch.rand(step.profile.input_shape)
    with autocast():
        assert saved_bytes(module, x) == step.kept_bytes
    with autocast():
        assert measured_peak(module, x) == step.profile.memory.inference_peak_bytes


@pytest.mark.parametrize("name", ["resnet50", "efficientnet_b0"])
def test_the_figures_measured_at_full_size_are_counted(name: str) -> None:
    """Under torch 2.13's CPU autocast in bfloat16, a batch of 8."""
    measured = {"resnet50": 401_278_848, "efficientnet_b0": 363_396_032}
    for dtype in (
        "autocast-bfloat16",
        "autocast-cuda-float16",
    ):  # they have norms of batches
        profile = Profile(resolve({"preset": name}).graph(8), dtype)
        assert profile.memory.training_saved_bytes == measured[name]


@pytest.mark.parametrize("name", ["resnet18", "swin_t"])
def test_what_is_frozen_keeps_nothing(name: str) -> None:
    """Not even a copy of the first weights that train, where no gradient flows on."""
    for freeze in freezable(step_of(name, "autocast-bfloat16").profile.graph):
        step = step_of(name, "autocast-bfloat16", freeze=freeze)
        assert kept_by_torch(step) == step.kept_bytes, freeze


@pytest.mark.parametrize("checkpoint", ["none", "block"])
@pytest.mark.parametrize("name", ["resnet18", "mobilenetv3_small_100", "vit_tiny_patch16_224"])
def test_the_fullest_moments_of_a_step_are_those_measured(name: str, checkpoint: str) -> None:
    """Copies of weights stay to the end of the forward pass, and gradients of copies come first."""
    step = step_of(name, "autocast-bfloat16", checkpoint=checkpoint)
    module, x = lowered(step), torch.rand(step.profile.input_shape)
    live = LiveBytes(x, *module.parameters(), *module.buffers())
    with live, autocast():
        result = module(x)
    fullest = {
        phase: max(moment.live for moment in step.moments if moment.phase == phase)
        for phase in ("forward", "backward")
    }
    assert live.peak == fullest["forward"]
    live.peak = live.live
    with live:
        result.sum().backward()
    # A scalar loss in half precision, and the gradient of it.
    assert live.peak - 2 * 2 == fullest["backward"]


def test_every_kept_tensor_is_of_its_type_for_a_reason() -> None:
    step = step_of("convnext_atto", "autocast-bfloat16")
    rows = kept_list(step)
    assert sum(row.size_bytes for row in rows) == step.kept_bytes
    assert {row.dtype for row in rows} == {"bfloat16", "float32"}
    copies = {row.reason for row in rows if row.reason.startswith("A copy")}
    assert copies == {
        "A copy of its weights in bfloat16, for the gradient of its input.",
        "A copy in bfloat16: its input, for the gradient of its weights.",
    }


def test_weights_gradients_and_optimizer_are_of_single_precision() -> None:
    single, half = (
        step_of("resnet18", dtype, optimizer="adamw").memory
        for dtype in ("float32", "autocast-float16")
    )
    for purpose in ("weights_bytes", "gradients_bytes", "buffers_bytes", "input_bytes"):
        assert getattr(half, purpose) == getattr(single, purpose), purpose


def test_in_float16_the_scaler_of_gradients_has_a_state() -> None:
    scaler = torch.amp.GradScaler("cpu")
    scaler.scale(torch.ones(1))
    assert scaler._scale is not None
    assert scaler._growth_tracker is not None
    state = scaler._scale.nbytes + scaler._growth_tracker.nbytes
    in_float16, in_bfloat16 = (
        step_of("resnet18", dtype).memory for dtype in ("autocast-float16", "autocast-bfloat16")
    )
    assert in_float16.optimizer_bytes == state
    assert in_bfloat16.optimizer_bytes == 0
    assert in_float16.kept_bytes == in_bfloat16.kept_bytes


def test_copies_of_weights_are_alive_to_the_end() -> None:
    profile = step_of("resnet18", "autocast-bfloat16").profile
    liveness = Liveness(profile)
    moments = liveness.timeline()
    fullest = moments.index(max(moments))
    assert moments[fullest] == profile.memory.inference_peak_bytes
    assert profile.paths[fullest] == profile.memory.inference_peak_path
    alive = sum(tensor.size_bytes for tensor in liveness.alive_at(fullest))
    copies = liveness.copies_at(fullest)
    assert alive + copies + profile.spaces[fullest] == moments[fullest]
    multiplied = [t for t in profile.graph.tensors if isinstance(t.op, Conv2d | Linear)]
    weights = sum(w.size for t in multiplied for w in t.call.weights)
    assert liveness.copies_at(len(moments) - 1) == 2 * weights


def test_rows_follow_the_type_of_each_operator() -> None:
    profile = step_of("swin_t", "autocast-cuda-bfloat16").profile
    for row, tensor in zip(profile.rows, profile.graph.tensors[1:], strict=True):
        if isinstance(tensor.op, Linear | LayerNorm):
            size = 2 if isinstance(tensor.op, Linear) else 4
            assert row.output_bytes == prod(row.output_shape) * size
    assert sum(row.saved_bytes for row in profile.rows) == profile.memory.training_saved_bytes
    assert sum(stage.saved_bytes for stage in profile.stages) == sum(
        row.saved_bytes for row in profile.rows
    )


@pytest.mark.parametrize(("dtype", "seen"), [(DTYPES["cpu"], True), (DTYPES["cuda"], False)])
def test_torch_is_asked_for_a_second_opinion(dtype: DType, seen: bool) -> None:  # noqa: FBT001
    report = audit(resolve({"preset": "resnet20_cifar10"}), InputSpec(dtype=dtype))
    assert report.agrees, report
    assert ("training_saved_bytes" in {check.figure for check in report.checks}) == seen
