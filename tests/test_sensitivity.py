"""Sensitivity to knobs, cliffs between sizes, and runs whose images grow."""

from __future__ import annotations

from math import log

import pytest

from archmeter.analyzers import analyze
from archmeter.analyzers.scaling.cliffs import cliffs, is_aligned, positions
from archmeter.analyzers.scaling.schedules import Stage, StageInfeasible, progressive, schedule
from archmeter.analyzers.scaling.sensitivity import Sensitivities
from archmeter.analyzers.scaling.totals import (
    Ruler,
)
from archmeter.models.registry import families, preset, resolve
from archmeter.models.spec import Family
from tests.scaling import B0

every_family = pytest.mark.parametrize("family", families().values(), ids=families())


def elasticity(name: str, knob: str, total: str = "macs") -> float:
    found = Sensitivities(preset(name).spec, Ruler((total,), max_operators=10**8)).of(knob)
    slope = found.totals[total]
    assert slope is not None
    return slope


@pytest.mark.parametrize("name", ["efficientnet_b0", "resnet50", "convnext_tiny", "vgg16"])
def test_macs_follow_the_square_of_the_resolution_and_nearly_that_of_the_width(name: str) -> None:
    assert elasticity(name, "resolution") == pytest.approx(2, abs=0.1)
    assert elasticity(name, "width_multiplier") == pytest.approx(1.9, abs=0.25)
    assert elasticity(name, "resolution", "activations") == pytest.approx(2, abs=0.1)


def test_costs_of_what_is_proportional_have_slopes_that_sum_to_one() -> None:
    """Without stem and head, MACs are a sum over stages, each proportional to its depth."""
    found = Sensitivities(preset("resnet18").spec, Ruler(("macs",)))
    slopes = [found.of(f"depth.{i}").totals["macs"] or 0 for i in range(4)]
    assert 0.6 < sum(slopes) < 1
    assert min(slopes) > 0


def test_slopes_are_those_of_least_squares_through_the_networks() -> None:
    spec = preset("resnet18").spec
    found = Sensitivities(spec, Ruler(("params",))).of("num_classes")
    points = [
        (log(value), log(analyze(spec.model_copy(update={"num_classes": value})).totals.params))
        for value in map(int, found.values)
    ]
    x, y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    expected = sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)
    assert found.totals["params"] == pytest.approx(expected)
    assert found.outcome == "central"
    assert 1000 in found.values


def test_knobs_that_cannot_move_or_matter_say_so() -> None:
    found = Sensitivities(B0, Ruler(("macs", "params")))
    assert found.of("round_limit").outcome == "no_effect"
    assert found.of("depth.0").outcome == "one_sided"
    assert set(found.of("depth.0").values) == {1, 2}
    assert found.of("kernels.2").values == (3, 5, 7)
    none = Sensitivities(resolve({"preset": "resnet18", "num_classes": 0}), Ruler(("macs",)))
    assert "num_classes" not in none.knobs


@every_family
def test_every_positive_number_of_a_spec_is_a_knob(family: Family) -> None:
    found = Sensitivities(family.spec(), Ruler(("macs",)))
    assert {"resolution", "depth_multiplier", "width_multiplier", "in_channels"} <= {*found.knobs}
    assert found.of("in_channels").totals["macs"]


def test_knobs_inside_composed_networks_are_found() -> None:
    found = Sensitivities(preset("custom_resnet50").spec, Ruler(("macs",)))
    assert found.of("stages.2.width").totals["macs"] == pytest.approx(0.7, abs=0.1)


@pytest.mark.parametrize(
    ("name", "sides", "period"),
    [
        ("efficientnet_b0", [193, 225, 257], 32),
        ("resnet50", [193, 225, 257], 32),
        ("vgg16", [192, 224, 256], 32),
        ("inception_v3", [267, 299, 331], 32),
        ("vit_base_patch16_224", [192, 208, 224, 240, 256], 16),
        ("resnet20_cifar10", [25, 29, 33, 37], 4),
    ],
)
def test_cliffs_are_where_the_deepest_maps_gain_a_row(
    name: str, sides: list[int], period: int
) -> None:
    spec = preset(name).spec
    reach = 40 if spec.resolution[0] > 100 else 8
    found = cliffs(spec, spec.resolution[0] - reach, spec.resolution[0] + reach, Ruler(("macs",)))
    assert [cliff.side for cliff in found.cliffs] == sides
    assert found.period == period
    for cliff in found.cliffs:
        before, after = (
            analyze(spec.model_copy(update={"resolution": (side, side)}))
            for side in (cliff.side - 1, cliff.side)
        )
        jump = after.totals.macs / before.totals.macs - 1
        assert cliff.jumps["macs"] == jump
        assert jump > 2 * cliff.smooth
        last = cliff.gains[-1]
        assert positions(before.graph)[last.stage] == last.before < last.after


@pytest.mark.parametrize(
    ("name", "below", "above"),
    [
        ("efficientnet_b0", 192, 256),
        ("efficientnet_b1", 224, 256),  # 240 is no multiple of 32
        ("inception_v3", 267, 331),  # without padding: 32 n + 11
        ("vit_base_patch16_224", 208, 240),
    ],
)
def test_aligned_sizes_are_those_that_every_stride_divides(
    name: str, below: int, above: int
) -> None:
    spec = preset(name).spec
    side = spec.resolution[0]
    found = cliffs(spec, side, side, Ruler(("macs",)))
    assert (found.aligned_below, found.aligned_above) == (below, above)
    assert found.aligned == (name != "efficientnet_b1")
    for other in (below, above):
        assert is_aligned(spec.model_copy(update={"resolution": (other, other)}).graph())


def test_sizes_that_cannot_be_built_are_listed() -> None:
    found = cliffs(preset("inception_v3").spec, 70, 80, Ruler(("macs",)))
    assert found.infeasible == tuple(range(70, 75))


def test_progressive_stages_grow_in_equal_steps_and_share_the_epochs() -> None:
    stages = progressive(128, 300, stages=4, epochs=350)
    assert [stage.resolution[0] for stage in stages] == [128, 185, 243, 300]
    assert sum(stage.epochs for stage in stages) == 350
    assert [stage.epochs for stage in progressive(128, 128, stages=1, epochs=5)] == [5]


def test_a_run_costs_what_its_stages_do_forward_and_backward() -> None:
    spec = preset("resnet18").spec
    run = schedule(spec, (Stage(2, 10, (128, 128)), Stage(1, 20, (224, 224))))
    small, large = run.stages
    for stage in (small, large):
        profile = analyze(spec.model_copy(update={"resolution": stage.resolution}))
        assert stage.forward_macs == profile.totals.macs
        # Twice the forward pass, but for the gradient of the image.
        stem = next(row.macs for row in profile.rows if row.macs)
        assert stage.backward_macs == 2 * profile.totals.macs - stem
        assert stage.aligned
    per_image = [stage.forward_macs + stage.backward_macs for stage in (small, large)]
    assert run.macs == 20 * per_image[0] + 20 * per_image[1]
    assert run.constant_macs == 40 * per_image[1]
    assert run.saving == pytest.approx(1 - run.macs / run.constant_macs)
    assert small.share + large.share == pytest.approx(1)


def test_a_stage_that_cannot_be_trained_is_named() -> None:
    with pytest.raises(StageInfeasible) as refused:
        schedule(preset("inception_v3").spec, (Stage(1, 1, (299, 299)), Stage(1, 1, (20, 20))))
    assert refused.value.field == "stages.1.resolution"
