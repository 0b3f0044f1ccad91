"""Width against depth: all pairs at equal cost and no others."""

from __future__ import annotations

from typing import Any

import pytest

from archmeter.analyzers import analyze
from archmeter.analyzers.scaling.domains import Range
from archmeter.analyzers.scaling.examine import Judge
from archmeter.analyzers.scaling.iso_cost import IsoCost, iso_cost
from archmeter.analyzers.scaling.search import Objective
from archmeter.analyzers.scaling.search_space import NothingToBuild, Space
from archmeter.analyzers.scaling.totals import TooMuchWork
from archmeter.models.registry import resolve

WRN = "wrn28_10_cifar10"
DEPTHS, WIDTHS = [10, 16, 22, 28, 34, 40], [*range(1, 17)]


def ask(
    preset: str,
    depth: tuple[str, Any],
    width: tuple[str, Any],
    total: str = "params",
    *,
    max_operators: int = 5_000_000,
    **options: Any,
) -> IsoCost:
    return iso_cost(
        Space({"preset": preset}, dict([depth, width])),
        Judge((), Objective(total)),
        max_operators=max_operators,
        **options,
    )


@pytest.mark.parametrize(("total", "tolerance"), [("params", 0.05), ("macs", 0.1)])
def test_the_pairs_are_those_within_the_tolerance(total: str, tolerance: float) -> None:
    found = ask(WRN, ("depth", tuple(DEPTHS)), ("widening", tuple(WIDTHS)), total,
                tolerance=tolerance)  # fmt: skip
    counted = {
        (depth, width): getattr(
            analyze(resolve({"preset": WRN, "depth": depth, "widening": width})).totals, total
        )
        for depth in DEPTHS
        for width in WIDTHS
    }
    base = counted[28, 10]
    assert found.wanted == base == found.totals[total]
    near = [pair for pair, cost in counted.items() if abs(cost / base - 1) <= tolerance]
    assert [(pair.depth, pair.width) for pair in found.pairs] == near
    assert len(near) > 2
    for pair in found.pairs:
        cost = counted[pair.depth, pair.width]
        assert pair.totals[total] == cost
        assert pair.ratios[total] == cost / base
        assert pair.deviation == cost / base - 1
    for line in found.lines:
        nearest = min(WIDTHS, key=lambda width: abs(counted[line.depth, width] / base - 1))
        assert line.nearest == nearest
        assert line.pairs == sum(depth == line.depth for depth, _ in near)
        assert (line.outcome == "met") is bool(line.pairs) is (line.reason is None)


def test_the_trade_of_wide_resnets() -> None:
    """Deeper and narrower at equal parameters: more activations, a lower peak, more to keep."""
    shown = ("activations", "inference_peak_bytes", "training_saved_bytes")
    found = ask(WRN, ("depth", (28, 40)), ("widening", (8, 10)), shown=shown)
    wide, deep = found.pairs
    assert (wide.name, deep.name) == (WRN, "wrn40_8_cifar10")
    assert wide.ratios == dict.fromkeys(("params", *shown), 1.0)
    assert deep.ratios["activations"] > 1.1
    assert deep.ratios["training_saved_bytes"] > 1.1
    assert deep.ratios["inference_peak_bytes"] < 0.9
    assert (deep.sizes.depths, deep.sizes.widths) == ((6, 6, 6), (128, 256, 512))


def test_lines_say_why_they_do_not_meet_the_cost() -> None:
    found = ask(WRN, ("depth", (10, 16, 17)), ("widening", Range(low=1, high=20)))
    short, stepped, none = found.lines
    assert (short.outcome, short.nearest) == ("clipped", 20)
    assert short.reason
    assert short.reason.startswith("the dearest width is 20: -")
    assert stepped.outcome == "rounded"
    assert stepped.reason
    assert stepped.reason.startswith("between widths 14: -")
    assert (none.outcome, none.nearest, none.deviation) == ("infeasible", None, None)
    (refused,) = found.refusals
    assert refused.specs == 20


def test_multipliers_that_make_one_network_are_one_pair() -> None:
    found = ask(
        "efficientnet_b0",
        ("depth_multiplier", (1,)),
        ("width_multiplier", (0.999, 1, 1.001)),
        tolerance=0.01,
    )
    (pair,) = found.pairs
    assert (pair.width, pair.alike) == (0.999, (1, 1.001))
    assert found.examined == 3


def test_a_cost_of_one_s_own_can_be_wanted() -> None:
    found = ask(WRN, ("depth", (16,)), ("widening", (8,)), wanted=11e6)
    assert found.wanted == 11e6
    (pair,) = found.pairs
    assert pair.totals["params"] == analyze(resolve({"preset": "wrn16_8_cifar10"})).totals.params
    assert pair.deviation == pair.totals["params"] / 11e6 - 1


def test_what_is_too_much_or_nothing_is_refused() -> None:
    with pytest.raises(TooMuchWork, match="pairs"):
        ask(WRN, ("dropout", Range(low=0, high=0.9, count=400)),
            ("widening", Range(low=1, high=128)))  # fmt: skip
    with pytest.raises(TooMuchWork, match="operators"):
        ask(WRN, ("depth", (28, 40)), ("widening", (8, 10)), max_operators=50)
    with pytest.raises(NothingToBuild, match="depth 11 does not name"):
        ask(WRN, ("depth", (11,)), ("widening", (8,)))


def test_what_is_many_times_the_cost_is_told_as_a_factor() -> None:
    (line,) = ask(WRN, ("depth", (28,)), ("widening", (1, 2)), wanted=1.0).lines
    assert line.outcome == "clipped"
    assert line.reason == "the cheapest width is 1: 3.695e+05 times as much"
