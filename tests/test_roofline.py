"""Rooflines: bytes by hand and by torch, fusion, bounds, and the devices they are drawn for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import prod
from typing import Any, get_args

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from archmeter.analyzers import Profile, analyze
from archmeter.analyzers.devices import Device, Peaks, UnknownDevice, UnknownRate, device, devices
from archmeter.analyzers.fusion import kernels
from archmeter.analyzers.roofline import LayerKind, Roofline, RooflineRow, floor, kind, roofline
from archmeter.models import ops
from archmeter.models.graph import Graph, Tensor
from archmeter.models.ops import Activation, Conv2d, Op, Shape
from archmeter.models.precision import ITEM_SIZES, DType
from archmeter.models.registry import families, presets, resolve
from archmeter.models.spec import Family, InputSpec
from archmeter.models.torch_module import to_torch

EQUAL = Peaks(1e12, 1e12, 1e12)
"""A device that computes and moves at the same rate."""

every_device = pytest.mark.parametrize("device", devices().values(), ids=devices())
every_family = pytest.mark.parametrize("family", families().values(), ids=families())


def then(x: Tensor, op: Op, *others: Tensor) -> Tensor:
    return x.graph.append(op, x, *others)


def conv(x: Tensor, channels: int = 8, **knobs: Any) -> Tensor:
    return then(x, Conv2d(channels, (3, 3), padding=(1, 1), **knobs))


def norm(x: Tensor) -> Tensor:
    return then(x, ops.BatchNorm2d())


def relu(x: Tensor) -> Tensor:
    return then(x, Activation("relu", inplace=True))


def rows_of(
    network: Callable[[Tensor], Tensor],
    shape: Shape = (2, 8, 10, 10),
    *,
    fused: bool,
    dtype: DType = "float32",
    peaks: Peaks = EQUAL,
) -> list[RooflineRow]:
    return list(roofline(Profile(Graph.trace(network, shape), dtype), peaks, fused=fused).rows)


def paths(rows: list[RooflineRow]) -> list[list[str]]:
    return [[row.path, *row.fused] for row in rows]


@cache
def profiled(name: str, batch: int = 2) -> Profile:
    """The first network of a family."""
    family = families()[name]
    spec = family.presets[0].spec if family.presets else resolve({"family": name})
    return analyze(spec, InputSpec(batch=batch))


# ---- bytes


def test_bytes_of_a_small_network_by_hand() -> None:
    size, weights = 2 * 8 * 10 * 10, 8 * 8 * 3 * 3
    convolution, batch_norm, activation = rows_of(
        lambda x: relu(norm(conv(x))), fused=False, dtype="float16"
    )
    assert (convolution.read_bytes, convolution.written_bytes) == (2 * size, 2 * size)
    assert convolution.weight_bytes == 2 * weights
    assert batch_norm.bytes == 2 * (2 * size + 4 * 8)  # the counter is not read
    assert activation.bytes == 2 * 2 * size
    (together,) = rows_of(lambda x: relu(norm(conv(x))), fused=True, dtype="float16")
    assert together.bytes == 2 * (2 * size + weights + 4 * 8)
    assert together.matrix_flops == 2 * size * 8 * 3 * 3
    assert together.vector_flops == (2 + 1) * size


def test_views_and_dropout_move_nothing() -> None:
    def network(x: Tensor) -> Tensor:
        x = then(then(conv(x), ops.Permute((0, 2, 3, 1))), ops.Dropout(0.1))
        return then(then(x, ops.Flatten()), ops.Linear(5))

    for fused in (False, True):
        convolution, linear = rows_of(network, fused=fused)
        assert linear.read_bytes == convolution.written_bytes == 4 * 2 * 800


def test_weights_that_are_operands_are_read_as_weights() -> None:
    _, scaled = rows_of(
        lambda x: then(conv(x), ops.Mul(), x.graph.append(ops.Parameter((8, 1, 1)))), fused=False
    )
    assert scaled.weight_bytes == 4 * 8
    assert scaled.read_bytes == scaled.written_bytes == 4 * 1600


def test_the_same_operand_twice_is_read_once() -> None:
    (square,) = rows_of(lambda x: then(x, ops.Mul(), x), fused=False)
    assert square.read_bytes == square.written_bytes
    (residual,) = rows_of(lambda x: then(conv(x), ops.Add(), x), fused=True)
    assert residual.read_bytes == 4 * 1600


@pytest.mark.parametrize(
    ("op", "rows", "columns"),
    [
        (Conv2d(4, (1, 1), (2, 2)), 5, 5),
        (Conv2d(4, (3, 3), (2, 2)), 9, 9),
        (Conv2d(4, (3, 3), (2, 2), (1, 1)), 10, 10),
        (Conv2d(4, (2, 1), (3, 4)), 6, 3),
        (Conv2d(4, (2, 2), dilation=(9, 5)), 2, 10),
        (Conv2d(4, (3, 3), padding=(4, 4), dilation=(4, 4)), 10, 10),
        (ops.MaxPool2d((2, 2), (3, 3)), 6, 6),
        (ops.AvgPool2d((3, 3), (2, 2), ceil=True), 10, 10),
        (ops.Pad2d((-3, 2, 0, -1)), 9, 7),
    ],
    ids=lambda value: f"{type(value).__name__}-{value.detail}" if isinstance(value, Op) else None,
)
def test_elements_that_no_window_touches_are_not_read(op: Op, rows: int, columns: int) -> None:
    """Marked by hand: the gradient of a sum reaches what was read."""
    (row,) = rows_of(lambda x: then(x, op), fused=False)
    assert row.read_bytes == 4 * 2 * 8 * rows * columns
    module = to_torch(Graph.trace(lambda x: then(x, op), (2, 8, 10, 10)))
    image = torch.rand(2, 8, 10, 10, requires_grad=True)
    if not isinstance(op, ops.MaxPool2d):  # which has no gradient but at its maxima
        (module(image) * torch.rand(1)).sum().backward()
        assert image.grad is not None
        assert row.read_bytes == 4 * int((image.grad != 0).sum())


class _Counted(TorchDispatchMode):
    """Bytes of all tensors that operators take and make; views and integers left out.

    Of several results only the first is anyone's: a batch norm also returns statistics.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        makes_view = any(r.alias_info and not r.alias_info.is_write for r in func._schema.returns)
        if not makes_view:
            taken = {id(t): t for t in torch.utils._pytree.tree_leaves((args, kwargs))}
            made = torch.utils._pytree.tree_leaves(out)[:1]
            for t in (*taken.values(), *made):
                if isinstance(t, torch.Tensor) and t.is_floating_point():
                    self.bytes += t.numel() * t.element_size()
        return out


@pytest.mark.parametrize(
    "request_",
    [
        {"preset": "vgg11_bn"},
        {"preset": "alexnet"},
        {"preset": "mobilenetv2_100"},
        {"preset": "efficientnet_b0"},
        {"preset": "densenet121"},
        {"preset": "squeezenet1_1"},
        {"preset": "regnetx_002", "num_classes": 7},
    ],
    ids=lambda request: str(request["preset"]),
)
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_bytes_of_networks_are_those_of_the_operators_that_torch_calls(
    request_: dict[str, Any], dtype: DType
) -> None:
    """Every tensor of every call on the meta device, whole; so no strided 1x1 but RegNet's."""
    profile = analyze(resolve(request_), InputSpec(batch=3, dtype=dtype))
    with torch.device("meta"):
        module = to_torch(profile.graph).to(getattr(torch, dtype)).eval()
        image = torch.empty(profile.input_shape, dtype=getattr(torch, dtype))
    with torch.no_grad(), _Counted() as counted:
        module(image)
    rows = roofline(profile, EQUAL, fused=False).rows
    passed_over = sum(
        prod(tensor.call.input_shapes[0]) * ITEM_SIZES[dtype] - row.read_bytes
        for row, tensor in _with_tensors(rows, profile.graph)
        if row.kind != "norm" and isinstance(tensor.op, Conv2d | ops.MaxPool2d)
    )
    assert sum(row.bytes for row in rows) + passed_over == counted.bytes


def _with_tensors(rows: tuple[RooflineRow, ...], graph: Graph) -> list[tuple[RooflineRow, Tensor]]:
    by_path = dict(zip(graph.paths(), graph.tensors, strict=True))
    return [(row, by_path[row.path]) for row in rows]


# ---- fusion


def test_a_residual_addition_joins_the_convolution_before_it() -> None:
    def network(x: Tensor) -> Tensor:
        x = conv(x)
        return relu(then(norm(conv(relu(norm(conv(x))))), ops.Add(inplace=True), x))

    assert paths(rows_of(network, fused=True)) == [
        ["conv1"],  # used by the branch and by the addition
        ["conv2", "norm1", "act1"],
        ["conv3", "norm2", "add", "act2"],
    ]


def test_of_two_branches_the_first_takes_the_addition_and_runs_last() -> None:
    def network(x: Tensor) -> Tensor:
        return relu(then(norm(conv(x)), ops.Add(), norm(conv(x))))

    main, shortcut = (1600 * 4 for _ in range(2))
    rows = rows_of(network, fused=True)
    assert paths(rows) == [["conv2", "norm2"], ["conv1", "norm1", "add", "act"]]
    assert rows[1].read_bytes == main + shortcut


def test_a_gate_keeps_the_map_it_acts_on_from_being_fused_away() -> None:
    def network(x: Tensor) -> Tensor:
        x = norm(conv(x))
        gate = then(then(then(x, ops.Mean((2, 3))), Conv2d(8, (1, 1))), Activation("sigmoid"))
        return relu(then(x, ops.Mul(), gate))

    assert paths(rows_of(network, fused=True)) == [
        ["conv1", "norm"],
        ["mean"],
        ["conv2", "act1"],
        ["mul", "act2"],  # what is broadcast does not take it, what has two users neither
    ]


def test_what_is_read_later_or_handed_out_is_written() -> None:
    def network(x: Tensor) -> Tensor:
        x = conv(x)
        x.graph.outputs.append(x)
        return relu(x)

    assert paths(rows_of(network, fused=True)) == [["conv"], ["act"]]


def test_fusion_goes_through_views_of_the_whole_and_not_of_parts() -> None:
    def whole(x: Tensor) -> Tensor:
        return then(then(conv(x), ops.Permute((0, 2, 3, 1))), Activation("gelu"))

    def part(x: Tensor) -> Tensor:
        return then(then(conv(x), ops.Slice(1, 0, 4)), Activation("gelu"))

    assert paths(rows_of(whole, fused=True)) == [["conv", "act"]]
    assert paths(rows_of(part, fused=True)) == [["conv"], ["act"]]


def test_the_input_and_norms_of_statistics_are_not_fused_into() -> None:
    rows = rows_of(lambda x: relu(then(norm(x), ops.GroupNorm(2))), fused=True)
    assert paths(rows) == [["norm1"], ["norm2", "act"]]


@every_family
def test_kernels_of_every_family_can_run_in_their_order(family: Family) -> None:
    """Each finds its operands written, and together they are the operators that do anything."""
    graph = profiled(family.name).graph
    fused = kernels(graph, fused=True)
    written = {0}
    for kernel in fused:
        inside = {tensor.index for tensor in kernel.operators}
        for tensor in kernel.operators:
            for x in map(_source, tensor.inputs):
                assert x.index in inside | written or x.op.is_weight, (tensor.path, x.path)
        written.add(kernel.operators[-1].index)
    separate = kernels(graph, fused=False)
    assert {tensor for kernel in separate for tensor in kernel.operators} == {
        tensor for kernel in fused for tensor in kernel.operators
    }


def _source(x: Tensor) -> Tensor:
    """Where the elements of a tensor were written."""
    while (x.op.view or x.op.only_in_training) and x.inputs:
        x = x.inputs[0]
    return x


@every_family
def test_fusing_saves_bytes_and_no_operation(family: Family) -> None:
    profile = profiled(family.name)
    fused, separate = (roofline(profile, EQUAL, fused=both).bound for both in (True, False))
    assert fused.flops == separate.flops == profile.totals.flops
    assert fused.bytes < separate.bytes
    assert fused.kernels < separate.kernels
    assert floor(profile, EQUAL) <= fused.seconds < separate.seconds


# ---- bounds


def test_a_kernel_takes_as_long_as_what_takes_longest() -> None:
    def seconds(peaks: Peaks) -> tuple[float, str]:
        (row,) = rows_of(lambda x: relu(norm(conv(x))), fused=True, peaks=peaks)
        return row.seconds, row.limit

    (row,) = rows_of(lambda x: relu(norm(conv(x))), fused=True)
    fast = 1e30
    assert seconds(Peaks(1e9, fast, fast)) == (row.matrix_flops / 1e9, "compute")
    assert seconds(Peaks(fast, 1e9, fast)) == (row.vector_flops / 1e9, "compute")
    assert seconds(Peaks(fast, fast, 1e9)) == (row.bytes / 1e9, "bandwidth")
    assert row.intensity == (row.matrix_flops + row.vector_flops) / row.bytes


def drawn(name: str, on: str, *, batch: int = 32, fused: bool = True) -> Roofline:
    profile = analyze(resolve({"preset": name}), InputSpec(batch=batch, dtype="float16"))
    return roofline(profile, device(on).peaks("float16"), fused=fused)


def test_rows_and_shares_sum_to_the_bound() -> None:
    for fused in (True, False):
        result = drawn("resnet50", "h100", fused=fused)
        bound = result.bound
        for parts in (result.rows, result.spent):
            assert sum(part.seconds for part in parts) == pytest.approx(bound.seconds)
            assert sum(part.share for part in parts) == pytest.approx(1)
            assert sum(part.bytes for part in parts) == bound.bytes
        assert sum(spent.flops for spent in result.spent) == bound.flops
        assert sum(spent.kernels for spent in result.spent) == bound.kernels == len(result.rows)
        assert bound.images_per_second == 32 / bound.seconds
        computing = sum(row.seconds for row in result.rows if row.limit == "compute")
        assert bound.compute_share == pytest.approx(computing / bound.seconds)
        assert bound.compute_share + bound.bandwidth_share == 1


def test_depthwise_convolutions_of_early_stages_stand_out() -> None:
    """A few per cent of the operations, and a quarter of the time before the maps get small."""
    spent = drawn("mobilenetv2_100", "h200").spent
    early = [
        one
        for one in spent
        if one.kind == "depthwise convolution" and one.stage in {"stage1", "stage2", "stage3"}
    ]
    assert sum(one.flops_share for one in early) < 0.06
    assert sum(one.share for one in early) > 0.3
    assert all(one.limit == "bandwidth" for one in early)


def test_wide_networks_are_bound_by_computing_on_the_same_device() -> None:
    assert drawn("vgg16", "h200").bound.compute_share > 0.5
    assert drawn("mobilenetv2_100", "h200").bound.compute_share < 0.1


@every_family
def test_bytes_grow_with_the_batch_by_as_much_as_an_image_moves(family: Family) -> None:
    by_batch = [roofline(profiled(family.name, n), EQUAL).bound.bytes for n in (1, 2, 3)]
    assert by_batch[2] - by_batch[1] == by_batch[1] - by_batch[0] > 0


def test_half_precision_moves_half_the_bytes() -> None:
    spec = resolve({"preset": "resnext50_32x4d"})
    single, half = (
        roofline(analyze(spec, InputSpec(dtype=dtype)), EQUAL).bound
        for dtype in ("float32", "bfloat16")
    )
    assert single.bytes == 2 * half.bytes
    assert single.flops == half.flops


def test_every_kernel_has_a_kind() -> None:
    kinds = {kind(tensor.call) for p in presets().values() for tensor in _some(p.spec.graph())}
    assert kinds == set(get_args(LayerKind))


def _some(graph: Graph) -> list[Tensor]:
    return [tensor for kernel in kernels(graph, fused=False) for tensor in kernel.operators]


# ---- devices


@every_device
def test_devices_are_described(device: Device) -> None:
    assert device.source
    assert device.title
    assert set(device.vector_flops_per_s) <= set(get_args(DType))
    assert set(device.matrix_flops_per_s) <= {*get_args(DType), "tf32"}
    assert device.memory_bytes > 10**9
    for dtype in device.vector_flops_per_s:
        peaks = device.peaks(dtype)  # type: ignore[arg-type]  # a key of the table
        assert peaks.matrix_flops_per_s >= peaks.vector_flops_per_s >= 10**11
        assert 10**10 < peaks.bytes_per_s < 10**13


@every_device
def test_narrow_types_are_never_slower(device: Device) -> None:
    for narrow in ("float16", "bfloat16"):
        half, single = device.peaks(narrow), device.peaks("float32")
        assert half.matrix_flops_per_s >= single.matrix_flops_per_s
        assert half.vector_flops_per_s >= single.vector_flops_per_s


def test_printed_rates_are_exact() -> None:
    h100 = device("h100")
    assert h100.peaks("float16") == Peaks(989_400_000_000_000, 133_800_000_000_000, 3352 * 10**9)
    assert h100.peaks("float32").matrix_flops_per_s == 494_700_000_000_000
    assert h100.peaks("float32", tf32=False).matrix_flops_per_s == 66_900_000_000_000


def test_types_without_units_are_computed_in_single_precision() -> None:
    assert device("t4").peaks("bfloat16") == device("t4").peaks("float32")


def test_unknown_devices_and_rates_are_refused() -> None:
    with pytest.raises(UnknownDevice, match="nearest: h200") as unknown:
        device("h20")
    assert unknown.value.field == "device"
    with pytest.raises(UnknownRate, match="no float64 rate") as missing:
        device("jetson_agx_orin").peaks("float64")
    assert missing.value.accepted == "float32, float16 on this device"
