"""The torch module lowered from a graph is the network that the graph describes."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
import torch
from torch import nn

from archmeter.analyzers.audit import saved_bytes
from archmeter.analyzers.profile import Profile
from archmeter.models.graph import Graph
from archmeter.models.registry import presets, resolve
from archmeter.models.spec import Preset
from archmeter.models.torch_module import source, to_torch
from tests.live_bytes import measured_peak
from tests.spread import RESNEXT, across_the_spread


def as_case(preset: Preset) -> Any:
    """A preset to be lowered; 600 operators take their time."""
    slow = len(preset.spec.graph().calls) > 600
    return pytest.param(preset, marks=[pytest.mark.slow] if slow else [], id=preset.name)


every_preset = pytest.mark.parametrize("preset", [as_case(p) for p in presets().values()])


def on_meta(graph: Graph) -> tuple[nn.Module, torch.Tensor]:
    """The module and an input that have shapes but no content."""
    with torch.device("meta"):
        return to_torch(graph), torch.empty(graph.input.shape)


def on_cpu(graph: Graph) -> tuple[nn.Module, torch.Tensor]:
    torch.manual_seed(0)
    return to_torch(graph), torch.randn(graph.input.shape)


def outputs(result: torch.Tensor | tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    """The main output, and those of auxiliary heads."""
    return result if isinstance(result, tuple) else (result,)


def blank(graph: Graph, dtype: str) -> tuple[nn.Module, torch.Tensor]:
    """A module that really runs, on zeros: memory does not depend on values."""
    module, x = on_meta(graph)
    module = module.to(getattr(torch, dtype)).to_empty(device="cpu")
    for tensor in (*module.parameters(), *module.buffers()):
        nn.init.zeros_(tensor)
    return module, torch.zeros(x.shape, dtype=getattr(torch, dtype))


@every_preset
def test_a_preset_lowers_to_a_module_of_its_size_names_and_memory(preset: Preset) -> None:
    profile = Profile(preset.spec.graph(2))
    module, x = on_meta(profile.graph)
    assert sum(p.numel() for p in module.parameters()) == profile.totals.params
    assert sum(b.numel() for b in module.buffers()) == profile.totals.buffers
    owned = {
        # A weight by itself belongs to the module around it, under its own name.
        tensor.path if tensor.op.is_weight else f"{tensor.path}.{weight.name}": weight.shape
        for tensor in profile.graph.tensors
        if not tensor.reuses
        for weight in tensor.call.weights
    }
    assert {name: tuple(t.shape) for name, t in module.state_dict().items()} == owned
    shapes: list[tuple[int, ...]] = []
    module.register_forward_hook(
        lambda _module, _inputs, out: shapes.extend(tuple(one.shape) for one in outputs(out))
    )
    assert saved_bytes(module.train(), x) == profile.memory.training_saved_bytes
    assert shapes == [tensor.shape for tensor in profile.graph.outputs]


@across_the_spread
def test_a_lowered_network_trains(request_: dict[str, Any]) -> None:
    graph = resolve(request_).graph(2)
    module, x = on_cpu(graph)
    module.train()
    before = {name: p.detach().clone() for name, p in module.named_parameters()}
    loss = torch.stack([out.square().mean() for out in outputs(module(x))]).sum()
    loss.backward()
    assert loss.isfinite()
    torch.optim.SGD(module.parameters(), lr=0.1).step()
    stuck = [name for name, p in module.named_parameters() if p.grad is None]
    assert not stuck, "weights without a gradient"
    moved = [name for name, p in module.named_parameters() if not p.equal(before[name])]
    assert len(moved) > len(before) / 2
    assert all(p.isfinite().all() for p in module.parameters())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@across_the_spread
def test_autograd_keeps_what_was_predicted(request_: dict[str, Any], dtype: Any) -> None:
    profile = Profile(resolve(request_).graph(2), dtype)
    module, x = blank(profile.graph, dtype)
    assert saved_bytes(module.train(), x) == profile.memory.training_saved_bytes


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@across_the_spread
def test_the_inference_peak_is_what_is_alive_in_a_real_forward_pass(
    request_: dict[str, Any], dtype: Any
) -> None:
    """Also of the rule that a caller holds what it handed to a block until the block returns."""
    profile = Profile(resolve(request_).graph(2), dtype)
    module, x = blank(profile.graph, dtype)
    assert measured_peak(module, x) == profile.memory.inference_peak_bytes


def test_resnet50_takes_the_memory_it_is_known_to_take() -> None:
    """Measured on torchvision's resnet50, batch 32 at 224 pixels in single precision."""
    profile = Profile(resolve({"preset": "resnet50"}).graph(32))
    assert profile.memory.training_saved_bytes == 2_730_049_024
    assert profile.memory.inference_peak_bytes == 333_973_504
    module, x = on_meta(profile.graph)
    assert saved_bytes(module.train(), x) == 2_730_049_024


def test_the_weights_of_a_module_are_freed_with_it() -> None:
    """What holds itself waits for the collector; through autograd, for ever."""
    graph = resolve({"preset": "resnet18", "resolution": 32}).graph(2)
    gc.disable()
    try:
        module, x = on_cpu(graph)
        weight = weakref.ref(next(module.parameters()))
        assert saved_bytes(module.train(), x)
        del module
        assert weight() is None
    finally:
        gc.enable()


def test_weights_that_are_used_again_are_one_module() -> None:
    graph = resolve({"preset": "cbam_resnet18", "resolution": 32}).graph(2)
    module, _ = on_meta(graph)
    attention = module.get_submodule("stage1.basic1.cbam.channel_attention")
    code = source(attention)
    assert code.count("self.conv1(") == code.count("self.conv2(") == 2
    assert [name for name, _ in attention.named_children()] == ["conv1", "act1", "conv2", "act3"]


GENERATED = """\
# Basic
def forward(self, x):
    conv1 = self.conv1(x)
    norm1 = self.norm1(conv1);  conv1 = None
    act1 = self.act1(norm1);  norm1 = None
    conv2 = self.conv2(act1);  act1 = None
    norm2 = self.norm2(conv2);  conv2 = None
    squeeze_excite = self.squeeze_excite(norm2);  norm2 = None
    shortcut = self.shortcut(x);  x = None
    squeeze_excite += shortcut;  add = squeeze_excite;  squeeze_excite = shortcut = None
    act2 = self.act2(add);  add = None
    return act2


# squeeze_excite
def forward(self, x):
    mean = x.mean((2, 3), keepdim = True)
    conv1 = self.conv1(mean);  mean = None
    act1 = self.act1(conv1);  conv1 = None
    conv2 = self.conv2(act1);  act1 = None
    act2 = self.act2(conv2);  conv2 = None
    mul = x * act2;  x = act2 = None
    return mul


# shortcut
def forward(self, x):
    conv = self.conv(x);  x = None
    norm = self.norm(conv);  conv = None
    return norm
"""


def test_the_generated_code_reads_like_the_network() -> None:
    module, _ = on_meta(resolve({"preset": "seresnet18", "resolution": 32}).graph())
    assert source(module.get_submodule("stage2.basic1")) == GENERATED


@pytest.mark.parametrize("name", ["resnet20_cifar10", "cbam_resnet18", "resnext26_32x4d"])
def test_the_same_weights_give_the_same_answer_whatever_the_batch(name: str) -> None:
    """A lowered module holds no batch size: it is a module like any other."""
    spec = resolve({"preset": name, "resolution": 64})
    module, _ = on_cpu(spec.graph(1))
    module.eval()
    x = torch.randn(3, 3, 64, 64)
    with torch.no_grad():
        together, alone = module(x), torch.cat([module(image[None]) for image in x])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)


def test_paths_of_a_resnext_block_compute_what_its_grouped_convolution_does() -> None:
    """Form b, given the weights of form c: each path owns its share of the output channels."""
    one_block = {**RESNEXT, "depth": (1,), "shortcut": "C"}
    grouped, x = on_cpu(resolve({**one_block, "form": "c"}).graph())
    parallel, _ = on_cpu(resolve({**one_block, "form": "b"}).graph())
    weights = grouped.state_dict()
    block = "stage1.bottleneck1"
    for layer in ("conv1", "norm1", "conv2", "norm2"):
        for name in [name for name in weights if name.startswith(f"{block}.{layer}.")]:
            whole = weights.pop(name)
            shares = whole.chunk(RESNEXT["cardinality"]) if whole.ndim else [whole] * 4
            for number, share in enumerate(shares, 1):
                weights[name.replace(layer, f"path{number}.{layer}")] = share
    for name in [
        name for name in weights if f"{block}.conv3." in name or f"{block}.norm3." in name
    ]:
        weights[name.replace("3.", ".")] = weights.pop(name)
    parallel.load_state_dict(weights)
    with torch.no_grad():
        torch.testing.assert_close(parallel.eval()(x), grouped.eval()(x), rtol=1e-4, atol=1e-4)
