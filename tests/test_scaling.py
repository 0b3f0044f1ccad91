"""Scaling: what multipliers realise, and what networks cost along a law."""

from __future__ import annotations

import csv
import json
import re
from math import isclose
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archmeter.analyzers import Profile, analyze
from archmeter.analyzers.devices import device
from archmeter.analyzers.roofline import roofline
from archmeter.analyzers.scaling.curves import COMPOUND, LAWS, ScalingLaw, curve, spaced
from archmeter.analyzers.scaling.knobs import Base, Multipliers
from archmeter.analyzers.scaling.published import EFFICIENTNETS, coefficients, overlay, tables
from archmeter.analyzers.scaling.sizes import sizes
from archmeter.analyzers.scaling.totals import (
    ROOFLINE,
    TOTALS,
    NoRates,
    Ruler,
    TooMuchWork,
    UnknownTotal,
)
from archmeter.models.registry import families, preset, resolve
from archmeter.models.spec import Family
from tests.scaling import B0, REGNET, lab

DATA = Path(__file__).parent / "data"

every_family = pytest.mark.parametrize("family", families().values(), ids=families())
every_total = pytest.mark.parametrize("total", TOTALS)


# Sizes


@pytest.mark.parametrize(
    ("name", "depths", "widths"),
    [
        ("resnet50", (3, 4, 6, 3), (256, 512, 1024, 2048)),
        ("densenet121", (6, 12, 24, 16), (256, 512, 1024, 1024)),
        ("cspresnet50", (3, 3, 5, 2), (128, 256, 512, 1024)),
        ("convnext_tiny", (3, 3, 9, 3), (96, 192, 384, 768)),
        ("ecaresnet50d", (3, 4, 6, 3), (256, 512, 1024, 2048)),
        ("mobilenetv3_large_100", (1, 2, 3, 4, 2, 3, 1), (16, 24, 40, 80, 112, 160, 960)),
        ("vgg16", (2, 2, 3, 3, 3), (64, 128, 256, 512, 512)),
        ("efficientnet_b7", (4, 7, 7, 10, 10, 13, 4), (32, 48, 80, 160, 224, 384, 640)),
        ("vit_base_patch16_224", (12,), (768,)),
        ("swin_tiny_patch4_window7_224", (2, 2, 6, 2), (96, 192, 384, 768)),
    ],
)
def test_sizes_are_those_of_the_paper(
    name: str, depths: tuple[int, ...], widths: tuple[int, ...]
) -> None:
    found = sizes(preset(name).spec.graph())
    assert (found.depths, found.widths) == (depths, widths)


@pytest.mark.parametrize(
    ("name", "group_widths"),
    [
        ("resnext50_32x4d", (4, 8, 16, 32)),
        ("regnety_040", (64, 64, 64, 64)),
        ("resnet50", (0, 0, 0, 0)),
        ("mobilenetv2_100", (1, 1, 1, 1, 1, 1, 1)),
    ],
)
def test_group_widths_are_those_of_the_grouped_convolutions(
    name: str, group_widths: tuple[int, ...]
) -> None:
    assert sizes(preset(name).spec.graph()).group_widths == group_widths


# Multipliers


@every_family
def test_multipliers_of_one_change_nothing(family: Family) -> None:
    base = Base(family.spec())
    scaled = base.scaled(Multipliers())
    assert scaled.spec == base.spec
    assert scaled.sizes == base.sizes
    assert scaled.adjustments == ()
    assert scaled.got == Multipliers(1, 1, 1, 1)


@every_family
@pytest.mark.parametrize("knob", ["depth", "width", "resolution"])
def test_twice_of_anything_costs_more_or_is_refused_with_a_reason(
    family: Family, knob: str
) -> None:
    found = lab(family.spec()).point(Multipliers(**{knob: 2.0}))
    if found.counted is None:
        assert any(one.departure == "infeasible" and one.reason for one in found.adjustments)
    else:
        assert found.counted > 1
        assert found.deviation == pytest.approx(found.counted / found.ideal - 1)


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(["efficientnet_b1", "resnet50", "regnety_008", "mobilenetv2_100"]),
    depth=st.floats(0.3, 3),
    width=st.floats(0.3, 3),
    resolution=st.floats(0.3, 2),
)
def test_what_is_not_ideal_is_said_and_nothing_else(
    name: str, depth: float, width: float, resolution: float
) -> None:
    base = Base(preset(name).spec)
    scaled = base.scaled(Multipliers(depth, width, resolution))
    assert scaled.sizes is not None
    said = {one.knob for one in scaled.adjustments if one.departure == "rounded"}
    for knob, factor, before, after in (
        ("depth", depth, base.sizes.depths, scaled.sizes.depths),
        ("width", width, base.sizes.widths, scaled.sizes.widths),
        ("resolution", resolution, base.sizes.resolution, scaled.sizes.resolution),
    ):
        ideal = all(isclose(b * factor, a) for b, a in zip(before, after, strict=True))
        assert (knob in said) != ideal
    assert all(one.wanted and one.got and one.reason for one in scaled.adjustments)


def test_changes_make_the_scaled_network_of_the_base() -> None:
    found = lab(REGNET).point(Multipliers(1.3, 1.4, 1.2))
    assert found.changes is not None
    assert found.totals is not None
    again = resolve({**json.loads(json.dumps(REGNET.canonical())), **found.changes})
    assert analyze(again).totals.macs == found.totals["macs"]


def test_multipliers_stand_on_top_of_those_of_the_base() -> None:
    twice = Base(preset("efficientnet_b2").spec).plan(Multipliers(2, 1.5)).spec
    assert twice is not None
    assert (twice.depth_multiplier, twice.width_multiplier) == (2.4, pytest.approx(1.65))


@pytest.mark.parametrize(
    ("wanted", "knob", "got"),
    [
        (Multipliers(width=64), "width", 32),
        (Multipliers(depth=0.01), "depth", 0.05),
        (Multipliers(resolution=100), "resolution", 8192 / 224),
    ],
)
def test_bounds_clip_and_say_so(wanted: Multipliers, knob: str, got: float) -> None:
    plan = Base(B0).plan(wanted)
    assert plan.spec is not None
    (clipped,) = plan.adjustments
    assert (clipped.knob, clipped.departure, clipped.code) == (knob, "clipped", "bounds")
    assert clipped.wanted == getattr(wanted, knob)
    assert clipped.got == pytest.approx(got)


def test_a_step_makes_sides_its_multiples() -> None:
    scaled = Base(B0, resolution_step=32).scaled(Multipliers(resolution=1.3))
    assert scaled.sizes is not None
    assert scaled.sizes.resolution == (288, 288)


def test_sides_are_scaled_together() -> None:
    spec = resolve({"preset": "resnet18", "resolution": [100, 200]})
    scaled = Base(spec).scaled(Multipliers(resolution=1.5))
    assert scaled.sizes is not None
    assert scaled.sizes.resolution == (150, 300)
    assert scaled.adjustments == ()


def test_what_does_not_fit_is_infeasible_with_the_operator_that_says_so() -> None:
    scaled = Base(preset("inception_v3").spec).scaled(Multipliers(resolution=0.1))
    (misfit,) = scaled.adjustments
    assert (misfit.departure, misfit.code) == ("infeasible", "shape_mismatch")
    assert scaled.graph is scaled.sizes is scaled.got is None


@pytest.mark.parametrize(
    ("name", "fixed"), [("regnety_040", (64,) * 4), ("resnext50_32x4d", (4, 8, 16, 32))]
)
def test_group_width_may_stay_while_the_width_doubles(name: str, fixed: tuple[int, ...]) -> None:
    base = Base(preset(name).spec)
    with_width = base.scaled(Multipliers(width=2.0)).sizes
    alone = base.scaled(Multipliers(width=2.0, group_width=1.0)).sizes
    assert with_width is not None
    assert alone is not None
    assert with_width.group_widths == tuple(2 * width for width in fixed)
    assert alone.group_widths == fixed


def test_a_family_without_groups_says_that_it_has_no_group_width() -> None:
    base = Base(preset("resnet50").spec)
    assert base.scaled(Multipliers(width=2.0, group_width=1.0)).graph is not None
    (refused,) = base.scaled(Multipliers(group_width=2.0)).adjustments
    assert (refused.knob, refused.departure, refused.code) == (
        "group_width",
        "infeasible",
        "no_such_knob",
    )


def test_depths_round_to_the_nearest_where_the_family_can() -> None:
    up, nearest = (
        Base(B0, depth_rounding=rounding).scaled(Multipliers(depth=1.4)).sizes
        for rounding in ("up", "nearest")
    )
    assert up is not None
    assert nearest is not None
    assert up.depths == (2, 3, 3, 5, 5, 6, 2)
    assert nearest.depths == (1, 3, 3, 4, 4, 6, 1)
    scaled = Base(preset("resnet50").spec, depth_rounding="nearest").scaled(Multipliers(depth=1.4))
    assert ("depth", "no_such_knob") in {(one.knob, one.code) for one in scaled.adjustments}


# Counts of others


def derived_rows() -> list[dict[str, str]]:
    """Networks scaled by other libraries, named by their multipliers."""
    with (DATA / "library.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["family"] == "compound_scaling"]
    # timm's MobileNet v1 has no depth multiplier, so those rows are of other networks.
    return [
        row
        for row in rows
        if re.search(r"\[.*\]", row["name"]) and "mobilenet_v1[d" not in row["name"]
    ]


@pytest.mark.parametrize("row", derived_rows(), ids=lambda row: row["name"])
def test_scaled_networks_are_those_of_other_libraries(row: dict[str, str]) -> None:
    name, multipliers = re.fullmatch(r"(\w+)\[(.*)\]@\d+", row["name"]).groups()  # type: ignore[union-attr]
    names = {"mobilenet_v1": "mobilenetv1_100", "mobilenet_v2": "mobilenetv2_100"}
    given_ = {knob: float(value) for knob, value in re.findall(r"(\w)=([\d.]+)", multipliers)}
    wanted = Multipliers(given_.get("d", 1), given_.get("w", 1), given_.get("r", 1))
    # They took the nearest multiples of 16 pixels.
    base = lab(preset(names.get(name, name)).spec, resolution_step=16)
    totals = base.point(wanted).totals
    assert totals == {name: int(row[name]) for name in ("macs", "params", "activations")}


def test_published_coefficients_give_the_figures_of_other_libraries() -> None:
    """EfficientNet-B0 to B7 of the catalogue's data, by scaling B0."""
    with (DATA / "library.csv").open(encoding="utf-8", newline="") as file:
        theirs = {
            (row["name"].partition("@")[0].removeprefix("tf_"), int(row["input_size"])): row
            for row in csv.DictReader(file)
            if row["family"] == "efficientnet"
        }
    made = overlay(lab())
    assert [one.name for one in made] == list(EFFICIENTNETS)
    for one in made:
        network = one.network
        assert network.sizes is not None
        row = theirs[one.name, network.sizes.resolution[0]]
        counted = {name: int(row[name]) for name in ("macs", "params", "activations")}
        assert network.totals == counted


def test_published_coefficients_are_those_of_no_step_of_the_law() -> None:
    for found in coefficients()[1:]:
        assert found.law.ideal_cost == pytest.approx(found.published.ideal_cost)
        alone = (found.phi_of.depth, found.phi_of.width, found.phi_of.resolution)
        assert max(alone) - min(alone) > 0.05
    b1 = coefficients()[1]
    assert (b1.published.depth, b1.published.width) == (1.1, 1.0)
    assert b1.published.resolution == pytest.approx(240 / 224)


def test_rows_of_the_paper_about_scaled_networks_are_counted_beside_what_it_prints() -> None:
    verdicts = {row.architecture: row.verdict for row in tables()}
    assert len(verdicts) == 17
    assert verdicts["MobileNetV2 d=4"] == verdicts["MobileNetV2 w=2"] == "equal"
    assert verdicts["EfficientNet-B0 d=1.4 w=1.2 r=1.3"] == "equal"
    swapped = {
        row.architecture: row.counted for row in tables() if "ResNet-50 " in row.architecture
    }
    assert swapped["ResNet-50 d=4"] < swapped["ResNet-50 w=2"]
    assert "unexplained" not in verdicts.values()


@pytest.mark.parametrize(
    ("knob", "printed"), [({"width_multiplier": 2.2}, 1.8), ({"resolution": 493}, 1.9)]
)
def test_efficientnet_b0_at_two_is_printed_as_if_at_two_point_two(
    knob: dict[str, Any], printed: float
) -> None:
    """The reason that Table 7's rows w=2 and r=2 are given: 2.2 times 224 is 493."""
    macs = analyze(resolve({"preset": "efficientnet_b0", **knob})).totals.macs
    assert round(macs / 1e9, 1) == printed


# Curves


def test_laws_of_one_dimension_double_the_ideal_cost_with_each_step() -> None:
    for name in ("depth", "width", "resolution"):
        assert LAWS[name].product == pytest.approx(2)  # type: ignore[index]
        assert LAWS[name].at(3).ideal_cost == pytest.approx(8)  # type: ignore[index]
    assert COMPOUND.product == pytest.approx(1.2 * 1.1**2 * 1.15**2)


def test_a_curve_through_zero_meets_the_base_and_negative_steps_shrink_it() -> None:
    made = curve(lab(), "compound", COMPOUND, spaced(-2, 2, 5))
    assert [point.phi for point in made.points] == [-2, -1, 0, 1, 2]
    counted = [point.counted or 0 for point in made.points]
    assert counted == sorted(counted)
    assert counted[2] == 1
    for point in made.points:
        assert point.ideal == pytest.approx(COMPOUND.product**point.phi)


def test_a_point_is_the_network_analyzed_by_itself() -> None:
    names = [name for name in TOTALS if name != ROOFLINE]
    (point,) = curve(lab(B0, *names), "compound", COMPOUND, (2.0,)).points
    assert point.changes is not None
    profile = analyze(resolve({"preset": "efficientnet_b0", **point.changes}))
    assert point.totals is not None
    assert point.totals.keys() == set(names)
    for name, value in point.totals.items():
        part = profile.totals if hasattr(profile.totals, name) else profile.memory
        if hasattr(part, name):
            assert value == getattr(part, name), name


@every_total
def test_every_total_is_an_axis(total: str) -> None:
    peaks = device("a100").peaks("float32", tf32=True)
    ruler = Ruler((total,), peaks=peaks)
    read = ruler.read(preset("resnet18").spec.graph())
    assert read.keys() == {"macs", total}
    assert read["macs"] > 0


def test_the_bound_on_time_is_that_of_the_roofline() -> None:
    peaks = device("a100").peaks("float32", tf32=True)
    graph = B0.graph()
    read = Ruler((ROOFLINE,), peaks=peaks).read(graph)
    assert read[ROOFLINE] == roofline(Profile(graph), peaks).bound.seconds


def test_unknown_totals_and_missing_devices_are_refused() -> None:
    with pytest.raises(UnknownTotal) as unknown:
        Ruler(("macz",))
    assert "macs" in str(unknown.value.accepted)
    with pytest.raises(NoRates):
        Ruler((ROOFLINE,))


def test_work_is_bounded() -> None:
    with pytest.raises(TooMuchWork):
        curve(lab(max_operators=5_000), "compound", COMPOUND, spaced(0, 3, 50))


def test_infinite_costs_are_infeasible_points() -> None:
    (point,) = curve(lab(), "resolution", ScalingLaw(gamma=32.0), (1.0,)).points
    assert point.counted is not None
    huge = resolve({"preset": "resnet18", "in_channels": 4096})
    found = lab(huge).point(Multipliers(width=32, resolution=30))
    assert found.counted is None
    assert [one.code for one in found.adjustments if one.departure == "infeasible"] == [
        "graph_too_large"
    ]
