"""Each operator of the vocabulary against torch, and each reading against the whole vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from math import prod
from pkgutil import walk_packages
from typing import Any, NamedTuple, get_args

import pytest
import torch

import archmeter.analyzers
from archmeter.analyzers.audit import saved_bytes
from archmeter.analyzers.compute import ACTIVATION_FLOPS, activations, flops, macs
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.reading import Reading
from archmeter.models import ops
from archmeter.models.errors import ShapeError
from archmeter.models.graph import Graph, Tensor
from archmeter.models.ops import Activation, ActivationKind, Add, Conv1d, Conv2d, Linear, Op, Shape
from archmeter.models.torch_module import to_torch
from tests.live_bytes import measured_peak

CLASSES = {one for one in vars(ops).values() if isinstance(one, type) and issubclass(one, Op)}
VOCABULARY = sorted(
    {one for one in CLASSES if not any(one in other.__bases__ for other in CLASSES)},
    key=lambda one: one.__name__,
)
"""Every operator class that is not a base of another."""

READINGS = {
    reading.name: reading
    for module in walk_packages(archmeter.analyzers.__path__, "archmeter.analyzers.")
    for reading in vars(import_module(module.name)).values()
    if isinstance(reading, Reading)
}

EACH_ITS_OWN: dict[type[Op], set[str]] = {
    ops.Source: set(),
    ops.Elementwise: set(),
    # What its statistics are taken of.
    ops.Norm: {"kept for backward", "workspace", "sight"},
    # Along which dimensions, and whether it has to find its elements again.
    ops.Reduction: {"kept for backward", "receptive field", "sight"},
    # Where elements go.
    ops.Movement: {"sight"},
    # How many terms a sum has and where they are; by what name tools know it.
    ops.Product: {
        "macs",
        "papers",
        "ptflops: modules",
        "receptive field",
        "sight",
        "thop",
        "torchinfo",
    },
}
"""Readings in which operators of a kind have too little in common: each has to say its own."""


class Sample(NamedTuple):
    """An operator, and how its inputs are made from a tensor of shape (N, 8, H, W)."""

    op: Op
    inputs: Callable[[Tensor], tuple[Tensor, ...]] = lambda x: (x,)

    def __call__(self, x: Tensor) -> Tensor:
        return x.graph.append(self.op, *self.inputs(x))

    def __str__(self) -> str:
        return f"{type(self.op).__name__}-{self.op.detail.replace(' ', '_')}"


def then(x: Tensor, op: Op) -> Tensor:
    return x.graph.append(op, x)


def pixels(x: Tensor) -> tuple[Tensor]:
    return (then(x, ops.Reshape((8, prod(x.shape[2:])))),)


def with_mean(x: Tensor) -> tuple[Tensor, Tensor]:
    return x, then(x, ops.Mean((2, 3)))


def with_other(x: Tensor) -> tuple[Tensor, Tensor]:
    return x, then(x, Activation("tanh"))


def fewer(x: Tensor, rows: int) -> Tensor:
    return then(x, ops.AdaptiveAvgPool2d((rows, x.shape[3])))


def table_of_positions(x: Tensor) -> tuple[Tensor, Tensor]:
    return x.graph.append(ops.Parameter((15, 8))), x.graph.append(ops.RelativePositions((2, 3)))


def with_angles(x: Tensor) -> tuple[Tensor, Tensor]:
    """A factor that nobody trains."""
    return then(x, ops.Slice(3, 0, 4)), x.graph.append(ops.RotaryAngles((7, 1), 4, "sin"))


SAMPLES = [
    Sample(Conv2d(6, (3, 3))),
    Sample(Conv2d(6, (3, 5), (2, 1), (1, 0), bias=True)),
    Sample(Conv2d(16, (3, 3), (1, 1), (2, 2), (2, 2), groups=8)),
    Sample(Conv1d(8, 3), pixels),
    Sample(Linear(5)),
    Sample(Linear(5, bias=False), lambda x: (then(x, ops.Flatten()),)),
    Sample(ops.BatchNorm1d(), lambda x: (then(x, ops.Flatten()),)),
    Sample(ops.BatchNorm2d()),
    Sample(ops.GroupNorm(4)),
    *(Sample(Activation(kind)) for kind in get_args(ActivationKind)),
    *(Sample(Activation(kind, inplace=True)) for kind in sorted(ops.IN_PLACE_ACTIVATIONS)),
    Sample(Add(), with_other),
    Sample(Add(), with_mean),
    Sample(Add(inplace=True), with_other),
    Sample(Add(inplace=True), with_mean),
    Sample(ops.Mul(), with_other),
    Sample(ops.Mul(), with_mean),
    Sample(ops.Mul(), lambda x: (x, x)),
    Sample(ops.Dropout(0.5)),
    Sample(ops.MaxPool2d((3, 3), (2, 2), (1, 1))),
    Sample(ops.MaxPool2d((2, 2), (2, 2), ceil=True)),
    Sample(ops.AvgPool2d((2, 2), (2, 2))),
    Sample(ops.AvgPool2d((3, 2), (2, 2), (1, 0), ceil=True)),
    Sample(ops.AdaptiveAvgPool2d()),
    Sample(ops.Mean((2, 3))),
    Sample(ops.Mean((1,))),
    Sample(ops.Amax((2, 3))),
    Sample(ops.Amax((1,))),
    Sample(ops.Concat(1), with_other),
    Sample(ops.Concat(2), lambda x: (x, then(x, ops.Mean((2,))))),
    Sample(ops.Subsample(2)),
    Sample(ops.PadChannels(3)),
    Sample(ops.Reshape((2, 4, 63))),
    Sample(ops.Flatten()),
    Sample(ops.LayerNorm()),
    Sample(ops.LocalResponseNorm(5)),
    Sample(ops.Div(), with_other),
    Sample(ops.Div(), lambda x: (x, then(x, ops.VectorNorm((2, 3))))),
    Sample(ops.Shift(0.5)),
    Sample(ops.Scale(0.5)),
    Sample(ops.Softmax(1)),
    Sample(ops.Sum(2)),
    Sample(ops.VectorNorm((2, 3))),
    Sample(ops.Pad2d((0, 1, 1, 2))),
    Sample(ops.Slice(1, 2, 6)),
    Sample(ops.Permute((0, 2, 3, 1))),
    Sample(ops.ChannelShuffle(4)),
    Sample(ops.AdaptiveAvgPool2d((3, 2))),
    Sample(ops.AvgPool2d((3, 3), (1, 1), (1, 1), count_padding=True)),
    Sample(ops.Mul(), lambda x: (x, x.graph.append(ops.Parameter((8, 1, 1))))),
    Sample(ops.Parameter((2, 8, 7, 9)), lambda _: ()),
    Sample(ops.MatMul(transposed=True), with_other),
    Sample(ops.MatMul(), lambda x: (x, then(then(x, ops.Permute((0, 1, 3, 2))), ops.Contiguous()))),
    Sample(ops.MatMul(), lambda x: (x.graph.append(ops.MatMul(transposed=True), x, x), x)),
    Sample(ops.ScaledDotProductAttention(), lambda x: (*with_other(x), x)),
    Sample(ops.ScaledDotProductAttention(), lambda x: (x, *with_other(fewer(x, 2)))),
    Sample(ops.ScaledDotProductAttention(), lambda x: (fewer(x, 1), *with_other(x))),
    Sample(ops.Lookup(), table_of_positions),
    Sample(ops.WindowMask((4, 6), (2, 3), (1, 1)), lambda _: ()),
    Sample(ops.Contiguous()),
    Sample(ops.Contiguous(), lambda x: (then(x, ops.Permute((0, 2, 3, 1))),)),
    Sample(ops.Expand(), lambda x: (x.graph.append(ops.Parameter((1, 8, 1, 1))), x)),
    Sample(ops.Roll((2, -3))),
    Sample(ops.Select(2, 3)),
    Sample(ops.Pad2d((0, 1, 1, 2), channels_last=True)),
    Sample(ops.BlurPool2d()),
    Sample(ops.BlurPool2d(5, 3)),
    Sample(ops.BlurPool2d(4, 1)),
    Sample(Conv2d(6, (3, 3), (2, 2), (1, 1), bias=True, standardized=True)),
    Sample(Conv2d(16, (1, 3), groups=4, standardized=True)),
    # A map of one pixel takes less than the statistics of the weights.
    Sample(Conv2d(6, (7, 9), standardized=True)),
    Sample(ops.Maximum(), with_other),
    Sample(ops.Maximum(), lambda x: (x, x.graph.append(ops.Parameter((8, 1, 1))))),
    Sample(ops.Square()),
    Sample(ops.Rsqrt()),
    Sample(ops.Variance((2, 3))),
    Sample(ops.Variance((1,))),
    Sample(ops.Upsample2d((14, 18))),
    Sample(ops.Upsample2d((15, 9))),
    Sample(Linear(6, key_bias="fixed")),
    Sample(Linear(6, key_bias="masked")),
    Sample(ops.Exp()),
    Sample(ops.AtMost(0.5)),
    Sample(ops.UnitLength()),
    Sample(ops.QuarterTurn(), lambda x: (then(x, ops.Permute((0, 2, 3, 1))),)),
    Sample(ops.QuarterTurn(), lambda x: (then(x, ops.Slice(3, 1, 7)),)),
    Sample(ops.RelativeOffsets((2, 3)), lambda _: ()),
    Sample(ops.RotaryAngles((2, 3), 8, "sin"), lambda _: ()),
    Sample(ops.RotaryAngles((2, 3), 8, "cos"), lambda _: ()),
    Sample(ops.Mul(), with_angles),
]
INPUT: Shape = (2, 8, 7, 9)

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=str)


def weighted(x: Tensor) -> Tensor:
    """A layer with weights that takes whatever an operator made."""
    match len(x.shape):
        case 4:
            return then(x, Conv2d(8, (1, 1)))
        case 3:
            return then(x, Conv1d(8, 3))
        case _:
            return then(x, Linear(8))


SETTINGS: dict[str, Callable[[Sample, Tensor], Tensor]] = {
    "alone": lambda sample, x: sample(x),
    "behind a convolution": lambda sample, x: sample(weighted(x)),
    "in front of a layer": lambda sample, x: weighted(sample(x)),
    "between layers": lambda sample, x: weighted(sample(weighted(x))),
    # An operator whose result torch needs has to leave it as it is, and the other way round.
    "after another": lambda sample, x: weighted(sample(then(weighted(x), Activation("sigmoid")))),
}
in_every_setting = pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)


def test_there_is_a_sample_of_every_operator() -> None:
    graphs = [Graph.trace(sample, INPUT) for sample in SAMPLES]
    assert {type(tensor.op) for graph in graphs for tensor in graph.tensors} == set(VOCABULARY)


@pytest.mark.parametrize("operator", VOCABULARY, ids=lambda operator: operator.__name__)
@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_every_reading_says_something_about_every_operator(
    reading: Reading[Any], operator: type[Op]
) -> None:
    assert reading.covers(operator)


@pytest.mark.parametrize("operator", VOCABULARY, ids=lambda operator: operator.__name__)
def test_every_operator_is_of_exactly_one_kind(operator: type[Op]) -> None:
    assert sum(issubclass(operator, kind) for kind in ops.KINDS) == 1


@pytest.mark.parametrize("kind", ops.KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_an_operator_without_rules_inherits_those_of_its_kind(
    reading: Reading[Any], kind: type[Op]
) -> None:
    newcomer: type[Op] = type("Newcomer", (kind,), {"__slots__": ()})
    if reading.name in EACH_ITS_OWN[kind]:
        assert not reading.covers(newcomer)
    else:
        assert reading.rules[newcomer] is reading.rules[kind]


@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_no_reading_says_anything_about_an_operator_of_no_kind(reading: Reading[Any]) -> None:
    stranger: type[Op] = type("Stranger", (Op,), {"__slots__": ()})
    assert not reading.covers(stranger)
    with pytest.raises(KeyError):
        reading.rules[stranger]


def test_the_readings_are_found() -> None:
    """Passing is not for want of any."""
    assert {macs.name, flops.name, activations.name} < set(READINGS)


def test_an_operator_has_one_rule_in_a_reading() -> None:
    reading: Reading[int] = Reading("colour", 0)
    reading.nothing(Conv2d)
    with pytest.raises(TypeError, match="colour already has a rule for Conv2d"):
        reading.rule(Linear, Conv2d)(lambda *_: 1)


def test_the_most_specific_rule_holds_whenever_it_comes() -> None:
    reading: Reading[str] = Reading("colour", "none")
    reading.rule(ops.Reduction)(lambda *_: "of the kind")
    pool = Graph.trace(lambda x: then(x, ops.MaxPool2d((2, 2), (2, 2))), INPUT).calls[1]
    assert reading(pool) == "of the kind"
    reading.rule(ops.Pool2d)(lambda *_: "of pools")
    assert reading(pool) == "of pools"
    reading.nothing(ops.MaxPool2d)
    assert reading(pool) == "none"
    with pytest.raises(TypeError, match="colour already has a rule for Reduction"):
        reading.nothing(ops.Reduction)


@every_sample
def test_shapes_and_weights_are_those_of_torch(sample: Sample) -> None:
    graph = Graph.trace(sample, INPUT)
    module = to_torch(graph).eval()
    assert tuple(module(torch.randn(INPUT)).shape) == graph.outputs[0].shape
    weights = [weight for tensor in graph.tensors for weight in tensor.call.weights]
    assert sorted(tuple(t.shape) for t in module.state_dict().values()) == sorted(
        weight.shape for weight in weights
    )
    trainable = sum(weight.size for weight in weights if weight.role == "trainable")
    assert trainable == sum(p.numel() for p in module.parameters() if p.requires_grad)


@in_every_setting
@every_sample
def test_autograd_keeps_what_was_predicted(
    sample: Sample, setting: Callable[[Sample, Tensor], Tensor]
) -> None:
    graph = Graph.trace(lambda x: setting(sample, x), INPUT)
    module = to_torch(graph).train()
    predicted = Profile(graph).memory.training_saved_bytes
    assert saved_bytes(module, torch.rand(INPUT)) == predicted


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@every_sample
def test_autograd_keeps_what_was_predicted_in_other_dtypes(sample: Sample, dtype: Any) -> None:
    graph = Graph.trace(lambda x: weighted(sample(weighted(x))), INPUT)
    with torch.device("meta"):
        module = to_torch(graph).to(getattr(torch, dtype)).train()
        x = torch.empty(INPUT, dtype=getattr(torch, dtype))
    assert saved_bytes(module, x) == Profile(graph, dtype).memory.training_saved_bytes


@in_every_setting
@every_sample
def test_the_inference_peak_is_what_is_alive(
    sample: Sample, setting: Callable[[Sample, Tensor], Tensor]
) -> None:
    graph = Graph.trace(lambda x: setting(sample, x), INPUT)
    predicted = Profile(graph).memory.inference_peak_bytes
    assert measured_peak(to_torch(graph), torch.rand(INPUT)) == predicted


@pytest.mark.parametrize(
    ("op", "inputs", "sizes"),
    [
        (Conv2d(8, (3, 3), groups=3), [(1, 8, 9, 9)], ["8 input channels", "3 groups"]),
        (Conv2d(8, (3, 3), groups=3), [(1, 6, 9, 9)], ["8 output channels", "3 groups"]),
        (Conv2d(8, (7, 7)), [(1, 3, 5, 9)], ["7x7", "5x9", "1x1"]),
        (Conv2d(8, (1, 1)), [(1, 3)], ["(N, C, H, W)", "(1, 3)"]),
        (ops.MaxPool2d((3, 3), (2, 2)), [(1, 3, 2, 2)], ["3x3", "2x2", "1x1"]),
        (ops.GroupNorm(32), [(1, 48, 2, 2)], ["48 channels", "32 groups"]),
        (ops.BatchNorm1d(), [(1, 48, 2, 2)], ["(N, C)", "(1, 48, 2, 2)"]),
        (ops.BatchNorm2d(), [(1, 48)], ["(1, 48)"]),
        (Add(), [(1, 4, 2, 2), (1, 4, 3, 2)], ["(1, 4, 2, 2)", "(1, 4, 3, 2)"]),
        (Add(), [(1, 4, 2, 2), (1, 4)], ["(1, 4, 2, 2)", "(1, 4)"]),
        (Add(inplace=True), [(1, 4, 1, 1), (1, 4, 2, 2)], ["(1, 4, 1, 1)", "(1, 4, 2, 2)"]),
        (ops.Mul(), [(1, 4, 2, 2), (1, 5, 2, 2)], ["(1, 4, 2, 2)", "(1, 5, 2, 2)"]),
        (ops.Concat(1), [(1, 4, 2, 2), (1, 4, 2, 3)], ["(1, 4, 2, 2)", "(1, 4, 2, 3)", "1"]),
        (ops.Upsample2d((3, 4)), [(1, 4, 2, 5)], ["2x5", "3x4"]),
        (ops.Reshape((3, 3)), [(1, 4, 2)], ["(4, 2)", "(3, 3)"]),
        (ops.BlurPool2d(), [(1, 4, 7, 1)], ["3x3", "7x1"]),
        (ops.BlurPool2d(5), [(1, 4, 2, 7)], ["5x5", "2x7"]),
        (Conv2d(8, (1, 1), groups=4, standardized=True), [(1, 4, 2, 2)], ["single weight"]),
    ],
    ids=lambda value: str(value) if isinstance(value, Op) else None,
)
def test_sizes_that_do_not_fit_are_named(op: Op, inputs: list[Shape], sizes: list[str]) -> None:
    with pytest.raises(ShapeError) as error:
        op.shape(*inputs)
    message = str(error.value)
    assert all(size in message for size in sizes), message
    assert "\n" not in message


def test_a_shape_error_names_the_layer() -> None:
    def network(x: Tensor) -> Tensor:
        with x.graph.scope("stage1"), x.graph.scope("block"):
            x = then(x, Conv2d(8, (3, 3)))
            return then(x, Conv2d(8, (99, 99)))

    with pytest.raises(ShapeError, match=r"^stage1\.block1\.conv2: .*99x99") as error:
        Graph.trace(network, INPUT)
    assert error.value.path == "stage1.block1.conv2"
    assert error.value.detail in str(error.value)


def test_every_activation_has_a_price() -> None:
    assert set(ACTIVATION_FLOPS) == set(get_args(ActivationKind))


N, C, H, W = 2, 8, 7, 9
ELEMENTS = N * C * H * W


@pytest.mark.parametrize(
    ("op", "inputs", "mac", "kind", "others"),
    [
        (Conv2d(6, (3, 3), padding=(1, 1)), 1, N * 6 * H * W * C * 9, "bias", 0),
        (Conv2d(6, (1, 1), bias=True), 1, N * 6 * H * W * C, "bias", N * 6 * H * W),
        (Conv2d(16, (3, 3), (1, 1), (1, 1), groups=8), 1, N * 16 * H * W * 9, "bias", 0),
        (Conv2d(6, (3, 3), (2, 2), (1, 1)), 1, N * 6 * 4 * 5 * C * 9, "bias", 0),
        (Linear(5), 1, N * C * H * 5 * W, "bias", N * C * H * 5),
        (Linear(5, bias=False), 1, N * C * H * 5 * W, "bias", 0),
        (ops.BatchNorm2d(), 1, 0, "norm", 2 * ELEMENTS),
        (ops.GroupNorm(4), 1, 0, "norm", 7 * ELEMENTS),
        (Activation("relu"), 1, 0, "activation", ELEMENTS),
        (Activation("sigmoid"), 1, 0, "activation", 4 * ELEMENTS),
        (ops.MaxPool2d((3, 3), (1, 1), (1, 1)), 1, 0, "pool", 8 * ELEMENTS),
        (ops.AvgPool2d((2, 2), (2, 2)), 1, 0, "pool", N * C * 3 * 4 * 4),
        (ops.AdaptiveAvgPool2d(), 1, 0, "pool", ELEMENTS),
        (ops.Mean((1,)), 1, 0, "pool", ELEMENTS),
        (ops.Amax((2, 3)), 1, 0, "pool", ELEMENTS - N * C),
        (ops.BlurPool2d(), 1, N * C * 4 * 5 * 9, "pool", 0),
        (Conv2d(6, (3, 3), standardized=True), 1, N * 6 * 5 * 7 * C * 9, "bias", 0),
        (ops.Variance((1,)), 1, 0, "norm", 4 * ELEMENTS),
        (ops.Rsqrt(), 1, 0, "elementwise", 2 * ELEMENTS),
        (ops.Square(), 1, 0, "elementwise", ELEMENTS),
        (ops.Maximum(), 2, 0, "elementwise", ELEMENTS),
        (Add(), 2, 0, "elementwise", ELEMENTS),
        (ops.Mul(), 2, 0, "elementwise", ELEMENTS),
    ],
    ids=str,
)
def test_costs_follow_their_formulas(op: Op, inputs: int, mac: int, kind: str, others: int) -> None:
    totals = Profile(Graph.trace(lambda x: x.graph.append(op, *[x] * inputs), INPUT)).totals
    assert totals.macs == mac
    assert totals.flops == 2 * mac + others
    nothing = dict.fromkeys(totals.flops_by_kind, 0)
    assert totals.flops_by_kind == {**nothing, "mac": 2 * mac, kind: others}


@every_sample
def test_the_batch_multiplies_what_an_operator_costs(sample: Sample) -> None:
    one, three = (Profile(Graph.trace(sample, (n, *INPUT[1:]))).totals for n in (1, 3))
    assert (three.macs, three.activations) == (3 * one.macs, 3 * one.activations)
    assert three.flops == 3 * one.flops
    assert three.params == one.params
