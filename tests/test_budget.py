"""Budgets: what is found is the best there is, and what is not is explained."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from archmeter.analyzers import Profile, analyze
from archmeter.analyzers.scaling.bounds import Bound, ContradictoryBounds, limits
from archmeter.analyzers.scaling.budget import Effort, fit
from archmeter.analyzers.scaling.domains import ImpossibleKnob, Range
from archmeter.analyzers.scaling.examine import MOST_MACS, Judge
from archmeter.analyzers.scaling.fits import Fit
from archmeter.analyzers.scaling.search import Objective
from archmeter.analyzers.scaling.search_space import NothingToBuild, Space, UnknownKnob
from archmeter.models.errors import ArchmeterError, UnknownPreset
from archmeter.models.registry import families, resolve
from archmeter.models.spec import InputSpec

REGNET = {"preset": "regnetx_002"}
LINE = {"depth": Range(low=10, high=14), "w0": (16, 24, 32), "group_width": (8, 16, 24)}
TIGHT = [Bound(total="macs", at_most=220e6), Bound(total="params", at_most=2.2e6)]


def ask(
    knobs: dict[str, Any],
    bounds: list[Bound],
    objective: Objective = MOST_MACS,
    *,
    architecture: dict[str, Any] | None = None,
    batch: int = 1,
    effort: Effort | None = None,
    count: int = 10,
) -> Fit:
    space = Space(architecture or REGNET, knobs)
    return fit([space], Judge(limits(bounds, batch), objective, batch=batch), effort, count=count)


def brute_force(knobs: dict[str, Any]) -> list[tuple[dict[str, Any], Profile]]:
    """Every combination of knobs, counted by itself."""
    values = [
        range(int(domain.low), int(domain.high) + 1) if isinstance(domain, Range) else domain
        for domain in knobs.values()
    ]
    combinations = [dict(zip(knobs, chosen, strict=True)) for chosen in product(*values)]
    return [(chosen, analyze(resolve({**REGNET, **chosen}))) for chosen in combinations]


@pytest.fixture(scope="module")
def counted() -> list[tuple[dict[str, Any], Profile]]:
    return brute_force(LINE)


def test_the_best_is_the_best_of_all_combinations(
    counted: list[tuple[dict[str, Any], Profile]],
) -> None:
    found = ask(LINE, TIGHT)
    kept = [
        profile.totals.macs
        for _, profile in counted
        if profile.totals.macs <= 220e6 and profile.totals.params <= 2.2e6
    ]
    assert found.exhaustive
    assert (found.combinations, found.examined, found.kept) == (45, 45, len(kept))
    assert [one.totals["macs"] for one in found.best] == sorted(set(kept), reverse=True)[:10]
    for one in found.best:
        (profile,) = [profile for values, profile in counted if values == one.values]
        assert one.totals["params"] == profile.totals.params
        assert resolve(one.architecture).graph().outputs
        assert not one.miss
        assert all(check.kept and check.excess <= 0 for check in one.checks)


def test_least_of_a_total_is_found_too(counted: list[tuple[dict[str, Any], Profile]]) -> None:
    found = ask(LINE, [Bound(total="activations", at_least=2.3e6)], Objective("params", "least"))
    least = min(p.totals.params for _, p in counted if p.totals.activations >= 2.3e6)
    assert found.best[0].totals["params"] == least


def test_misses_are_better_than_the_best_and_the_nearest_come_first(
    counted: list[tuple[dict[str, Any], Profile]],
) -> None:
    found = ask(LINE, TIGHT, count=100)
    best = found.best[0].totals["macs"]
    misses = {
        (p.totals.macs, p.totals.params): max(p.totals.macs / 220e6 - 1, 0)
        + max(p.totals.params / 2.2e6 - 1, 0)
        for _, p in counted
        if p.totals.macs > best
    }
    assert [one.miss for one in found.misses] == pytest.approx(sorted(misses.values()))
    for one in found.misses:
        key = (int(one.totals["macs"]), int(one.totals["params"]))
        assert one.miss == pytest.approx(misses[key])


@pytest.mark.parametrize(
    ("macs", "params"), [(220e6, 2.2e6), (220e6, 9e9), (9e9, 2.2e6), (2e8, 3e6)]
)
def test_a_bound_binds_if_and_only_if_more_fits_without_it(macs: float, params: float) -> None:
    bounds = [Bound(total="macs", at_most=macs), Bound(total="params", at_most=params)]
    found = ask(LINE, bounds)
    for i, pressure in enumerate(found.limits):
        without = ask(LINE, [bound for j, bound in enumerate(bounds) if j != i])
        gains = without.best[0].totals["macs"] > found.best[0].totals["macs"]
        assert pressure.binding is gains
        if gains:
            assert pressure.relax is not None
            assert pressure.relax > 0
            slack = {"at_most": pressure.amount * (1 + pressure.relax) * (1 + 1e-12)}
            relaxed = [*bounds]
            relaxed[i] = Bound(total=pressure.total, **slack)
            more = ask(LINE, relaxed).best[0].totals["macs"]
            assert more > found.best[0].totals["macs"]
            assert more == pressure.gain
        else:
            assert pressure.relax is None
    assert (found.binding is not None) is any(pressure.binding for pressure in found.limits)


def test_an_impossible_budget_is_answered_with_what_comes_closest(
    counted: list[tuple[dict[str, Any], Profile]],
) -> None:
    found = ask(LINE, [Bound(total="params", at_most=1e5), Bound(total="macs", at_most=9e9)])
    least = min(profile.totals.params for _, profile in counted)
    assert not found.feasible
    assert (found.best, found.kept) == ((), 0)
    closest = found.misses[0]
    assert closest.totals["params"] == least
    assert closest.miss == pytest.approx(least / 1e5 - 1)
    assert found.binding == "params ≤ 100,000"
    params, macs = found.limits
    assert (params.binding, params.kept, params.lowest) == (True, 0, least)
    assert params.relax == pytest.approx(closest.miss)
    assert (macs.binding, macs.kept, macs.counted) == (False, 45, 45)


def test_memory_is_bounded_at_a_batch_of_its_own() -> None:
    bounds = [
        Bound(total="macs", at_most=250e6),
        Bound(total="training_bytes", at_most=1.6e9, batch=64),
        Bound(total="inference_peak_bytes", at_most=300e6, batch=64),
    ]
    found = ask(LINE, bounds)
    assert found.feasible
    for one in (*found.best, *found.misses):
        spec = resolve(one.architecture)
        at_64 = analyze(spec, InputSpec(batch=64))
        macs, training, peak = one.checks
        assert macs.value == analyze(spec).totals.macs == one.totals["macs"]
        assert peak.value == at_64.memory.inference_peak_bytes
        assert training.value > at_64.memory.training_saved_bytes
        assert one.miss == pytest.approx(sum(max(0, check.excess) for check in one.checks))
    assert found.limits[1].counted < found.examined, "what is too large is looked at no further"


def test_memory_is_not_worked_out_where_nothing_asks_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def forbidden(_: Profile) -> None:
        pytest.fail("memory was worked out")

    monkeypatch.setattr(Profile, "memory", property(forbidden))
    assert ask(LINE, TIGHT).feasible


def test_the_same_seed_searches_alike_and_finds_nearly_the_best() -> None:
    knobs: dict[str, Any] = {
        "depth": Range(low=4, high=16),
        "w0": Range(low=16, high=64, step=8),
        "wa": Range(low=8, high=48, count=6),
        "group_width": (8, 16, 24),
    }
    bounds = [Bound(total="macs", at_most=150e6), Bound(total="params", at_most=2e6)]
    everything = ask(knobs, bounds, effort=Effort(max_specs=10_000))
    searched = ask(knobs, bounds, effort=Effort(max_specs=400, seed=3))
    assert everything.exhaustive
    assert not searched.exhaustive
    assert (searched.examined, searched.stopped) == (400, "max_specs")
    assert everything.combinations == searched.combinations == everything.examined == 13 * 7 * 6 * 3
    assert ask(knobs, bounds, effort=Effort(max_specs=400, seed=3)) == searched
    most = everything.best[0].totals["macs"]
    assert 0.99 * most <= searched.best[0].totals["macs"] <= most


def test_a_search_that_may_see_all_but_one_still_comes_to_an_end() -> None:
    found = ask(LINE, TIGHT, effort=Effort(max_specs=44))
    assert 40 <= found.examined <= 44
    assert not found.exhaustive


def test_operators_bound_the_work() -> None:
    found = ask(LINE, TIGHT, effort=Effort(max_operators=1_000))
    assert found.stopped == "max_operators"
    assert not found.exhaustive
    assert 0 < found.examined < 45


def test_equal_specs_are_examined_once_and_equal_networks_listed_once() -> None:
    depths = (50, [3, 4, 6, 3], 26)
    found = ask(
        {"depth": depths, "reduction": (8, 16)},
        [Bound(total="macs", at_most=9e9)],
        architecture={"preset": "resnet50"},
    )
    assert (found.combinations, found.examined, found.duplicates) == (6, 4, 2)
    assert [one.alike for one in found.best] == [1, 1], "without attention, no reduction matters"
    assert found.exhaustive


def test_what_is_no_network_is_counted_with_its_reason() -> None:
    found = ask(
        {"depth": (17, 50), "group_width": (4, 5)},
        [Bound(total="macs", at_most=9e12)],
        architecture={"preset": "resnext50_32x4d"},
    )
    (refused,) = found.refusals
    assert (refused.code, refused.specs) == ("invalid_spec", 2)
    assert "depth 17 does not name a network" in refused.reason
    assert refused.values == {"depth": 17, "group_width": 4}
    assert found.kept == 2


def test_values_beyond_a_knob_are_clipped_and_fractions_rounded_and_both_are_told() -> None:
    found = ask(
        {
            "w0": Range(low=16, high=64, count=6, law="log_uniform"),
            "width_multiplier": Range(low=0.01, high=0.1, step=0.01),
        },
        [Bound(total="macs", at_most=9e12)],
    )
    (space,) = found.spaces
    rounded, clipped = space.trims
    assert (rounded.knob, rounded.departure, rounded.values) == ("w0", "rounded", 4)
    assert "21.1121" in rounded.reason
    assert (clipped.knob, clipped.departure, clipped.values) == (
        "width_multiplier", "clipped", 4,
    )  # fmt: skip
    assert space.combinations == found.combinations == 36


@pytest.mark.parametrize(
    ("low", "high", "kept"), [(-500, 1000, 1000), (1000, 3000, 25), (-9, 9000, 1024), (1, 9, 9)]
)
def test_long_ranges_are_clipped_to_the_value(low: int, high: int, kept: int) -> None:
    """A depth of RegNet is 1 to 1024."""
    space = Space(REGNET, {"depth": Range(low=low, high=high)})
    (axis,) = space.axes
    assert list(axis.values) == list(range(max(1, low), min(1024, high) + 1))
    assert len(axis.values) == kept
    assert sum(trim.values for trim in axis.trims) == high - low + 1 - kept


def test_rounded_multipliers_of_what_is_found_are_told() -> None:
    found = ask({"width_multiplier": (0.77,)}, [Bound(total="macs", at_most=9e12)])
    assert {one.knob for one in found.best[0].adjustments} >= {"width"}
    unscaled = ask({"width_multiplier": (1,)}, [Bound(total="macs", at_most=9e12)])
    assert not unscaled.best[0].adjustments


def test_several_families_compete() -> None:
    names = ("mobilenetv2_100", "regnetx_002", "efficientnet_b0")
    spaces = [Space({"preset": name}, {"width_multiplier": (0.5, 1)}) for name in names]
    judge = Judge(limits([Bound(total="macs", at_least=150e6)], 1), Objective("params", "least"))
    found = fit(spaces, judge)
    sizes = {
        (name, width): analyze(resolve({"preset": name, "width_multiplier": width})).totals
        for name in names
        for width in (0.5, 1)
    }
    least = min((t.params, name) for (name, _), t in sizes.items() if t.macs >= 150e6)
    best = found.best[0]
    assert (best.totals["params"], names[best.space]) == least


def test_parts_of_fields_move_and_shared_ones_move_together() -> None:
    found = ask(
        {"stages.1.depth": (1, 2), "stages.*.group_width": (8, 16)},
        [Bound(total="macs", at_most=9e12)],
        architecture={"preset": "custom_regnety_4gf"},
    )
    assert found.kept == 4
    for one in found.best:
        stages = one.architecture["stages"]
        assert stages[1]["depth"] == one.values["stages.1.depth"]
        assert {stage["group_width"] for stage in stages} == {one.values["stages.*.group_width"]}
        assert [stage["depth"] for stage in stages] == [2, one.values["stages.1.depth"], 12, 2]


def test_the_best_at_an_end_of_a_range_says_so() -> None:
    found = ask({"depth": Range(low=10, high=14)}, [Bound(total="macs", at_most=9e12)])
    assert found.best[0].edges == {"depth": "high"}
    assert found.binding is None


def test_every_examined_spec_is_told_to_whoever_waits() -> None:
    told: list[tuple[int, int]] = []
    space = Space(REGNET, LINE)
    fit([space], Judge(limits(TIGHT, 1)), progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 45) for done in range(1, 46)]


@pytest.mark.parametrize("family", families())
def test_every_family_can_be_searched(family: str) -> None:
    found = ask(
        {"width_multiplier": (0.5, 1), "depth_multiplier": (1,)},
        [Bound(total="params", at_most=1e12)],
        Objective("params", "least"),
        architecture={"family": family},
    )
    assert found.exhaustive
    assert found.kept + sum(refused.specs for refused in found.refusals) == 2
    assert found.best[0].totals["params"] > 0


@pytest.mark.parametrize(
    ("bounds", "field"),
    [
        ([Bound(total="macs")], "bounds.0"),
        ([Bound(total="macs", at_least=2, at_most=1)], "bounds.0.at_least"),
        ([Bound(total="macs", at_most=1), Bound(total="macs", at_least=2)], "bounds.1.at_least"),
    ],
)
def test_contradictory_bounds_are_refused(bounds: list[Bound], field: str) -> None:
    with pytest.raises(ContradictoryBounds) as caught:
        limits(bounds, 1)
    assert caught.value.field == field
    assert caught.value.accepted


def test_the_tightest_of_several_bounds_counts_and_batches_are_apart() -> None:
    bounds = [
        Bound(total="macs", at_most=5),
        Bound(total="macs", at_most=3),
        Bound(total="macs", at_least=4, batch=2),
    ]
    assert [str(limit) for limit in limits(bounds, 1)] == ["macs ≤ 3", "macs at batch 2 ≥ 4"]


@pytest.mark.parametrize(
    ("knobs", "error", "field", "accepted"),
    [
        ({"dpeth": (1,)}, UnknownKnob, "knobs.dpeth", "depth"),
        ({"family": ("resnet",)}, UnknownKnob, "knobs.family", "activation"),
        ({"depth.0": (1,)}, UnknownKnob, "knobs.depth.0", "depth"),
        ({"depth": ()}, ImpossibleKnob, "knobs.depth", "at least one"),
        ({"depth": (0,)}, ImpossibleKnob, "knobs.depth.0", "greater than or equal to 1"),
        ({"depth": (10, "x")}, ImpossibleKnob, "knobs.depth.1", "integer"),
        ({"depth": Range(low=3, high=2)}, ImpossibleKnob, "knobs.depth.low", "at most 2"),
        ({"depth": Range(low=2.1, high=2.9)}, ImpossibleKnob, "knobs.depth", "wider"),
        ({"depth": Range(low=-9, high=0)}, ImpossibleKnob, "knobs.depth", "greater"),
        ({"depth": Range(low=1, high=1e9)}, ImpossibleKnob, "knobs.depth", "20,000"),
        ({"wa": Range(low=1, high=2)}, ImpossibleKnob, "knobs.wa", "step"),
        ({"wa": Range(low=1, high=2, step=1, count=2)}, ImpossibleKnob, "knobs.wa.count", "one"),
        ({"wa": Range(low=0, high=2, count=9, law="log_uniform")}, ImpossibleKnob,
         "knobs.wa.low", "at least"),
        ({"norm": Range(low=0, high=2)}, ImpossibleKnob, "knobs.norm", "list of values"),
        ({"resolution": (64,), "resolution.0": (32,)}, ImpossibleKnob,
         "knobs.resolution.0", "share no values"),
    ],
)  # fmt: skip
def test_knobs_that_cannot_be_are_refused(
    knobs: dict[str, Any], error: type[ArchmeterError], field: str, accepted: str
) -> None:
    with pytest.raises(error) as caught:
        ask(knobs, TIGHT)
    assert caught.value.field == field
    assert accepted in (caught.value.accepted or "")


def test_a_space_without_a_network_is_refused_with_the_reason() -> None:
    with pytest.raises(NothingToBuild, match="depth 17 does not name"):
        ask({"depth": (17,)}, TIGHT, architecture={"preset": "resnet50"})


def test_wrong_architectures_are_refused_as_everywhere() -> None:
    with pytest.raises(UnknownPreset):
        Space({"preset": "regnet"}, {})
    with pytest.raises(ValidationError):
        Space({"preset": "resnet50", "depth": 17}, {})
