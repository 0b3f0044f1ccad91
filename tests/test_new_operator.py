"""A new operator: what it takes to add one, and that every answer includes it then.

It takes its class, of a kind; its counterpart in torch; and a rule wherever it costs something else
than its kind: here ``Absolute`` costs what its kind costs, and ``Cube`` an operation more. A sample
in tests/test_operators.py is the fourth place, which stands for the tests below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from archmeter.analyzers.audit import saved_bytes
from archmeter.analyzers.compute import FlopKind, flops
from archmeter.analyzers.conventions import TOOLS
from archmeter.analyzers.conventions.flop_counter import FORWARD
from archmeter.analyzers.devices import device
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.roofline import roofline
from archmeter.analyzers.sight import sights
from archmeter.analyzers.training.step import TrainingStep
from archmeter.models.graph import Graph, Tensor
from archmeter.models.ops import AdaptiveAvgPool2d, Conv2d, Flatten, Linear, Op, Shape, Unary
from archmeter.models.torch_module import to_torch
from archmeter.models.torch_operators import calls, function
from archmeter.models.torch_source import torch_source
from tests.live_bytes import measured_peak


@dataclass(frozen=True, slots=True)
class Absolute(Unary):
    """|x|."""

    label = "abs"


calls.say(lambda _, torch, x: function(torch.abs, x), Absolute)


@dataclass(frozen=True, slots=True)
class Cube(Unary):
    """x³."""

    label = "cube"


calls.say(lambda _, torch, x: function(torch.pow, x, 3), Cube)


@flops.rule(Cube)
def cube_flops(_: Cube, out: Shape, __: Shape) -> tuple[FlopKind, int]:
    """Two multiplications."""
    return "elementwise", 2 * prod(out)


INPUT: Shape = (2, 3, 9, 7)
HIDDEN = 2 * 8 * 5 * 4
"""Elements of what a 3x3 convolution with stride 2 and padding 1 makes of it, of 8 channels."""

every_operator = pytest.mark.parametrize(
    ("op", "per_element", "computed"),
    [(Absolute(), 1, torch.abs), (Cube(), 2, partial(torch.pow, exponent=3))],
    ids=["Absolute", "Cube"],
)
every_newcomer = pytest.mark.parametrize("op", [Absolute(), Cube()], ids=["Absolute", "Cube"])


def traced(op: Op) -> Graph:
    """A small network with the operator behind a convolution."""

    def network(x: Tensor) -> Tensor:
        conv = Conv2d(8, (3, 3), (2, 2), (1, 1))
        for one in (conv, op, AdaptiveAvgPool2d(), Flatten(), Linear(5)):
            x = x.graph.append(one, x)
        return x

    return Graph.trace(network, INPUT)


def products(run: Callable[[], Any]) -> int:
    """Multiply-accumulates, as torch counts them."""
    with FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops() // 2


@every_operator
def test_a_new_operator_is_counted(
    op: Op, per_element: int, computed: Callable[[torch.Tensor], torch.Tensor]
) -> None:
    graph = traced(op)
    profile, module, x = Profile(graph), to_torch(graph), torch.randn(INPUT)
    parts = dict(module.named_children())
    with torch.no_grad():
        hidden = computed(parts["conv"](x))
        torch.testing.assert_close(module(x), parts["linear"](hidden.mean((2, 3))))
    totals = profile.totals
    assert totals.params == sum(weight.numel() for weight in module.parameters())
    assert totals.macs == products(lambda: module(x))
    assert totals.flops_by_kind["elementwise"] == per_element * HIDDEN
    assert totals.flops == 2 * totals.macs + sum(
        count for kind, count in totals.flops_by_kind.items() if kind != "mac"
    )


@every_newcomer
def test_a_new_operator_takes_its_memory(op: Op) -> None:
    graph = traced(op)
    memory = Profile(graph).memory
    assert memory.inference_peak_bytes == measured_peak(to_torch(graph), torch.rand(INPUT))
    assert memory.training_saved_bytes == saved_bytes(to_torch(graph), torch.rand(INPUT))


@every_newcomer
def test_a_new_operator_is_a_row_that_sees_what_its_input_sees(op: Op) -> None:
    graph = traced(op)
    before, row = Profile(graph).rows[:2]
    assert (row.operator, row.path) == (type(op).__name__, op.label)
    assert row.receptive_field == before.receptive_field == (3, 3)
    assert row.stride == before.stride == (2, 2)
    seen, sees = sights(graph)[1:3]
    assert np.array_equal(seen.rows, sees.rows)
    assert np.array_equal(seen.columns, sees.columns)


@every_newcomer
def test_a_new_operator_is_trained_through(op: Op) -> None:
    graph = traced(op)
    module, step = to_torch(graph), TrainingStep(Profile(graph))
    assert step.macs.total == products(lambda: module(torch.randn(INPUT)).sum().backward())
    assert step.memory.kept_bytes == saved_bytes(module, torch.rand(INPUT))
    assert step.memory.peak_bytes >= step.memory.kept_bytes


@every_newcomer
def test_a_new_operator_is_in_every_other_answer(op: Op) -> None:
    graph = traced(op)
    profile = Profile(graph)
    assert all(tool(graph).figure for tool in TOOLS)
    module = to_torch(graph)
    assert FORWARD(graph).figure == 2 * products(lambda: module(torch.randn(INPUT)))
    alone, fused = (
        roofline(profile, device("a100").peaks("float32"), fused=fused) for fused in (False, True)
    )
    assert len(fused.rows) == len(alone.rows) - 1


@every_newcomer
def test_a_new_operator_can_be_written_as_torch(op: Op) -> None:
    graph = traced(op)
    written: dict[str, Any] = {"__name__": "written"}
    exec(torch_source(graph, "a network"), written)  # noqa: S102 - it is code that is tested
    network, module = written["Network"](), to_torch(graph)
    network.load_state_dict(module.state_dict())
    x = torch.randn(INPUT)
    assert torch.equal(network(x), module(x))
