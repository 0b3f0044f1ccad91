"""Figures measured on the implementations of others: timm, torchvision, pytorchcv, authors' code.

``data/library.csv`` holds the figures and, of some, ``data/kept.csv`` what autograd keeps of two
images; ``data/specs/`` for each network the request that means the same one here,
``data/not_reproduced.csv`` the reason where there is none. A wrong width, depth, stride or bias
anywhere changes one of these integers.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from functools import cached_property
from math import prod
from pathlib import Path

import pytest

from archmeter.analyzers.conventions import fvcore_count
from archmeter.analyzers.profile import Profile
from archmeter.models.graph import Graph, Scope, Tensor
from archmeter.models.ops import (
    AdaptiveAvgPool2d,
    Conv1d,
    Conv2d,
    Linear,
    Mean,
    Op,
    Weight,
    WeightRole,
    WindowMask,
)
from archmeter.models.registry import resolve

DATA = Path(__file__).parent / "data"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key(row: dict[str, str]) -> tuple[str, str]:
    return row["library"], row["name"]


FIGURES = {key(row): row for row in rows_of(DATA / "library.csv")}
KEPT = {key(row): int(row["kept_bytes"]) for row in rows_of(DATA / "kept.csv")}
NOT_REPRODUCED = rows_of(DATA / "not_reproduced.csv")


class Network:
    """A network of a library, and our graph of it."""

    def __init__(self, row: dict[str, str]) -> None:
        self.row = {**FIGURES[key(row)], **row}

    def __str__(self) -> str:
        return f"{self.row['library']}-{self.row['name']}"

    def theirs(self, *columns: str) -> dict[str, int]:
        return {column: int(self.row[column]) for column in columns}

    @cached_property
    def graph(self) -> Graph:
        return resolve(json.loads(self.row["spec"])).graph()

    @property
    def unlisted(self) -> list[Tensor]:
        """Tensors owned here that the library makes anew, or owns outside its layers."""
        told = [UNLISTED[name] for name in self.row.get("unlisted", "").split()]
        return [tensor for tensor in self.graph.tensors if any(tell(tensor) for tell in told)]

    @cached_property
    def layers(self) -> list[Tensor]:
        """Modules that own weights; a layer applied twice is one module."""
        return [t for t in self.graph.tensors if t.call.weights and not t.reuses]


POOLS: dict[str, Callable[[Op], bool]] = {
    "head": lambda op: isinstance(op, AdaptiveAvgPool2d),
    "attention": lambda op: isinstance(op, Mean) and op.dims == (2, 3),
}
"""Where global pools stand, and as what they are written here."""

UNLISTED: dict[str, Callable[[Tensor], bool]] = {
    "mask": lambda tensor: isinstance(tensor.op, WindowMask),
    "qkv": lambda tensor: tensor.path.endswith("attention.linear1"),
}
"""Masks computed in each pass (torchvision's Swin); weights of torch's MultiheadAttention."""

REPRODUCED = [
    Network(row) for path in sorted((DATA / "specs").glob("*.csv")) for row in rows_of(path)
]

every_network = pytest.mark.parametrize("network", REPRODUCED, ids=str)


@every_network
def test_params_buffers_macs_and_activations_are_those_of_the_library(network: Network) -> None:
    totals = Profile(network.graph).totals
    theirs = network.theirs("params", "buffers", "macs", "activations")
    ours = {column: getattr(totals, column) for column in theirs}
    ours["buffers"] -= sum(weight.size for weight in unlisted(network, "buffer"))
    assert ours == theirs


def unlisted(network: Network, role: WeightRole) -> list[Weight]:
    weights = (weight for tensor in network.unlisted for weight in tensor.call.weights)
    return [weight for weight in weights if weight.role == role]


@every_network
def test_the_fvcore_total_is_that_of_the_library(network: Network) -> None:
    """fvcore counts a global pool only where the library writes it as an adaptive pool layer."""
    pools = sum(
        prod(tensor.inputs[0].shape)
        for tensor in network.graph.tensors
        for where in network.row["adaptive_pools"].split()
        if POOLS[where](tensor.op)
    )
    ours = fvcore_count(network.graph)
    total = ours.macs + ours.norms + ours.upsampling + pools
    assert {"fvcore_total": total} == network.theirs("fvcore_total")


@every_network
def test_it_has_as_many_layers_as_in_the_library(network: Network) -> None:
    """A 1x1 convolution of a 1x1 map may be written as a linear layer, so those count together."""
    theirs = network.theirs("conv_layers", "linear_layers", "norm_layers")
    layers = [t for t in network.layers if t not in network.unlisted]
    linear = [t for t in layers if isinstance(t.op, Conv2d | Conv1d | Linear)]
    assert len(linear) == theirs["conv_layers"] + theirs["linear_layers"]
    norms = [t for t in network.layers if t.op.label == "norm"]
    composed = composed_norms(network.graph.root, network.graph.tensors)
    assert len(norms) + composed == theirs["norm_layers"]


@pytest.mark.parametrize("network", [n for n in REPRODUCED if key(n.row) in KEPT], ids=str)
def test_autograd_keeps_as_many_bytes_as_in_the_library(network: Network) -> None:
    """In single precision; the same storages, whatever the operators are called."""
    graph = resolve(json.loads(network.row["spec"])).graph(2)
    assert Profile(graph).memory.training_saved_bytes == KEPT[key(network.row)]


def composed_norms(scope: Scope, tensors: list[Tensor]) -> int:
    """Norms that are made of other operators: scopes of such a name, with no norm inside."""
    inside = sum(composed_norms(child, tensors) for child in scope.children)
    operators = {tensor.op.label for tensor in tensors[scope.start : scope.end]}
    return inside + (scope.label.endswith("_norm") and "norm" not in operators)


def test_every_network_measured_is_reproduced_or_says_why_not() -> None:
    """None may be dropped from the data in silence."""
    reproduced = [key(network.row) for network in REPRODUCED]
    missing = [key(row) for row in NOT_REPRODUCED]
    assert sorted([*reproduced, *missing]) == sorted(FIGURES)
    assert all(row["reason"] for row in NOT_REPRODUCED)
