"""Group widths that keep the cost: those of the paper, and the nearest there are."""

from __future__ import annotations

import pytest

from archmeter.analyzers import analyze
from archmeter.analyzers.scaling.cardinality import (
    CardinalityTrade,
    NoCardinality,
    UnknownPart,
    trades,
)
from archmeter.models.registry import families, preset, resolve

TABLE_2 = {1: 64, 2: 40, 4: 24, 8: 14, 32: 4}
"""Xie et al. 2016, Table 2: cardinality C and width of bottleneck d."""

CARDINAL = [
    name
    for name, family in families().items()
    if {"cardinality", "group_width"} <= family.spec.model_fields.keys()
]


@pytest.mark.parametrize("part", ["stage1.bottleneck2", "stage1", None])
def test_the_paper_s_widths_keep_the_parameters(part: str | None) -> None:
    """Of a block of conv2, of the stage, and of the whole network."""
    found = trades(preset("resnext50_1x64d").spec, [*TABLE_2], part=part)
    assert {trade.cardinality: trade.group_width for trade in found.trades} == TABLE_2


def test_the_paper_s_widths_keep_the_macs_of_a_block() -> None:
    spec = preset("resnext50_1x64d").spec
    found = trades(spec, [*TABLE_2], keep="macs", part="stage1.bottleneck2")
    assert {trade.cardinality: trade.group_width for trade in found.trades} == TABLE_2


def test_inner_widths_are_those_of_the_paper() -> None:
    found = trades(preset("resnext50_1x64d").spec, [*TABLE_2])
    assert [trade.inner_width for trade in found.trades] == [64, 80, 96, 112, 128]


@pytest.mark.parametrize("keep", ["params", "macs"])
def test_no_other_width_is_nearer(keep: str) -> None:
    spec = preset("resnext50_32x4d").spec
    base = getattr(analyze(spec).totals, keep)
    found = trades(spec, [3, 16], keep=keep)  # type: ignore[arg-type]
    for trade in found.trades:
        counted = {
            width: getattr(
                analyze(
                    resolve(
                        {
                            "preset": "resnext50_32x4d",
                            "cardinality": trade.cardinality,
                            "group_width": width,
                        }
                    )
                ).totals,
                keep,
            )
            for width in range(1, 48)
        }
        assert trade.group_width == min(counted, key=lambda width: abs(counted[width] - base))
        assert trade.below
        assert trade.above
        assert trade.above.group_width == trade.below.group_width + 1
        assert counted[trade.below.group_width] < base < counted[trade.above.group_width]
        assert trade.below.group_width < (trade.ideal or 0) < trade.above.group_width
        assert trade.cost
        assert getattr(trade.cost, keep) == counted[trade.cost.group_width]
        assert trade.outcome == "rounded"


@pytest.mark.parametrize("family", CARDINAL)
def test_every_family_keeps_its_own_cardinality(family: str) -> None:
    spec = resolve({"family": family})
    found = trades(spec, [spec.cardinality])  # type: ignore[attr-defined]
    (trade,) = found.trades
    assert (trade.group_width, trade.outcome) == (spec.group_width, "equal")  # type: ignore[attr-defined]
    assert trade.cost == found.base
    assert found.base.ratio == 1


def test_widths_that_are_no_networks_are_passed_over() -> None:
    """With a radix of 2, a cardinal group has an even number of channels."""
    (trade,) = trades(preset("resnest50d").spec, [4]).trades
    assert trade.group_width == 24
    assert trade.below
    assert trade.above
    assert (trade.below.group_width, trade.above.group_width) == (24, 26)


def test_what_is_beyond_the_knobs_is_told() -> None:
    few, many, none = trades(preset("resnext50_32x4d").spec, [1, 1024, 2000]).trades
    assert few.outcome == "rounded"
    assert (many.group_width, many.outcome, many.below) == (1, "clipped", None)
    assert many.reason
    assert many.reason.startswith("1 is the least there may be: +")
    assert none == CardinalityTrade(
        2000, None, None, None, None, None, None, "infeasible", none.reason
    )  # fmt: skip
    assert "less than or equal to 1024" in (none.reason or "")


def test_a_width_beyond_the_largest_is_clipped_at_it() -> None:
    wide = resolve({"family": "resnext", "cardinality": 3, "group_width": 1024, "depth": [1]})
    (trade,) = trades(wide, [1]).trades
    assert (trade.group_width, trade.outcome, trade.above) == (1024, "clipped", None)


def test_families_and_parts_that_cannot_be_asked_are_refused() -> None:
    with pytest.raises(NoCardinality) as caught:
        trades(preset("resnet50").spec, [2])
    assert caught.value.field == "family"
    with pytest.raises(UnknownPart) as missing:
        trades(preset("resnext50_32x4d").spec, [2], part="stage1.bottleneck9")
    assert "stage1.bottleneck3" in (missing.value.accepted or "")
