"""The generated file: runs by itself, and is the network that `to_torch` makes."""

from __future__ import annotations

import ast
from typing import Any

import pytest
import torch
from torch import nn

from archmeter.models.graph import Graph
from archmeter.models.registry import resolve
from archmeter.models.torch_module import to_torch
from archmeter.models.torch_source import torch_source
from tests.live_bytes import measured_peak
from tests.spread import across_the_spread


def written(graph: Graph, title: str = "a network") -> nn.Module:
    """The network of a generated file."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(torch_source(graph, title), "network.py", "exec"), names)  # noqa: S102 - the point
    network: nn.Module = names["Network"]()
    return network


@across_the_spread
def test_the_file_is_the_same_network(request_: dict[str, Any]) -> None:
    """The same weights by name and shape, and with their values the same answer.

    Fixed filters, masks and positions are computed, not left to be loaded.
    """
    graph = resolve(request_).graph(2)
    lowered, network = to_torch(graph).eval(), written(graph).eval()
    state = lowered.state_dict()
    own = network.state_dict()
    assert [(name, weight.shape) for name, weight in own.items()] == [
        (name, weight.shape) for name, weight in state.items()
    ]
    assert all(torch.equal(fixed, state[name]) for name, fixed in network.named_buffers())
    network.load_state_dict(state)
    x = torch.randn(graph.input.shape)
    with torch.no_grad():
        ours, theirs = network(x.clone()), lowered(x.clone())
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


@pytest.mark.parametrize("name", ["resnet26", "densenet121", "swin_t", "googlenet_aux"])
def test_tensors_live_as_long_as_in_the_lowered_module(name: str) -> None:
    graph = resolve({"preset": name, "resolution": 64}).graph(2)
    x = torch.randn(graph.input.shape)
    assert measured_peak(written(graph), x) == measured_peak(to_torch(graph), x)


def test_scopes_that_differ_in_numbers_share_a_class() -> None:
    """ResNet-50 has 16 bottlenecks, of which 4 project; one of these keeps the size of the map."""
    text = torch_source(resolve({"preset": "resnet50"}).graph(), "resnet50")
    classes = [node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    assert [name for name in classes if name.startswith("Bottleneck")] == [
        "Bottleneck",
        "Bottleneck2",
        "Bottleneck3",
    ]
    assert "self.bottleneck6 = Bottleneck2(1024, 256)" in text


FORWARD = """\
    def forward(self, x):
        y = self.conv1(x)
        y = self.norm1(y)
        y = self.act1(y)
        y = self.conv2(y)
        y = self.norm2(y)
        x = self.shortcut(x)
        y += x
        del x
        y = self.act2(y)
        return y
"""


def test_the_code_reads_as_people_write_it() -> None:
    assert FORWARD in torch_source(resolve({"preset": "resnet18"}).graph(), "resnet18")


def test_only_torch_is_imported() -> None:
    graph = resolve({"preset": "swin_t", "depth": [2, 2], "resolution": 68}).graph()
    imported = {
        alias.name if isinstance(node, ast.Import) else f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(torch_source(graph, "swin")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported == {"torch", "torch.nn", "torch.nn.functional"}


@pytest.mark.parametrize("title", ['""" + boom', "back\\", "two\nlines", 'ends in "'])
def test_a_title_stays_inside_its_string(title: str) -> None:
    graph = resolve({"preset": "resnet20_cifar10"}).graph()
    assert isinstance(ast.parse(torch_source(graph, title)).body[0], ast.Expr)
    assert written(graph, title)
