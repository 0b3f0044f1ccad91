"""Norms folded for inference, beside what torch makes of the same network."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from archmeter.analyzers.audit import audit
from archmeter.analyzers.formulas.networks import network_forms
from archmeter.analyzers.profile import Profile, analyze
from archmeter.analyzers.training.largest_batch import largest_batch
from archmeter.analyzers.training.options import TrainingOptions
from archmeter.analyzers.training.step import NotTrained, TrainingStep
from archmeter.models.errors import ShapeError
from archmeter.models.folded_norms import fold_norms
from archmeter.models.graph import Graph, Tensor
from archmeter.models.layers.basics import conv, norm
from archmeter.models.ops import BatchNorm2d
from archmeter.models.registry import resolve
from archmeter.models.torch_module import to_torch
from tests.live_bytes import measured_peak

NETWORKS: dict[str, dict[str, Any]] = {
    "resnet18": {},
    "cbam_resnet18": {},
    "resnetv2_18": {},
    "mobilenet_v2": {},
    "efficientnet_b0": {"depth_multiplier": 0.3},
    "regnetx_002": {"depth_multiplier": 0.3},
    "resnest14d": {},
    "densenet121": {"depth": [2, 2, 2, 2]},
    "shufflenet_v2_x0_5": {},
    "repvgg_a0": {"depth": [1, 2, 2, 1]},
    "inception_v3": {"resolution": 96, "depth_multiplier": 0.3},
}


class Flat(fx.Tracer):
    """Sees every layer, so that a convolution and the norm behind it are neighbours."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:  # noqa: ARG002
        return not isinstance(m, fx.GraphModule)


def fuse(module: nn.Module) -> fx.GraphModule:
    """The module in evaluation, with norms fused by torch into the convolutions before them."""
    flat = fx.GraphModule(module, Flat().trace(module)).eval()
    layers = dict(flat.named_modules())
    for node in [node for node in flat.graph.nodes if node.op == "call_module"]:
        before, norm = node.args[0], layers[node.target]
        conv = layers.get(before.target) if before.op == "call_module" else None
        if not (isinstance(norm, nn.BatchNorm2d) and isinstance(conv, nn.Conv2d)):
            continue
        if len(before.users) == 1:
            flat.set_submodule(before.target, fuse_conv_bn_eval(conv, norm))
            node.replace_all_uses_with(before)
            flat.graph.erase_node(node)
    flat.delete_all_unused_submodules()
    flat.recompile()
    return flat


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_left_is_what_torch_leaves(name: str) -> None:
    request = {"preset": name, "resolution": 64, **NETWORKS[name]}
    plain, folded = (Profile(resolve({**request, "folded": f}).graph()) for f in (False, True))
    fused = fuse(to_torch(plain.graph))
    totals = folded.totals
    assert totals.params == sum(weight.numel() for weight in fused.parameters())
    assert totals.buffers == sum(buffer.numel() for buffer in fused.buffers())
    called = [node for node in fused.graph.nodes if node.op.startswith("call")]
    assert totals.operators == len(called)
    assert totals.macs == plain.totals.macs
    norms = sum(isinstance(layer, nn.BatchNorm2d) for layer in fused.modules())
    assert norms == sum(isinstance(tensor.op, BatchNorm2d) for tensor in folded.graph.tensors)
    x = torch.rand(plain.input_shape)
    assert tuple(fused(x).shape) == folded.output_shape
    assert measured_peak(to_torch(folded.graph), x) == folded.memory.inference_peak_bytes


def test_other_layers_keep_their_names() -> None:
    plain, folded = (resolve({"preset": "densenet121", "folded": f}).graph() for f in (False, True))
    assert [path for path in plain.paths() if path in {*folded.paths()}] == folded.paths()
    assert len(plain.calls) > len(folded.calls)


def test_a_norm_stays_where_others_take_what_is_before_it() -> None:
    def network(x: Tensor) -> Tensor:
        y = conv(x, 4, 1)
        return norm(y) + y

    graph = Graph.trace(network, (1, 3, 8, 8))
    with pytest.raises(ShapeError, match="nothing to fold"):
        fold_norms(graph)


def test_resnet_50_has_the_figures_that_people_deploy() -> None:
    """53 norms go, each layer gets a bias; the peak is three maps, and what the stage holds."""
    spec = resolve({"preset": "resnet50", "folded": True})
    profile = analyze(spec)
    plain = analyze(resolve({"preset": "resnet50"}))
    channels = (plain.totals.buffers - 53) // 2
    assert profile.totals.operators == plain.totals.operators - 53
    assert profile.totals.params == plain.totals.params - channels  # a scale and a shift: a bias
    assert profile.totals.buffers == 0
    quoted = 4 * (256 + 64 + 256) * 56 * 56
    held = 4 * 64 * 56 * 56
    assert profile.memory.inference_peak_bytes == quoted + held
    assert profile.memory.inference_peak_path == "stage1.bottleneck2.conv3"


@pytest.mark.parametrize("name", ["vit_tiny_patch16_224", "alexnet"])
def test_where_there_is_nothing_to_fold_it_is_refused(name: str) -> None:
    with pytest.raises(ShapeError, match="nothing to fold") as error:
        resolve({"preset": name, "folded": True}).graph()
    assert error.value.field == "folded"


def test_it_does_not_train() -> None:
    spec = resolve({"preset": "resnet18", "folded": True})
    profile = analyze(spec)
    assert profile.memory.training_saved_bytes == 0
    with pytest.raises(NotTrained, match="only infers") as error:
        TrainingStep(profile)
    assert error.value.field == "architecture.folded"
    with pytest.raises(NotTrained):
        largest_batch(spec, 10**9, training=TrainingOptions())
    assert largest_batch(spec, 10**9).batch > 0


def test_other_tools_count_it_too() -> None:
    report = audit(resolve({"preset": "resnet20_cifar10", "folded": True}))
    assert report.agrees, report
    assert "training_saved_bytes" not in {check.figure for check in report.checks}


def test_its_expressions_are_those_of_its_layers() -> None:
    spec = resolve({"preset": "resnet20_cifar10", "folded": True})
    forms = network_forms(spec, symbols=["N", "num_classes"])
    assert forms.at({"N": 1, "num_classes": 10})["params"] == analyze(spec).totals.params


def test_its_default_changes_no_id() -> None:
    assert "folded" not in resolve({"preset": "resnet50"}).identity()
