"""The catalogue: families and presets, how they are asked for, and what their specs promise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from archmeter.analyzers.profile import Profile
from archmeter.models import registry
from archmeter.models.errors import ShapeError, SpecConflict, UnknownFamily, UnknownPreset
from archmeter.models.graph import Graph, Tensor
from archmeter.models.naming import describe
from archmeter.models.ops import Conv2d, Pool2d
from archmeter.models.registry import families, presets, resolve
from archmeter.models.spec import Family, Preset

every_family = pytest.mark.parametrize("family", families().values(), ids=families())
every_preset = pytest.mark.parametrize("preset", presets().values(), ids=str)

KNOWN_NAMES = [
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnet50c",
    "resnet50d",
    "resnet50t",
    "resnet101d",
    "wide_resnet50_2",
    "wide_resnet101_2",
    "resnext50_32x4d",
    "resnext101_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "seresnet50",
    "seresnet101",
    "seresnext50_32x4d",
    "seresnext101_32x8d",
    "legacy_seresnet50",
    "resnetblur50",
    "resnetaa50d",
    "resnetrs50",
    "resnet50_clip",
    "legacy_seresnext50_32x4d",
    "ecaresnet50d",
    "ecaresnet101d",
    "ecaresnetlight",
    "resnetv2_50",
    "resnetv2_101",
    "resnetv2_50d",
    "resnetv2_50x1_bit",
    "cbam_resnet50",
    "resnet20_cifar10",
    "resnet110_cifar10",
    "resnet1202_cifar10",
    "preresnet164bn_cifar10",
    "wrn28_10_cifar10",
    "wrn40_4_cifar10",
    "resnext29_8x64d_cifar10",
]


def leaves(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schemas of single values inside a field's schema."""
    for choice in schema.get("anyOf", [schema]):
        yield choice
        if "items" in choice:
            yield from leaves(choice["items"])


@pytest.mark.parametrize("name", KNOWN_NAMES)
def test_the_names_people_know_are_presets(name: str) -> None:
    assert presets()[name].name == name


@every_family
def test_a_family_says_where_it_was_published(family: Family) -> None:
    assert family.title
    assert family.summary.endswith((".", "?"))
    assert family.paper.title
    assert family.paper.authors
    assert 1980 < family.paper.year < 2100
    assert family.paper.url.startswith(("https://arxiv.org/abs/", "https://doi.org/"))
    assert family.presets
    assert family.spec().family == family.name


@every_preset
def test_a_preset_says_where_its_name_is_from(preset: Preset) -> None:
    assert preset.source
    assert families()[preset.family].spec is preset.spec_type
    assert resolve({"preset": preset.name}) == preset.spec


@every_family
def test_every_field_is_described_and_bounded(family: Family) -> None:
    for name, schema in family.spec.model_json_schema()["properties"].items():
        if name == "family":
            continue
        assert schema.get("description", "").endswith("."), f"{name} has no description"
        assert "default" in schema, f"{name} has no default"
        for leaf in leaves(schema):
            match leaf.get("type"):
                case "integer" | "number":
                    above = leaf.keys() & {"maximum", "exclusiveMaximum"}
                    bounded = "enum" in leaf or ("minimum" in leaf and above)
                    assert bounded, f"{name} is unbounded"
                case "array":
                    assert leaf.keys() >= {"minItems", "maxItems"}, f"{name} has any length"
                case "string":
                    assert leaf.keys() & {"enum", "const", "pattern"}, f"{name} takes any text"


@every_family
def test_specs_are_frozen_and_refuse_what_they_do_not_know(family: Family) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        family.spec().num_classes = 10  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        resolve({"family": family.name, "colour": "red"})


def test_a_second_family_of_a_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = registry._modules()
    monkeypatch.setattr(registry, "_modules", lambda: [*modules, modules[0]])
    with pytest.raises(TypeError, match="two families are called"):
        families.__wrapped__()


def test_a_second_preset_of_a_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    family = families()["resnet"]
    twice = replace(family, presets=(*family.presets, family.presets[0]))
    monkeypatch.setattr(registry, "families", lambda: {"resnet": twice})
    with pytest.raises(TypeError, match="two presets are called 'resnet18'"):
        presets.__wrapped__()


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("resnet5O", "resnet50"),
        ("RessNet50", "resnet50"),
        ("seresnext50_32x4", "seresnext50_32x4d"),
    ],
)
def test_an_unknown_preset_gives_the_nearest_names(name: str, nearest: str) -> None:
    with pytest.raises(UnknownPreset, match=nearest) as error:
        resolve({"preset": name})
    assert nearest in error.value.nearest
    assert (error.value.field, error.value.value) == ("preset", name)


@pytest.mark.parametrize("name", ["hrnet_w32", "unet", "dla34", "yolov5s"])
def test_what_shares_some_letters_is_not_near(name: str) -> None:
    with pytest.raises(UnknownPreset, match="none is called alike") as error:
        resolve({"preset": name})
    assert error.value.nearest == ()


SPELLINGS = {
    "ResNet50": "resnet50",
    "resnet-50": "resnet50",
    "ResNeXt-50 (32x4d)": "resnext50_32x4d",
    "timm/resnet50": "resnet50",
    "ResNet50V2": "resnetv2_50",
    "resnet110": "resnet110_cifar10",
    "PreActResNet-164": "preresnet164bn_cifar10",
    "efficientnet-b0": "efficientnet_b0",
    "EfficientNetB0": "efficientnet_b0",
    "densenet-121": "densenet121",
    "WRN-28-10": "wrn28_10_cifar10",
    "RegNet_Y_32GF": "regnet_y_32gf",
    "RegNet_Y_3_2GF": "regnet_y_3_2gf",
    "WRN-50-2": "wide_resnet50_2",
    "wide-resnet-50-2": "wide_resnet50_2",
    "ViT-B/16": "vit_b_16",
    "Swin-T": "swin_t",
    "swin-tiny": "swin_tiny_patch4_window7_224",
    "DeiT-S": "deit_small_patch16_224",
    "ConvNeXt-L": "convnext_large",
    "inceptionv3": "inception_v3",
    "NASNetLarge": "nasnetalarge",
    "mobilenetv2 0.5": "mobilenetv2_050",
    "SqueezeNet 1.1": "squeezenet1_1",
}


@pytest.mark.parametrize(("spelling", "name"), SPELLINGS.items())
def test_a_name_is_understood_as_people_spell_it(spelling: str, name: str) -> None:
    assert registry.preset(spelling).name == name


def test_a_spelling_that_may_be_two_networks_stands_for_none() -> None:
    with pytest.raises(UnknownPreset) as error:
        registry.preset("EfficientNetV2-S")
    assert {"efficientnetv2_s", "efficientnet_v2_s"} <= set(error.value.nearest)


def test_every_preset_is_known_by_its_own_name() -> None:
    assert [registry.preset(name).name for name in presets()] == [*presets()]


def test_an_unknown_family_gives_the_nearest_names() -> None:
    assert registry.family("EfficientNet-V2").name == "efficientnetv2"
    with pytest.raises(UnknownFamily, match="resnext") as error:
        resolve({"family": "resnxt"})
    assert error.value.nearest[0] == "resnext"
    with pytest.raises(UnknownFamily, match="one of"):
        resolve({"family": "transformer-" * 1000})


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({}, "names a family or a preset"),
        ({"preset": "resnet50", "family": "resnext"}, "belongs to family 'resnet'"),
        ({"preset": 50}, "preset must be a name"),
        ({"family": ["resnet"]}, "family must be a name"),
    ],
)
def test_a_request_that_contradicts_itself_is_told_so(
    request_: Mapping[str, Any], words: str
) -> None:
    with pytest.raises(SpecConflict, match=words) as error:
        resolve(request_)
    assert error.value.accepted


@every_family
def test_one_side_means_a_square(family: Family) -> None:
    square, pair = (resolve({"family": family.name, "resolution": r}) for r in (96, [96, 96]))
    assert square == pair
    assert square.canonical() == pair.canonical()
    assert resolve({"family": family.name, "resolution": (96, 64)}).resolution == (96, 64)


@pytest.mark.parametrize(
    ("named", "listed"),
    [
        ({"family": "resnet", "depth": 18}, {"block": "basic", "depth": [2, 2, 2, 2]}),
        ({"family": "resnet", "depth": 50}, {"block": "bottleneck", "depth": [3, 4, 6, 3]}),
        ({"family": "resnetv2", "depth": 34}, {"block": "basic", "depth": [3, 4, 6, 3]}),
        ({"family": "wide_resnet", "depth": 101}, {"block": "bottleneck", "depth": [3, 4, 23, 3]}),
        ({"family": "resnext", "depth": 152}, {"depth": [3, 8, 36, 3]}),
        ({"family": "resnet_cifar", "depth": 56}, {"depth": [9, 9, 9]}),
        (
            {"family": "resnet_cifar", "depth": 164, "block": "bottleneck"},
            {"block": "bottleneck", "depth": [18, 18, 18]},
        ),
        ({"family": "wide_resnet_cifar", "depth": 28}, {"depth": [4, 4, 4]}),
        ({"preset": "resnet18", "depth": 50}, {"block": "bottleneck", "depth": [3, 4, 6, 3]}),
        ({"preset": "resnet18", "depth": [1, 1]}, {"block": "basic", "depth": [1, 1]}),
        ({"preset": "resnet50", "depth": [1, 1]}, {"block": "bottleneck", "depth": [1, 1]}),
    ],
    ids=str,
)
def test_a_depth_by_its_name_is_the_list_it_stands_for(
    named: dict[str, Any], listed: dict[str, Any]
) -> None:
    spec = resolve(named)
    assert spec == resolve({"family": spec.family, **listed})
    assert spec.canonical()["depth"] == listed["depth"]


@pytest.mark.parametrize(
    "request_",
    [
        {"family": "resnet", "depth": 19},
        {"family": "resnet", "depth": 18, "block": "bottleneck"},
        {"family": "resnext", "depth": 18},
        {"family": "resnet_cifar", "depth": 21},
        {"family": "wide_resnet_cifar", "depth": 4},
        {"preset": "resnet20_cifar10", "depth": 32, "block": "bottleneck"},
        {"family": "resnet", "depth": []},
        {"family": "resnet", "depth": [3, 0, 1]},
        {"family": "resnet", "depth": "fifty"},
        {"family": "resnet", "depth": True},
    ],
    ids=str,
)
def test_a_depth_that_names_nothing_is_an_error_of_that_field(request_: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as error:
        resolve(request_)
    assert {one["loc"][0] for one in error.value.errors()} == {"depth"}


@pytest.mark.parametrize(
    ("knobs", "name"),
    [
        ({}, "resnet50"),
        ({"resolution": 288}, "resnet50 resolution=288"),
        ({"resolution": [288, 320]}, "resnet50 resolution=288,320"),
        ({"width_multiplier": 2}, "resnet50 width_multiplier=2"),
        ({"depth": [3, 4, 7, 3]}, "resnet50 depth=3,4,7,3"),
        ({"depth": [2, 2]}, "resnet50 depth=2,2"),
        ({"depth": 101, "resolution": 288}, "resnet101 resolution=288"),
    ],
)
def test_a_network_is_called_as_it_was_asked_for(knobs: dict[str, Any], name: str) -> None:
    assert describe(resolve({"preset": "resnet50", **knobs}), "resnet50") == name


def sees(tensor: Tensor) -> tuple[int, int]:
    """Receptive field and stride of a tensor, followed back to the input by itself."""
    if not tensor.inputs:
        return 1, 1
    size, stride = map(max, zip(*map(sees, tensor.inputs), strict=True))
    if isinstance(tensor.op, Conv2d | Pool2d):
        size += (tensor.op.kernel[0] - 1) * stride
        stride *= tensor.op.stride[0]
    return size, stride


@pytest.mark.parametrize(
    ("name", "known"),
    [("resnet50", [35, 91, 267, 427]), ("resnet18", [43, 99, 211, 435])],
)
def test_receptive_fields_are_those_known(name: str, known: list[int]) -> None:
    """Of the last block of each stage: 427 pixels of ResNet-50, 435 of ResNet-18."""
    profile = Profile(presets()[name].spec.graph())
    last = {row.path.partition(".")[0]: row for row in profile.rows}
    stages = [last[f"stage{i}"] for i in (1, 2, 3, 4)]
    assert [row.receptive_field for row in stages] == [(size, size) for size in known]
    assert [row.stride for row in stages] == [(4, 4), (8, 8), (16, 16), (32, 32)]


def test_receptive_fields_follow_the_windows() -> None:
    # Recursion takes each path by itself, so the network is a short one.
    graph: Graph = resolve({"preset": "resnet26", "depth": [1, 1, 1, 1]}).graph()
    before_head = [t for t in graph.tensors[1:] if not t.path.startswith("head")]
    rows = Profile(graph).rows[: len(before_head)]
    ours = {row.path: (row.receptive_field[0], row.stride[0]) for row in rows}
    assert ours == {tensor.path: sees(tensor) for tensor in before_head}


def test_a_universal_bottleneck_without_depthwise_convolutions_cannot_stride() -> None:
    plain = {"family": "mobilenet_v4", "kernels_before": [0], "kernels_between": [0]}
    assert resolve({**plain, "strides": [2, 1]}).graph()
    with pytest.raises(ShapeError, match="cannot stride"):
        resolve(plain).graph()
