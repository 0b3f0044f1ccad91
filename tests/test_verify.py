"""What papers print, beside what is counted."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from archmeter.analyzers.verify import agrees, verify
from archmeter.models.published import Published, published

# Differences nobody has explained yet. One that joins them is a mistake, here or in the table.
UNEXPLAINED = Path(__file__).parent / "data" / "unexplained.csv"


def test_only_known_differences_are_unexplained() -> None:
    with UNEXPLAINED.open(encoding="utf-8", newline="") as file:
        known = [tuple(row.values()) for row in csv.DictReader(file)]
    found = [
        (figure.architecture, figure.source, figure.figure, figure.printed)
        for figure in verify()
        if figure.verdict == "unexplained"
    ]
    assert sorted(found) == sorted(known)


def test_most_printed_figures_are_counted_to_the_digit() -> None:
    verdicts = Counter(figure.verdict for figure in verify())
    assert verdicts["equal"] > verdicts["explained"] > verdicts["unexplained"]
    assert all(bool(figure.reason) == (figure.verdict == "explained") for figure in verify())


@pytest.mark.parametrize(
    ("printed", "counted", "expected"),
    [
        ("25.6", 25_557_032, True),
        ("25.5", 25_557_032, True),  # truncated
        ("25.4", 25_557_032, False),
        ("28", 28_589_128, True),
        ("25.557032", 25_557_032, True),
        ("25.557030", 25_557_032, False),
    ],
)
def test_a_figure_agrees_within_one_unit_of_its_last_digit(
    printed: str, counted: int, *, expected: bool
) -> None:
    assert agrees(printed, counted, 10**6) is expected


@pytest.mark.parametrize("row", published(), ids=lambda row: f"{row.architecture}-{row.source}")
def test_every_row_is_a_figure_with_a_source_and_an_architecture_that_can_be_built(
    row: Published,
) -> None:
    assert row.source
    assert row.params_m or row.flops_b or row.acts_m
    spec = row.spec()
    assert spec is None or spec.resolution == (row.resolution, row.resolution)


def test_papers_convention_is_respected() -> None:
    """Darknet's tables print two operations for each MAC."""
    doubled = [figure for figure in verify() if figure.convention == "flops2x"]
    assert doubled
    assert any(figure.verdict == "equal" for figure in doubled)
