"""What is told of libraries' own modules is what the tools print for them."""

from __future__ import annotations

import csv

import pytest

from archmeter.analyzers.conventions.of_libraries import TABLE

pytestmark = pytest.mark.differential

FEW = ("mobilenet_v3_small", "swin_t", "vit_tiny_patch16_224", "swin_tiny_patch4_window7_224")


def test_the_figures_told_are_measured_again() -> None:
    from tests.differential.library_modules import measured_models, rows

    models = [one for one in measured_models() if one[1] in FEW]
    with TABLE.open(encoding="utf-8", newline="") as file:
        told = [row for row in csv.reader(file) if row[1] in FEW]
    assert [[str(cell) for cell in row] for row in rows(models)] == told
