"""Composed networks: known ones written as stages, changes to them, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from archmeter.analyzers import Profile, analyze
from archmeter.analyzers.conventions import fvcore_count
from archmeter.app.ask.errors import InvalidRequest
from archmeter.app.ask.network import Network
from archmeter.app.ask.typed import read_request
from archmeter.models.errors import ArchmeterError, ShapeError
from archmeter.models.naming import describe
from archmeter.models.registry import presets, resolve
from tests.compositions import FOUR, KNOWN, OF_50, Fields, stages


def figures(profile: Profile) -> Fields:
    """All that is counted; how many views there are, and what the peak is called, is not cost."""
    both = {
        **profile.totals.to_dict(),
        **profile.memory.to_dict(),
        "fvcore": fvcore_count(profile.graph),
        "output": profile.output_shape,
    }
    return {k: v for k, v in both.items() if k not in {"operators", "inference_peak_path"}}


@pytest.mark.parametrize("name", KNOWN)
def test_a_published_network_costs_the_same_written_as_stages(name: str) -> None:
    known = presets()[name].spec
    image = {"resolution": known.resolution, "num_classes": known.num_classes}
    composed = resolve({"family": "custom", **image, **KNOWN[name]})
    assert figures(analyze(composed)) == figures(analyze(known))


FOUR_PRESETS = {
    "custom_resnet50": "resnet50",
    "custom_regnety_4gf": "regnety_040",
    "custom_mobilenetv2": "mobilenetv2_100",
    "custom_convnext_tiny": "convnext_tiny",
}


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"num_classes": 10, "in_channels": 1, "resolution": (160, 96)},
        {"depth_multiplier": 1.5, "width_multiplier": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize(("preset", "twin"), FOUR_PRESETS.items())
def test_a_preset_is_layer_by_layer_the_network_of_its_family(
    preset: str, twin: str, knobs: Fields
) -> None:
    ours, theirs = (analyze(resolve({"preset": name, **knobs})) for name in (preset, twin))
    assert ours.rows == theirs.rows
    assert ours.memory == theirs.memory
    assert figures(ours) == figures(theirs)


def test_without_a_word_it_is_a_regnet() -> None:
    assert resolve({"family": "custom"}) == presets()["custom_regnety_4gf"].spec


def test_attention_is_a_knob_of_blocks() -> None:
    bare, squeezed = (
        analyze(resolve({"preset": "custom_resnet50", "stages": {"3": {"attention": kind}}}))
        for kind in ("none", "squeeze_excite")
    )
    # Two layers between 2048 and 128 channels, with biases, in each of three blocks.
    assert squeezed.totals.params - bare.totals.params == 3 * (2 * 2048 * 128 + 128 + 2048)


def test_part_of_the_channels_may_go_around_any_blocks() -> None:
    whole, part = (
        analyze(resolve({"preset": "custom_resnet50", "stages": {"2": change}}))
        for change in ({}, {"cross_stage": {"expansion": 1, "share": 0.5}})
    )
    assert part.totals.macs < whole.totals.macs
    assert part.output_shape == whole.output_shape


# Changes to presets.


@pytest.mark.parametrize(
    ("changes", "whole"),
    [
        ({"stem": {"width": 32}}, {"stem": {"kind": "conv7", "width": 32}}),
        ({"stem": {"kind": "conv"}}, {"stem": "conv"}),
        (
            {"stages": {"3": {"width": 1024, "attention": "eca"}}},
            {
                "stages": [
                    *stages("bottleneck", FOUR, OF_50)[:3],
                    {"block": "bottleneck", "width": 1024, "depth": 3, "attention": "eca"},
                ]
            },
        ),
        (
            {"stages": {"0": {"block": "mbconv", "kernel": 5}}},
            {
                "stages": [
                    {"block": "mbconv", "width": 256, "depth": 3, "stride": 1, "kernel": 5},
                    *stages("bottleneck", FOUR, OF_50)[1:],
                ]
            },
        ),
        ({"stages": {}}, {}),
    ],
    ids=str,
)
def test_only_what_is_named_changes(changes: Fields, whole: Fields) -> None:
    assert resolve({"preset": "custom_resnet50", **changes}) == resolve(
        {"preset": "custom_resnet50", **whole}
    )


def test_a_change_may_reach_into_attention() -> None:
    spec = resolve(
        {"preset": "custom_regnety_4gf", "stages": {"1": {"attention": {"reduction": 8}}}}
    )
    attention = spec.canonical()["stages"][1]["attention"]
    assert attention == {"kind": "squeeze_excite", "reduction": 8}


def test_the_command_line_sets_what_is_inside() -> None:
    request = read_request(
        "custom_resnet50", None, ["stages.2.width=512", "stem.width=32"], None, None, None
    )
    assert request["architecture"] == {
        "preset": "custom_resnet50",
        "stages": {"2": {"width": 512}},
        "stem": {"width": 32},
    }


def test_the_command_line_changes_what_a_file_holds(tmp_path: Path) -> None:
    file = tmp_path / "spec.json"
    file.write_text('{"family": "custom", "stages": [{"block": "basic", "width": 64}]}')
    request = read_request(None, str(file), ["stages.0.width=32"], None, None, None)
    assert request["architecture"]["stages"] == [{"block": "basic", "width": 32}]
    with pytest.raises(ArchmeterError, match="no item '7' among 1"):
        read_request(None, str(file), ["stages.7.width=32"], None, None, None)


@pytest.mark.parametrize(
    ("architecture", "name"),
    [
        ({"preset": "custom_resnet50"}, "custom_resnet50"),
        (
            {"preset": "custom_resnet50", "stages": {"2": {"width": 512}}},
            "custom_resnet50 stages.2.width=512",
        ),
        (
            {"preset": "custom_resnet50", "stages": {"2": {"attention": "eca"}}},
            "custom_resnet50 stages.2.attention=eca",
        ),
        (
            {
                "family": "custom",
                "stages": [
                    {"block": "basic", "width": 64, "depth": 2},
                    {"block": "dense_block"},
                ],
                "head": "preactivated",
            },
            "custom head=preactivated stages=2xbasic(64),6xdense_block",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_composed_network_has_a_name(architecture: Fields, name: str) -> None:
    assert describe(resolve(architecture), architecture.get("preset")) == name


# What cannot be.

ONE = {"block": "bottleneck", "width": 64}


@pytest.mark.parametrize(
    ("architecture", "field", "value", "accepted"),
    [
        ({"stages": [ONE, {**ONE, "depth": 0}]}, "stages.1.depth", 0, "an integer from 1 to 2048"),
        ({"stages": [{"block": "basic"}]}, "stages.0.width", None, "an integer from 1 to 16384"),
        ({"stages": [{**ONE, "depth": True}]}, "stages.0.depth", True, "an integer from 1 to 2048"),
        ({"stages": [{"width": 64}]}, "stages.0.block", None, '"bottleneck"'),
        ({"stages": [{**ONE, "block": "neck"}]}, "stages.0.block", "neck", '"bottleneck"'),
        ({"stages": [ONE, 7]}, "stages.1", 7, "an object whose"),
        ({"stages": []}, "stages", [], "a list of 1 to 16 items"),
        ({"stages": {"0": ONE}}, "stages", {"0": ONE}, "a list of 1 to 16 items"),
        ({"stages": [{**ONE, "colour": 1}]}, "stages.0.colour", 1, "attention"),
        ({"stages": [{**ONE, "widht": 1}]}, "stages.0.widht", 1, "width"),
        ({"stages": [{**ONE, "groups": 7}]}, "stages.0.groups", 7, "a divisor of 16"),
        ({"stages": [{**ONE, "group_width": 7}]}, "stages.0.group_width", 7, "a divisor of 16"),
        (
            {"stages": [{**ONE, "groups": 4, "group_width": 4}]},
            "stages.0.group_width",
            4,
            "without groups",
        ),
        ({"stages": [{**ONE, "kernel": 4}]}, "stages.0.kernel", 4, "one of 1, 3, 5"),
        ({"stages": [{**ONE, "norm": "layer"}]}, "stages.0.norm", "layer", '"batch", "group"'),
        ({"stages": [{**ONE, "attention": "gated"}]}, "stages.0.attention", "gated", '"cbam"'),
        ({"stages": [{**ONE, "attention": 3}]}, "stages.0.attention", 3, '"cbam"'),
        ({"stages": [{**ONE, "attention": {}}]}, "stages.0.attention.kind", None, '"cbam"'),
        (
            {"stages": [{**ONE, "attention": {"kind": "eca", "reduction": 4}}]},
            "stages.0.attention.reduction",
            4,
            "kind",
        ),
        (
            {"stages": [{**ONE, "attention": {"kind": "cbam", "reduction": 0}}]},
            "stages.0.attention.reduction",
            0,
            "an integer from 1 to 1024",
        ),
        (
            {"stages": [{"block": "convnext_block", "width": 64, "attention": "eca"}]},
            "stages.0.attention",
            "eca",
            "response_norm",
        ),
        (
            {"stages": [{**ONE, "cross_stage": {"share": 2}}]},
            "stages.0.cross_stage.share",
            2,
            "a number from 0.05 to 0.95",
        ),
        (
            {"stages": [{"block": "inception_a", "widths": [1, 1, 1, 1, 1, 1, 0]}]},
            "stages.0.widths.6",
            0,
            "an integer from 1 to 16384",
        ),
        ({"stem": "conv9"}, "stem", "conv9", '"conv7"'),
        ({"stem": {"width": 8}}, "stem.kind", None, '"conv7"'),
        ({"stem": {"kind": "conv", "stride": 9}}, "stem.stride", 9, "an integer from 1 to 4"),
        ({"head": {"kind": "hidden", "side": "x"}}, "head.side", "x", "an integer from 1 to 64"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_fault_is_named_by_its_path_with_what_would_be_accepted(
    architecture: Fields, field: str, value: object, accepted: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Network.parse({"architecture": {"family": "custom", **architecture}})
    (error,) = refused.value.errors
    assert error.field == f"architecture.{field}"
    assert error.value == value
    assert accepted in (error.accepted or "")


@pytest.mark.parametrize(
    ("changes", "field", "accepted"),
    [
        ({"stages": {"9": {"width": 8}}}, "stages.9", "from 0 to 3"),
        ({"stages": {"01": {"width": 8}}}, "stages.01", "from 0 to 3"),
        ({"stages": {"2": 512}}, "stages.2", "an object"),
        ({"stages": {"2": {"depth": True}}}, "stages.2.depth", "an integer from 1 to 2048"),
        ({"width_multiplier": True}, "width_multiplier", "a number from 0.05 to 32"),
        ({"stages": {"2": {"wdth": 512}}}, "stages.2.wdth", "width"),
        ({"stages": {"2": {"width": 100}}}, "stages.2.group_width", "a divisor of 100"),
        ({"stages": {"2": {"block": "nothing"}}}, "stages.2.block", '"x_block"'),
        ({"stem": {"kernel": 2}}, "stem.kernel", "one of 1, 3, 5"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_change_that_cannot_be_is_named_by_its_path(
    changes: Fields, field: str, accepted: str
) -> None:
    with pytest.raises(ArchmeterError) as refused:
        Network.parse({"architecture": {"preset": "custom_regnety_4gf", **changes}})
    errors = refused.value.errors if isinstance(refused.value, InvalidRequest) else [refused.value]
    assert [error.field for error in errors] == [f"architecture.{field}"]
    assert accepted in (errors[0].accepted or "")
    assert errors[0].value is not None


@pytest.mark.parametrize(
    ("architecture", "field", "words"),
    [
        (
            {"stages": [ONE, {"block": "split_shuffle_unit", "width": 32, "stride": 1}]},
            "stages.1",
            "keeps its 64 channels",
        ),
        ({"stages": [{**ONE, "norm": "group", "width": 40}]}, "stages.0", "32 groups"),
        ({"stem": "patches", "resolution": 3}, "stem", "does not fit on a 3x3 map"),
        (
            {"stages": [{"block": "fire", "width": 2, "cross_stage": {"expansion": 0.5}}]},
            "stages.0",
            "along dimension 1",
        ),
    ],
)
def test_sizes_that_do_not_fit_are_a_fault_of_their_part(
    architecture: Fields, field: str, words: str
) -> None:
    spec = resolve({"family": "custom", **architecture})
    with pytest.raises(ShapeError, match=words) as refused:
        spec.graph()
    assert refused.value.field == field
    assert refused.value.value is not None
    assert "fits its input of" in (refused.value.accepted or "")
