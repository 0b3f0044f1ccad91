"""Training: what autograd keeps, what a step holds at once, and what its gradients cost."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from archmeter.analyzers.audit import _trains, saved_bytes
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.roofline import needed_bytes
from archmeter.analyzers.saved_tensors import kept
from archmeter.analyzers.training.checkpointing import UnknownPart, policies
from archmeter.analyzers.training.freezing import UnknownFreeze, freezable
from archmeter.analyzers.training.kept_list import kept_list
from archmeter.analyzers.training.largest_batch import largest_batch
from archmeter.analyzers.training.options import TrainingOptions
from archmeter.analyzers.training.plans import plans
from archmeter.analyzers.training.step import TrainingStep
from archmeter.models.registry import presets, resolve
from archmeter.models.spec import Preset
from archmeter.models.torch_module import to_torch
from tests.spread import across_the_spread
from tests.training import live_after, lowered, unused_statistics

every_preset = pytest.mark.parametrize("preset", presets().values(), ids=str)


def step_of(request_: dict[str, Any], batch: int = 2, **options: Any) -> TrainingStep:
    profile = Profile(resolve(request_).graph(batch))
    return TrainingStep(profile, TrainingOptions(**options))


RESNET = {"preset": "resnet18", "resolution": 64}


@across_the_spread
def test_what_is_frozen_keeps_nothing(request_: dict[str, Any]) -> None:
    profile = Profile(resolve(request_).graph(2))
    kept = []
    each = freezable(profile.graph)
    together = f"{each[-1]},batch_norm"
    for freeze in (*each, together):
        step = TrainingStep(profile, TrainingOptions(freeze=freeze))
        x = torch.rand(profile.input_shape)
        assert saved_bytes(lowered(step), x) == step.kept_bytes, freeze
        kept.append(step.kept_bytes)
    assert kept[0] == profile.memory.training_saved_bytes == max(kept)


@across_the_spread
def test_a_part_that_is_computed_again_keeps_what_it_is_called_with(
    request_: dict[str, Any],
) -> None:
    profile = Profile(resolve(request_).graph(2))
    for policy in policies(profile.graph):
        step = TrainingStep(profile, TrainingOptions(checkpoint=policy))
        alive, _, _ = live_after(lowered(step), torch.rand(profile.input_shape))
        kept = {keeping.root for keeping in step.kept}
        handed_out = {profile.storage[output.index] for output in profile.graph.outputs} - kept
        assert alive == step.kept_bytes + sum(profile.sizes[i] for i in handed_out), policy


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 3])
@every_preset
def test_every_preset_keeps_what_was_predicted_however_it_trains(
    preset: Preset, batch: int
) -> None:
    """On the meta device, at full size."""
    profile = Profile(preset.spec.graph(batch))
    if not _trains(profile.graph):
        profile = Profile(preset.spec.graph(2))
    with torch.device("meta"):
        module, x = to_torch(profile.graph), torch.empty(profile.input_shape)
    parts = freezable(profile.graph)
    for freeze in {"none", "backbone", "batch_norm", parts[len(parts) // 2]} & set(parts):
        step = TrainingStep(profile, TrainingOptions(freeze=freeze))
        saved = saved_bytes(lowered(step, module), x)
        assert saved == step.kept_bytes + unused_statistics(step), freeze
    for policy in ("block", "stage"):
        step = TrainingStep(profile, TrainingOptions(checkpoint=policy))
        alive, _, _ = live_after(lowered(step, module), x)
        kept = {keeping.root for keeping in step.kept}
        handed_out = {profile.storage[output.index] for output in profile.graph.outputs} - kept
        assert alive == step.kept_bytes + sum(profile.sizes[i] for i in handed_out), policy


@pytest.mark.parametrize("name", ["convnext_atto", "resnet18"])
def test_in_half_precision_a_cpu_alone_keeps_narrow_statistics(name: str) -> None:
    """Its kernels keep mean and 1/deviation in the type of the weights, others in float32."""
    profile = Profile(resolve({"preset": name, "resolution": 64}).graph(2), "bfloat16")
    step = TrainingStep(profile)
    statistics = sum(keeping.extra.statistics for keeping in step.kept)
    saved = {}
    for device in ("meta", "cpu"):
        with torch.device(device):
            module, x = lowered(step).bfloat16(), torch.zeros(profile.input_shape)
        saved[device] = saved_bytes(module, x.bfloat16())
    assert statistics > 0
    assert saved == {"meta": step.kept_bytes, "cpu": step.kept_bytes - 2 * statistics}


FULLEST = {
    "shortcuts": RESNET,
    "bottlenecks": {"preset": "resnet26", "resolution": 64},
    "dense layers": {"preset": "densenet40_k12_bc_cifar10", "depth": [3, 3]},
    "mobile blocks": {"preset": "mobilenet_v2", "resolution": 64},
    "branches": {"preset": "inception_v3", "resolution": 96},
    "fire": {"preset": "squeezenet1_1", "resolution": 64},
    "transformer": {"preset": "vit_tiny_patch16_224", "resolution": 64, "depth": 3},
    "windows": {"preset": "swin_t", "depth": [1, 2], "resolution": 64},
}

NOT_TO_THE_BYTE = {
    ("bottlenecks", "block"),
    ("transformer", "none"),
    ("transformer", "block"),
}
"""torch holds some 2 kB of gradients of norms or biases longer here; nothing larger."""


@pytest.mark.parametrize("checkpoint", ["none", "block"])
@pytest.mark.parametrize("name", FULLEST)
def test_the_fullest_moment_of_a_step_is_the_one_measured(name: str, checkpoint: str) -> None:
    """Forward and backward, the gradients of weights among what is alive."""
    step = step_of(FULLEST[name], checkpoint=checkpoint)
    module = lowered(step)
    _, live, result = live_after(module, torch.rand(step.profile.input_shape))
    live.peak = live.live
    with live:
        result.sum().backward()
    backward = max(moment.live for moment in step.moments if moment.phase == "backward")
    # A scalar loss, and the gradient of it.
    longer = live.peak - (backward + 2 * 4)
    if (name, checkpoint) in NOT_TO_THE_BYTE:
        assert 0 < longer <= 2048
    else:
        assert longer == 0


def test_the_memory_of_a_step_is_the_sum_of_its_purposes() -> None:
    memory = step_of(RESNET, optimizer="adamw").memory
    weights = 4 * 11_689_512
    assert memory.weights_bytes == memory.gradients_bytes == weights
    # Two moments of each weight, and a count of steps for each of 62 tensors.
    assert memory.optimizer_bytes == 2 * weights + 4 * 62
    *purposes, total, peak = memory.to_dict().values()
    assert sum(purposes) == total
    assert peak <= total


@pytest.mark.parametrize(
    ("optimizer", "create"),
    [
        ("sgd", lambda p: torch.optim.SGD(p, lr=0.1)),
        ("momentum", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
        ("adam", torch.optim.Adam),
        ("adamw", torch.optim.AdamW),
    ],
)
def test_the_state_of_optimizers_is_that_of_torch(optimizer: Any, create: Any) -> None:
    step = step_of(RESNET, optimizer=optimizer, freeze="stage1")
    module = lowered(step)
    module(torch.rand(step.profile.input_shape)).sum().backward()
    chosen = create([p for p in module.parameters() if p.requires_grad])
    chosen.step()
    state = [
        value
        for values in chosen.state.values()
        for value in values.values()
        if isinstance(value, torch.Tensor)
    ]
    assert step.memory.optimizer_bytes == sum(value.nbytes for value in state)
    gradients = sum(p.grad.nbytes for p in module.parameters() if p.grad is not None)
    assert step.memory.gradients_bytes == gradients


def test_master_weights_are_kept_beside_narrow_ones_only() -> None:
    spec = resolve(RESNET)
    options = TrainingOptions(optimizer="momentum", master_weights=True)
    half, single = (
        TrainingStep(Profile(spec.graph(2), dtype), options).memory
        for dtype in ("bfloat16", "float32")
    )
    assert half.master_weights_bytes == half.optimizer_bytes == 2 * half.weights_bytes
    assert single.master_weights_bytes == 0


def macs_by_hand(module: nn.Module, x: torch.Tensor) -> tuple[int, int, int]:
    """Forward, grad-input and grad-weight MACs from the modules alone."""
    forward: list[int] = []

    def note(layer: Any, _: Any, out: torch.Tensor) -> None:
        if isinstance(layer, nn.Conv2d):
            height, width = layer.kernel_size
            window = height * width * layer.in_channels // layer.groups
        else:
            window = layer.in_features
        forward.append(out.numel() * window)

    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(note)
    module(x)
    # The gradient of the image is nobody's business; all else costs as much again, twice.
    return sum(forward), sum(forward[1:]), sum(forward)


@pytest.mark.parametrize("name", ["resnext50_32x4d", "mobilenet_v2", "efficientnet_b0"])
def test_backward_macs_are_those_counted_by_hand(name: str) -> None:
    step = step_of({"preset": name}, batch=1)
    with torch.device("meta"):
        module, x = lowered(step).eval(), torch.empty(step.profile.input_shape)
    macs = step.macs
    assert (macs.forward, macs.grad_input, macs.grad_weight) == macs_by_hand(module, x)
    assert macs.recomputed == 0


class Convolutions(TorchDispatchMode):
    """MACs of the forward convolutions that run."""

    macs = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if func is torch.ops.aten.convolution.default:
            self.macs += result.numel() * args[1][0].numel()
        return result


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("resnet18", "block"),
        ("resnet18", "stage"),
        ("resnet18", "shortcut"),
        ("resnetv2_18", "block"),
        ("resnetv2_18", "stage"),
    ],
)
def test_macs_computed_again_are_those_that_torch_computes_again(name: str, policy: str) -> None:
    """torch stops as soon as everything is there again: a last convolution need not run."""
    step = step_of({"preset": name, "resolution": 64}, checkpoint=policy)
    result = lowered(step)(torch.rand(step.profile.input_shape)).sum()
    with Convolutions() as again:
        result.backward()
    assert again.macs == step.macs.recomputed > 0


def test_frozen_parts_cost_no_gradients() -> None:
    none, stage2, backbone = (
        step_of(RESNET, freeze=freeze) for freeze in ("none", "stage2", "backbone")
    )
    assert backbone.macs.grad_weight == 2 * 512 * 1000
    assert backbone.macs.grad_input == 0
    paths = stage2.profile.paths
    costly = {
        path.partition(".")[0]
        for path, macs in zip(paths, stage2.layer_macs, strict=True)
        if macs.grad_weight
    }
    assert costly == {"stage3", "stage4", "head"}
    # The first layers that train need no gradient for what they are given.
    first = next(i for i, macs in enumerate(stage2.layer_macs) if macs.grad_weight)
    assert stage2.layer_macs[first].grad_input == 0
    assert none.macs.total > stage2.macs.total > backbone.macs.total
    assert backbone.trainable_params == 513_000


def test_every_kept_tensor_says_who_made_it_and_why() -> None:
    step = step_of(RESNET)
    rows = kept_list(step)
    assert sum(row.size_bytes for row in rows) == step.kept_bytes
    assert set(Counter(row.dtype for row in rows)) == {"float32", "int64"}
    assert {row.path for row in rows} <= set(step.profile.paths)
    # torch keeps the result of a relu, which lives where the norm before it wrote.
    (relu,) = [row for row in rows if row.kept_by == "stem.act"]
    assert (relu.path, relu.reason) == ("stem.norm", "Its result, from which the slope follows.")
    positions = [row.reason for row in rows if row.dtype == "int64"]
    assert positions == ["Where each maximum was."]


@across_the_spread
def test_every_kind_of_tensor_is_kept_for_a_reason_of_its_own(request_: dict[str, Any]) -> None:
    step = step_of(request_)
    calls = {tensor.path: tensor.call for tensor in step.profile.graph.tensors}
    rows = kept_list(step)
    assert sum(row.size_bytes for row in rows) == step.kept_bytes
    for row in rows:
        assert row.reason.endswith(".")
        assert row.reason != kept.reason(calls[row.kept_by]), row  # that of a rule names all


def test_plans_go_from_the_cheapest_to_the_smallest() -> None:
    found = plans(Profile(resolve({"preset": "resnet50"}).graph(8)))
    assert found[0].checkpoint == "none"
    assert [plan.recomputed_macs for plan in found] == sorted(
        plan.recomputed_macs for plan in found
    )
    best = [plan for plan in found if plan.best]
    peaks = [plan.peak_bytes for plan in best]
    assert peaks == sorted(peaks, reverse=True)
    assert len(best) >= 5


@pytest.mark.parametrize(
    "given", [{"freeze": "stage2"}, {"optimizer": "adamw"}, {"freeze": "backbone"}]
)
def test_plans_follow_the_options_of_training(given: dict[str, Any]) -> None:
    profile = Profile(resolve(RESNET).graph(2))
    options = TrainingOptions(**given)
    found = plans(profile, options)
    for plan in found:
        step = TrainingStep(profile, options.model_copy(update={"checkpoint": plan.checkpoint}))
        assert plan.peak_bytes == step.memory.peak_bytes
        assert (plan.kept_bytes, plan.recomputed_macs) == (step.kept_bytes, step.macs.recomputed)
        trains = {path.partition(".")[0] for path, count in trained_paths(step) if count}
        assert {segment.path.partition(".")[0] for segment in step.segments} <= trains
        assert plan.parts == len(step.segments)
    assert found[0].checkpoint == "none"
    assert (len(found) > 1) == (given != {"freeze": "backbone"})  # there is nothing to save then


def trained_paths(step: TrainingStep) -> list[tuple[str, int]]:
    return [
        (path, macs.grad_weight)
        for path, macs in zip(step.profile.paths, step.layer_macs, strict=True)
    ]


@pytest.mark.parametrize("training", [None, TrainingOptions(optimizer="adam", checkpoint="block")])
def test_the_largest_batch_fits_and_one_image_more_does_not(
    training: TrainingOptions | None,
) -> None:
    spec = resolve({"preset": "mobilenet_v2"})
    available = 2 * 10**9
    found = largest_batch(spec, available, training=training)

    def needed(batch: int) -> int:
        profile = Profile(spec.graph(batch))
        if training is None:
            return needed_bytes(profile)
        return TrainingStep(profile, training).memory.peak_bytes

    assert found.needed_bytes == needed(found.batch) <= available
    assert found.next_bytes == needed(found.batch + 1) > available
    assert found.spare_bytes == available - found.needed_bytes


def test_where_not_one_image_fits_it_says_what_one_needs() -> None:
    found = largest_batch(resolve({"preset": "resnet50"}), 10**6)
    assert found.batch == 0
    assert found.needed_bytes == found.next_bytes > 10**8
    assert found.spare_bytes < 0


@pytest.mark.parametrize(
    ("options", "error", "accepted"),
    [
        ({"freeze": "stage9"}, UnknownFreeze, "stage4"),
        ({"checkpoint": "stem9"}, UnknownPart, "block"),
        ({"checkpoint": ("stage1", "stage7")}, UnknownPart, "paths"),
        ({"checkpoint": ("stage1", "stage1.basic1")}, UnknownPart, "do not contain"),
    ],
)
def test_parts_that_are_not_there_are_named(
    options: dict[str, Any], error: type[Exception], accepted: str
) -> None:
    with pytest.raises(error) as raised:
        step_of(RESNET, **options)
    assert accepted in raised.value.accepted  # type: ignore[attr-defined]
