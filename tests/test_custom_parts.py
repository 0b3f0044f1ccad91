"""Every kind of stem, stage and head of composed networks, held to torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn

from archmeter.analyzers import Profile
from archmeter.analyzers.audit import saved_bytes
from archmeter.models.families.custom import CustomSpec
from archmeter.models.graph import Graph
from archmeter.models.layers.composable.catalogue import stage_kinds
from archmeter.models.registry import resolve
from archmeter.models.torch_module import to_torch
from tests.compositions import Fields
from tests.live_bytes import measured_peak
from tests.part_schema import check_part_schema

SCHEMA = CustomSpec.model_json_schema()


def kinds(field: str) -> list[str]:
    """The kinds of stems or heads."""
    names, _ = SCHEMA["properties"][field]["anyOf"]
    return list(names["enum"])


def definition(block: str) -> Fields:
    schema: Fields = SCHEMA["$defs"][stage_kinds()[block].__name__]
    return schema


def variants(block: str) -> Iterator[Fields]:
    """Each choice of each knob in turn; of numbers to choose from, the smallest two."""
    yield {}
    for name, knob in definition(block)["properties"].items():
        if name == "stride":
            continue
        choices = knob.get("anyOf", [knob])[0].get("enum", [])
        if knob.get("type") == "boolean":
            choices = [not knob["default"]]
        if choices and not isinstance(choices[0], str):
            choices = choices[:2]
        yield from ({name: choice} for choice in choices if choice != knob.get("default"))
    if "cross_stage" in definition(block)["properties"]:
        yield from ({"cross_stage": {"fusion": fusion}} for fusion in ("both", "first", "last"))


FITTING: dict[str, Fields] = {
    # Half of its inner channels would be fewer than the groups of a group norm.
    "senet_bottleneck": {"first_reduction": 1},
    # They concatenate what enters them, and so widen it.
    "grouped_shuffle_unit": {"width": 256},
    "split_shuffle_unit": {"width": 256},
}


def small(block: str, **knobs: Any) -> Fields:
    """Two blocks of a kind, which halve the map and otherwise keep 128 channels."""
    fitting = FITTING.get(block, {})
    if "width" in definition(block)["properties"]:
        fitting = {"width": 128, **fitting}
    return {"block": block, "depth": 2, "stride": 2, **fitting, **knobs}


def lowered(graph: Graph) -> tuple[nn.Module, torch.Tensor]:
    """A module that really runs, on zeros."""
    with torch.device("meta"):
        module = to_torch(graph).to_empty(device="cpu")
    for tensor in (*module.parameters(), *module.buffers()):
        nn.init.zeros_(tensor)
    return module, torch.zeros(graph.input.shape)


def check_against_torch(architecture: Fields) -> None:
    """Weights, what autograd keeps and what is alive at once are those of the real module."""
    profile = Profile(resolve({"family": "custom", "num_classes": 10, **architecture}).graph(2))
    module, x = lowered(profile.graph)
    assert sum(p.numel() for p in module.parameters()) == profile.totals.params
    assert sum(b.numel() for b in module.buffers()) == profile.totals.buffers
    assert saved_bytes(module.train(), x) == profile.memory.training_saved_bytes
    assert measured_peak(module, x) == profile.memory.inference_peak_bytes


@pytest.mark.parametrize("block", stage_kinds())
def test_every_choice_of_every_block_is_a_real_network(block: str) -> None:
    stem = {"kind": "conv", "width": 128}
    for knobs in variants(block):
        architecture = {"stem": stem, "stages": [small(block, **knobs)], "resolution": 16}
        check_against_torch(architecture)


@pytest.mark.parametrize("kind", kinds("stem"))
def test_every_stem_is_real(kind: str) -> None:
    side = 96 if kind.startswith("inception") else 32
    check_against_torch({"stem": kind, "stages": [small("basic")], "resolution": side})


@pytest.mark.parametrize("kind", kinds("head"))
def test_every_head_is_real(kind: str) -> None:
    stem = {"kind": "conv", "width": 32}
    stages = [small("basic")]
    check_against_torch({"stem": stem, "stages": stages, "head": kind, "resolution": 32})


def test_different_blocks_stand_in_one_network() -> None:
    composed = [
        {"block": "fused_mbconv", "width": 32, "depth": 2},
        {"block": "mbconv", "width": 64, "depth": 2, "attention": "eca"},
        {"block": "convnext_block", "width": 96, "depth": 2},
        {"block": "transformer_block", "width": 128, "depth": 2},
    ]
    check_against_torch({"stages": composed, "head": "normed", "resolution": 64})


@pytest.mark.parametrize("name", SCHEMA["$defs"])
def test_every_knob_of_a_part_is_described_and_bounded(name: str) -> None:
    check_part_schema(name, SCHEMA["$defs"][name])
