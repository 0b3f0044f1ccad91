"""Samples: drawn by their laws, within bounds, and every draw is accounted for."""

from __future__ import annotations

from collections import Counter
from random import Random
from statistics import fmean, median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archmeter.analyzers import analyze
from archmeter.analyzers.scaling.bounds import Bound, limits
from archmeter.analyzers.scaling.budget import Effort
from archmeter.analyzers.scaling.domains import ImpossibleKnob, Knob, Range
from archmeter.analyzers.scaling.examine import Judge
from archmeter.analyzers.scaling.sampling import Sampling, distribution, sample
from archmeter.analyzers.scaling.search_space import NothingToBuild, Space
from archmeter.models.errors import ArchmeterError
from archmeter.models.registry import resolve

KNOBS = {
    "depth": Range(low=8, high=14),
    "w0": Range(low=16, high=64, step=8, law="log_uniform"),
    "wa": Range(low=8, high=40),
    "group_width": (8, 16),
}
BOUNDS = [Bound(total="macs", at_least=80e6, at_most=250e6)]
TOTALS = ("macs", "params", "inference_peak_bytes")


def ask(
    knobs: dict[str, Any],
    bounds: list[Bound] | None = None,
    count: int = 40,
    *,
    preset: str = "regnetx_002",
    seed: int = 0,
    max_draws: int = 2_000,
    max_operators: int = 5_000_000,
    increasing: tuple[str, ...] = (),
) -> Sampling:
    return sample(
        Space({"preset": preset}, knobs, increasing),
        Judge(limits(bounds or [], 1), also=TOTALS),
        count,
        Effort(max_draws, max_operators, seed),
        totals=TOTALS,
    )


@pytest.fixture(scope="module")
def drawn() -> Sampling:
    return ask(KNOBS, BOUNDS)


def test_every_draw_is_accounted_for(drawn: Sampling) -> None:
    assert drawn.accepted == len(drawn.samples) == 40
    rejected = sum(refused.specs for refused in drawn.rejected)
    assert drawn.drawn == drawn.accepted + drawn.duplicates + rejected
    assert {refused.reason for refused in drawn.rejected} == {
        "not macs ≤ 250,000,000",
        "not macs ≥ 80,000,000",
    }
    assert drawn.stopped is None


def test_samples_are_different_networks_within_the_bounds(drawn: Sampling) -> None:
    assert len({str(one.values) for one in drawn.samples}) == 40
    for one in drawn.samples:
        profile = analyze(resolve({"preset": "regnetx_002", **one.values}))
        assert one.totals == {
            "macs": profile.totals.macs,
            "params": profile.totals.params,
            "inference_peak_bytes": profile.memory.inference_peak_bytes,
        }
        assert 80e6 <= one.totals["macs"] <= 250e6


def test_the_same_seed_draws_the_same_and_another_does_not(drawn: Sampling) -> None:
    assert ask(KNOBS, BOUNDS) == drawn
    assert ask(KNOBS, BOUNDS, seed=1).samples != drawn.samples


def test_rejected_draws_fit_their_reason(drawn: Sampling) -> None:
    for refused in drawn.rejected:
        macs = analyze(resolve({"preset": "regnetx_002", **refused.values})).totals.macs
        assert macs > 250e6 if "≤" in refused.reason else macs < 80e6


def test_a_space_that_is_used_up_is_left_after_so_many_draws() -> None:
    found = ask({"depth": (8, 9), "group_width": (8, 16)}, max_draws=300)
    assert (found.accepted, found.drawn, found.stopped) == (4, 300, "max_draws")
    assert found.duplicates == 296


def test_operators_bound_the_work() -> None:
    found = ask(KNOBS, max_operators=1_000)
    assert found.stopped == "max_operators"
    assert 0 < found.accepted < 40


def test_nothing_within_the_bounds_is_an_answer() -> None:
    found = ask(KNOBS, [Bound(total="macs", at_most=10)], max_draws=20)
    assert (found.accepted, found.distributions, found.stopped) == (0, (), "max_draws")
    assert sum(refused.specs for refused in found.rejected) + found.duplicates == 20


def test_widths_that_must_not_fall_do_not() -> None:
    knobs = {f"stages.{i}.width": Range(low=16, high=256, step=16) for i in range(4)}
    knobs["stages.*.group_width"] = (16,)
    found = ask(knobs, count=10, preset="custom_regnety_4gf", increasing=("stages.*.width",))
    for one in found.samples:
        widths = [one.values[f"stages.{i}.width"] for i in range(4)]
        assert widths == sorted(widths)
    (refused,) = found.rejected
    assert (refused.code, refused.reason) == ("not_increasing", "stages.*.width falls")


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ImpossibleKnob, match="less than or equal"):
        ask({"width_multiplier": (1, 100)})
    with pytest.raises(NothingToBuild, match="width_multiplier"):
        ask({"width_multiplier": Range(low=40, high=50)}, max_draws=5)
    with pytest.raises(ArchmeterError) as caught:
        ask({"depth": (8,)}, increasing=("stages.*.width",))
    assert caught.value.field == "increasing"


def shares(law: Any, **how: Any) -> list[float]:
    """Many draws from 1 to 100."""
    knob = Knob("x", Range(low=1, high=100, law=law, **how), 1.0 if not how.get("step") else 1)
    random = Random(7)  # noqa: S311 - nothing is kept secret
    return [knob.draw(random.random()) for _ in range(4_000)]


def test_laws_have_their_medians() -> None:
    assert median(shares("uniform")) == pytest.approx(50.5, rel=0.05)
    assert median(shares("log_uniform")) == pytest.approx(10, rel=0.08)
    assert fmean(shares("log_uniform")) == pytest.approx(99 / 4.605, rel=0.05)


def test_uniform_steps_are_equally_likely() -> None:
    found = Counter(shares("uniform", step=11))
    assert sorted(found) == [1 + 11 * k for k in range(10)]
    assert max(found.values()) < 1.25 * min(found.values())


def test_steps_of_a_logarithmic_law_are_the_nearest() -> None:
    knob = Knob("x", Range(low=8, high=64, step=8, law="log_uniform"), 8)
    assert knob.draw(0) == 8
    assert knob.draw(0.5) == 24, "the square root of 8 x 64 is 22.6"
    assert knob.draw(0.999999) == 64


@given(
    st.floats(0.001, 1e6), st.floats(0, 1e6), st.sampled_from(["uniform", "log_uniform"]),
    st.none() | st.integers(2, 50), st.floats(0, 1, exclude_max=True), st.sampled_from([1, 1.0]),
)  # fmt: skip
def test_draws_are_within_the_range(
    low: float, span: float, law: Any, count: int | None, uniform: float, now: float
) -> None:
    domain = Range(low=low, high=low + span, law=law, count=count)
    try:
        knob = Knob("x", domain, now)
    except ImpossibleKnob:
        return  # no whole number, or too many
    drawn = knob.draw(uniform)
    whole = isinstance(now, int)
    slack = 0.5 if whole and count else 1e-8 * (low + span)
    assert low - slack <= drawn <= low + span + slack
    if knob.values is not None:
        assert drawn in knob.values
        first = list(knob.values[:60])
        assert first == sorted(set(first))
    assert isinstance(drawn, int) is whole


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=60))
def test_distributions_are_empirical(values: list[int]) -> None:
    found = distribution("macs", values)
    for quantile in found.quantiles:
        at_most = sum(value <= quantile.value for value in values)
        below = sum(value < quantile.value for value in values)
        assert at_most >= quantile.share * len(values) - 1e-9
        assert below < quantile.share * len(values) + 1e-9 or quantile.value == min(values)
    assert (found.quantiles[0].value, found.quantiles[-1].value) == (min(values), max(values))
    assert sum(one.samples for one in found.histogram) == len(values)
    assert found.mean == pytest.approx(fmean(values))
    for before, after in zip(found.histogram, found.histogram[1:], strict=False):
        assert before.high == after.low
    for i, one in enumerate(found.histogram):
        last = i == len(found.histogram) - 1
        inside = [v for v in values if one.low <= v < one.high or (last and v == one.high)]
        assert one.samples == len(inside)
