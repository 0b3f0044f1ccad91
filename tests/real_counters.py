"""The tools themselves, to be run in a process of their own: they hook, patch and trace.

``python -m tests.real_counters TOOL GROUP...`` prints what a tool says of the networks of groups.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from archmeter.analyzers.profile import Profile
from archmeter.models import ops
from archmeter.models.graph import Graph
from archmeter.models.graph import Tensor as Node
from archmeter.models.registry import presets, resolve
from archmeter.models.torch_module import to_torch
from tests.test_audit import small
from tests.test_operators import INPUT, SAMPLES, then, weighted

ROOT = Path(__file__).parent.parent
MAX_WEIGHT_BYTES = 2 * 10**9
COLLECTED_PARAMS = 10**8
"""Counters leave hooks that hold the module, so that its weights would wait for the collector."""

NETWORKS = (
    "alexnet_grouped",
    "cbam_resnet18",
    "convnext_atto",
    "cs3darknet_s",
    "deit_tiny_distilled_patch16_224",
    "densenet121",
    "efficientnet_b0",
    "inception_v3_aux",
    "mobilenetv2_100",
    "mobilenetv3_large_100",
    "regnety_008",
    "resnest14d",
    "resnet50",
    "resnext50_32x4d",
    "seresnet50",
    "shufflenet_v2_x1_0",
    "skresnet18",
    "swin_tiny_patch4_window7_224",
    "van_b0",
    "vgg11_bn",
    "vit_base_patch32_clip_quickgelu_224",
    "vit_base_patch32_siglip_256",
    "vit_small_patch16_224",
)
TWO_IMAGES = ("alexnet_grouped", "convnext_atto", "deit_tiny_patch16_224", "efficientnet_b0")


COMPOSED: dict[str, str] = {"preset": "deit_tiny_patch16_224", "attention": "composed"}


def networks() -> Iterator[tuple[str, Graph]]:
    """Presets at their own resolution: one image, and two of some."""
    for batch, names in ((1, NETWORKS), (2, TWO_IMAGES)):
        for name in names:
            yield f"{name} x{batch}", presets()[name].spec.graph(batch)
        yield f"composed attention x{batch}", resolve(COMPOSED).graph(batch)


def operators() -> Iterator[tuple[str, Graph]]:
    """Every operator of the vocabulary by itself, and with weights before it and after it."""
    for i, sample in enumerate(SAMPLES):
        yield f"{i}: {sample}", Graph.trace(sample, INPUT)
        between = Graph.trace(lambda x, sample=sample: weighted(sample(weighted(x))), INPUT)
        yield f"{i}: {sample} between layers", between


def sharing() -> Iterator[tuple[str, Graph]]:
    """Layers used again: where they were made, and in three other modules."""

    def network(x: Node) -> Node:
        graph = x.graph
        with graph.scope("stem"):
            made = then(x, ops.Conv2d(8, (3, 3), padding=(1, 1), groups=4, bias=True))
            relu = then(made, ops.Activation("relu"))
            x = graph.again(relu, graph.again(made, relu))
        for _ in range(3):
            with graph.scope("stage"):
                x = graph.again(relu, graph.again(made, x))
        return then(x, ops.BatchNorm2d())

    yield "sharing", Graph.trace(network, INPUT)


def catalogue() -> Iterator[tuple[str, Graph]]:
    """Every preset on a small image, but for those whose weights and gradients fill a machine."""
    for name, preset in presets().items():
        graph = small(preset.spec)
        if 4 * Profile(graph).totals.params <= MAX_WEIGHT_BYTES:
            yield name, graph


GROUPS: dict[str, Callable[[], Iterator[tuple[str, Graph]]]] = {
    "networks": networks,
    "operators": operators,
    "sharing": sharing,
    "catalogue": catalogue,
}


def fvcore(module: nn.Module, x: Tensor) -> int:
    from fvcore.nn import FlopCountAnalysis

    analysis = FlopCountAnalysis(module, x)
    analysis.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False)
    return int(analysis.total())


def torchinfo(module: nn.Module, x: Tensor) -> int:
    from torchinfo import summary

    return int(summary(module, input_data=x, verbose=0).total_mult_adds)


def thop(module: nn.Module, x: Tensor) -> int:
    from thop import profile

    return int(profile(module, inputs=(x,), verbose=False)[0])


def ptflops(module: nn.Module, x: Tensor) -> int:
    from ptflops import get_model_complexity_info

    count, _ = get_model_complexity_info(
        module,
        tuple(x.shape[1:]),
        print_per_layer_stat=False,
        as_strings=False,
        input_constructor=lambda _: x,
    )
    return int(count)


def flop_counter(module: nn.Module, x: Tensor) -> int:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        module(x)
    return int(counter.get_total_flops())


def flop_counter_backward(module: nn.Module, x: Tensor) -> int:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        made = module(x)
        outputs = made if isinstance(made, tuple) else (made,)
        total = sum(output.sum() for output in outputs)
        if total.requires_grad:
            total.backward()
    return int(counter.get_total_flops())


REAL: dict[str, Callable[[nn.Module, Tensor], int]] = {
    "fvcore": fvcore,
    "torchinfo": torchinfo,
    "thop": thop,
    "ptflops": ptflops,
    "flop_counter": flop_counter,
    "flop_counter_backward": flop_counter_backward,
}


def lowered(graph: Graph) -> nn.Module:
    """The network, with weights of zero: nobody looks at what it computes."""
    with torch.device("meta"):
        module = to_torch(graph)
    module = module.to_empty(device="cpu").eval()
    for tensor in (*module.parameters(), *module.buffers()):
        nn.init.zeros_(tensor)
    return module


def graphs(*groups: str) -> dict[str, Graph]:
    """The networks of some groups, by name."""
    return {name: graph for group in groups for name, graph in GROUPS[group]()}


def printed(tool: str, *groups: str) -> dict[str, int]:
    """What a tool prints for the networks of some groups, found out in another process."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.real_counters", tool, *groups],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    figures: dict[str, int] = json.loads(run.stdout.splitlines()[-1])
    return figures


def main(tool: str, *groups: str) -> None:
    """Ask a tool; it may print what it likes, the answer is on the last line."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    figures = {}
    for group in groups:
        for name, graph in GROUPS[group]():
            module = lowered(graph)
            figures[name] = REAL[tool](module, torch.zeros(graph.input.shape))
            if sum(p.numel() for p in module.parameters()) > COLLECTED_PARAMS:
                del module
                gc.collect()
    sys.stdout.write(f"\n{json.dumps(figures)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
