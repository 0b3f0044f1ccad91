"""Networks that are plain lists of layers: modules written in torch, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import torch
from torch import nn

from archmeter.analyzers import analyze
from archmeter.app.ask.errors import InvalidRequest
from archmeter.app.ask.network import Network
from archmeter.models.errors import ArchmeterError, GraphTooLarge, ShapeError
from archmeter.models.naming import describe
from archmeter.models.registry import preset, resolve
from archmeter.models.torch_module import to_torch
from tests.part_schema import check_part_schema

CONV = {"kind": "conv", "channels": 8, "padding": "same"}


def listed(*layers: Any, **knobs: Any) -> dict[str, Any]:
    """A request for a list of layers."""
    return {"family": "layers", "layers": list(layers), **knobs}


class LeNet5(nn.Sequential):
    """As textbooks write it."""

    def __init__(self) -> None:
        super().__init__(
            *(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2)),
            *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2)),
            *(nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh()),
            nn.Linear(84, 10),
        )


class Block12(nn.Module):
    """Three convolutions beside a projection, and a pool."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        body: list[nn.Module] = []
        for channels in (before, after, after):
            conv = nn.Conv2d(channels, after, 3, padding=1, bias=False)
            body += [conv, nn.BatchNorm2d(after), nn.LeakyReLU(0.1)]
        self.body = nn.Sequential(*body[:-1])
        self.shortcut = nn.Sequential(
            nn.Conv2d(before, after, 1, bias=False), nn.BatchNorm2d(after)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = nn.functional.leaky_relu(self.body(x) + self.shortcut(x), 0.1)
        return nn.functional.max_pool2d(y, 2)


class ResNet12(nn.Sequential):
    """As Lee et al. 2019 have it."""

    def __init__(self) -> None:
        widths = (3, 64, 160, 320, 640)
        blocks = (Block12(widths[i], widths[i + 1]) for i in range(4))
        super().__init__(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Conv4(nn.Sequential):
    """As Snell et al. 2017 have it."""

    def __init__(self) -> None:
        parts: list[nn.Module] = []
        for channels in (3, 64, 64, 64):
            parts += [nn.Conv2d(channels, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU()]
            parts += [nn.MaxPool2d(2)]
        super().__init__(*parts, nn.Flatten())


@pytest.mark.parametrize(
    ("name", "written", "params", "macs"),
    [
        ("lenet5", LeNet5, 61_706, 416_520),
        ("resnet12", ResNet12, 12_424_320, 3_507_980_288),
        ("conv4", Conv4, 113_088, 97_164_288),
    ],
)
def test_a_preset_computes_what_the_module_computes(
    name: str, written: type[nn.Module], params: int, macs: int
) -> None:
    torch.manual_seed(0)
    spec = preset(name).spec
    theirs, ours = written().eval(), to_torch(spec.graph()).eval()
    weights = [*theirs.parameters(), *theirs.buffers()]
    for own, weight in zip([*ours.parameters(), *ours.buffers()], weights, strict=True):
        own.data.copy_(weight.data)
    x = torch.randn(1, spec.in_channels, *spec.resolution)
    with torch.no_grad():
        torch.testing.assert_close(ours(x), theirs(x))
    totals = analyze(spec).totals
    assert (totals.params, totals.macs) == (params, macs)
    assert totals.params == sum(weight.numel() for weight in theirs.parameters())


@pytest.mark.parametrize(("name", "params"), [("mnist_mlp", 669_706), ("mnist_convnet", 34_826)])
def test_presets_of_keras_have_the_parameters_that_it_prints(name: str, params: int) -> None:
    assert analyze(preset(name).spec).totals.params == params


def test_stages_end_where_maps_become_smaller() -> None:
    stages = analyze(preset("resnet12").spec).stages
    assert [stage.path for stage in stages] == [*(f"stage{i}" for i in (1, 2, 3, 4)), "head"]
    strided = {**CONV, "stride": 2}
    spec = resolve(listed(CONV, "relu", strided, "batch_norm", "max_pool", "relu", CONV, "flatten"))
    paths = [row.path for row in analyze(spec).rows]
    assert paths == [
        *("stage1.conv1", "stage1.act1"),
        *("stage2.conv1", "stage2.norm1", "stage2.pool1", "stage2.act1"),
        *("stage3.conv1", "head.flatten"),
    ]


def test_a_multiplier_of_the_depth_repeats_more_often() -> None:
    repeat = {"kind": "repeat", "times": 2, "layers": [CONV, "relu"]}
    twice = resolve(listed(repeat, depth_multiplier=2))
    assert sum(row.path.startswith("stage1.conv") for row in analyze(twice).rows) == 4
    with pytest.raises(ShapeError, match="nothing repeats"):
        resolve(listed(CONV, depth_multiplier=2)).graph()


def test_a_multiplier_of_the_width_keeps_groups_and_classes() -> None:
    grouped = {"kind": "conv", "channels": 12, "groups": 3, "kernel": 1}
    layers = [grouped, "global_average_pool", "flatten", {"kind": "linear", "features": 20}]
    spec = resolve(listed(*layers, "linear", width_multiplier=2, num_classes=7))
    shapes = [row.output_shape for row in analyze(spec).rows]
    assert [shape[1] for shape in shapes] == [24, 24, 24, 40, 7]


def test_layers_as_wide_as_there_are_classes_are_left_out_without_classes() -> None:
    spec = resolve({"preset": "lenet5", "num_classes": 0})
    assert analyze(spec).output_shape == (1, 84)
    with pytest.raises(ShapeError, match="none of these layers is left"):
        resolve(listed({"kind": "conv"}, num_classes=0)).graph()


CHANGES = [
    ({"0": {"channels": 12}}, "lenet5 layers.0.channels=12"),
    ({"1": "relu"}, "lenet5 layers.1=relu"),
]


@pytest.mark.parametrize(("changes", "name"), CHANGES)
def test_a_preset_is_changed_layer_by_layer(changes: Mapping[str, Any], name: str) -> None:
    assert describe(resolve({"preset": "lenet5", "layers": changes}), "lenet5") == name


def test_a_long_list_has_a_name_that_ends() -> None:
    name = describe(resolve(listed(*["relu"] * 256)))
    assert name.endswith(",relu,…")
    assert len(name) < 300


def test_layers_inside_others_are_changed_by_their_place() -> None:
    changed = {"0": {"body": {"0": {"kernel": 5}}, "shortcut": {"1": "instance_norm"}}}
    spec = resolve({"preset": "resnet12", "layers": changed})
    first, *_ = spec.canonical()["layers"]
    assert first["body"][0]["kernel"] == [5, 5]
    assert first["shortcut"][1] == {"kind": "instance_norm"}
    assert len(first["body"]) == 8


@pytest.mark.parametrize(
    ("layers", "field", "accepted"),
    [
        ([CONV, {"kind": "conv", "kernel": 0}], "layers.1.kernel", "an integer from 1 to 64"),
        ([{**CONV, "kernel": 4}], "layers.0.padding", "an odd kernel"),
        ([{"kind": "max_pool", "padding": 2}], "layers.0.padding", "half of the window"),
        ([{"kind": "residual", "body": [{**CONV, "chanels": 1}]}], None, "channels"),
        ([{"kind": "concat", "branches": [["relu"], ["rleu"]]}], None, '"relu"'),
        ([{"kind": "residual"}], "layers.0.body", "a list of 1 to 256 items"),
        (["convolution"], "layers.0", '"relu"'),
        ([], "layers", "a list of 1 to 256 items"),
    ],
)
def test_a_fault_is_named_by_its_place(
    layers: Sequence[Any], field: str | None, accepted: str
) -> None:
    places = {"chanels": "layers.0.body.0.chanels", "rleu": "layers.0.branches.1.0"}
    field = field or next(place for word, place in places.items() if word in str(layers))
    with pytest.raises(InvalidRequest) as refused:
        Network.parse({"architecture": listed(*layers)})
    (error,) = refused.value.errors
    assert error.field == f"architecture.{field}"
    assert accepted in (error.accepted or "")


def test_lists_inside_lists_end_somewhere() -> None:
    layers: list[Any] = ["relu"]
    for _ in range(6):
        layers = [{"kind": "residual", "body": layers}]
    with pytest.raises(InvalidRequest) as refused:
        Network.parse({"architecture": listed(*layers)})
    (error,) = refused.value.errors
    assert error.field == "architecture.layers"
    assert "6 lists" in (error.accepted or "")


def test_repeats_are_bounded_before_they_are_built() -> None:
    layers: list[Any] = ["relu"]
    for _ in range(4):
        layers = [{"kind": "repeat", "times": 1024, "layers": layers}]
    with pytest.raises(GraphTooLarge, match="unrolled"):
        resolve(listed(*layers)).graph()


@pytest.mark.parametrize(
    ("layers", "place", "words"),
    [
        (
            [CONV, {"kind": "residual", "body": ["relu", {"kind": "conv", "kernel": 40}]}],
            "layers.1.body.1",
            "a 40x40 convolution does not fit on a 32x32 map",
        ),
        ([CONV, "linear"], "layers.1", "flatten has to come before it"),
        (["flatten", CONV], "layers.1", "takes (N, C, H, W)"),
        (
            [{"kind": "repeat", "layers": [{"kind": "concat", "branches": [["max_pool"], []]}]}],
            "layers.0.layers.0",
            "32",
        ),
        (
            [{"kind": "residual", "body": [{"kind": "conv", "channels": 3}]}],
            "layers.0",
            "the body makes 3x30x30, and its shortcut 3x32x32",
        ),
        (
            [{"kind": "residual", "body": ["relu"], "shortcut": ["relu", "group_norm"]}],
            "layers.0.shortcut.1",
            "32 groups",
        ),
    ],
)
def test_sizes_that_do_not_fit_are_a_fault_of_the_innermost_layer(
    layers: Sequence[Any], place: str, words: str
) -> None:
    with pytest.raises(ShapeError) as refused:
        resolve(listed(*layers)).graph()
    assert str(refused.value).startswith(f"{place}: ")
    assert words in str(refused.value)
    assert refused.value.field == place
    assert "fits its input of" in (refused.value.accepted or "")


def test_an_index_that_there_is_not_is_refused() -> None:
    with pytest.raises(ArchmeterError, match="there is no layer '12'") as refused:
        resolve({"preset": "lenet5", "layers": {"12": "relu"}})
    assert refused.value.field == "layers.12"
    assert refused.value.accepted == "indices of layers from 0 to 11"


SCHEMA = preset("lenet5").spec_type.model_json_schema()


@pytest.mark.parametrize("name", SCHEMA["$defs"])
def test_every_knob_of_a_layer_is_described_and_bounded(name: str) -> None:
    check_part_schema(name, SCHEMA["$defs"][name])
