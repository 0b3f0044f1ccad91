"""Knobs mean what they mean in the libraries whose presets' names are used here.

``data/settings.csv`` holds figures of networks as timm and torchvision build them under other
settings than their published ones; a figure is left empty where a library keeps it elsewhere, as
torchvision computes the masks of shifted windows anew in every pass. The few that are meant to
differ say why.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from archmeter.analyzers import analyze
from archmeter.models.registry import resolve

with (Path(__file__).parent / "data" / "settings.csv").open(encoding="utf-8", newline="") as file:
    SETTINGS = list(csv.DictReader(file))

FIGURES = ("params", "buffers", "macs", "activations")


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: f"{row['library']}-{row['call']}")
def test_a_knob_means_what_it_means_in_the_library(row: dict[str, str]) -> None:
    totals = analyze(resolve(json.loads(row["spec"]))).totals
    theirs = {figure: int(row[figure]) for figure in FIGURES if row[figure]}
    ours = {figure: getattr(totals, figure) for figure in theirs}
    assert (ours != theirs) if row["reason"] else (ours == theirs)
