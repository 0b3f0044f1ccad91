"""What a pyramid of features takes from a network, as timm's `feature_info` lists it.

``data/feature_maps.csv`` holds the maps that come out of timm's ``features_only`` networks as
channels x height x width / stride, of transformers on patches the last; the few lists that are
meant to differ say why.
"""

from __future__ import annotations

import csv
import json
from math import prod
from pathlib import Path

import pytest

from archmeter.analyzers import analyze
from archmeter.analyzers.feature_maps import FeatureMap, feature_maps
from archmeter.models.registry import families, resolve
from archmeter.models.spec import Family, InputSpec

DATA = Path(__file__).parent / "data" / "feature_maps.csv"

with DATA.open(encoding="utf-8", newline="") as file:
    LISTED = list(csv.DictReader(file))


def listed(row: FeatureMap) -> str:
    down, across = row.stride
    assert down == across
    return f"{row.channels}x{row.height}x{row.width}/{down}"


@pytest.mark.parametrize("row", LISTED, ids=lambda row: row["call"])
def test_maps_are_those_that_timm_lists(row: dict[str, str]) -> None:
    maps = feature_maps(analyze(resolve(json.loads(row["spec"]))))
    ours = " ".join(map(listed, maps))
    assert (ours != row["maps"]) if row["reason"] else (ours == row["maps"])


@pytest.mark.parametrize("family", families().values(), ids=families())
def test_the_last_map_is_what_comes_out_without_a_head(family: Family) -> None:
    request = {"preset": family.presets[0].name}
    maps = feature_maps(analyze(resolve(request)))
    bare = analyze(resolve({**request, "head": "none"}))
    assert maps == feature_maps(bare)
    assert (maps[-1].params, maps[-1].macs) == (bare.totals.params, bare.totals.macs)
    positions = maps[-1].height * maps[-1].width
    tokens = len(bare.output_shape) == 3  # with those that stand for no patch
    assert prod(bare.output_shape) >= maps[-1].channels * positions
    assert tokens or maps[-1].map_bytes == 4 * prod(bare.output_shape)
    strides = [row.stride for row in maps]
    assert strides == sorted(set(strides))


def test_costs_are_those_of_everything_up_to_the_map() -> None:
    whole = analyze(resolve({"preset": "googlenet_aux"}))
    maps = feature_maps(whole)
    bare = analyze(resolve({"preset": "googlenet", "head": "none"}))
    assert [row.path for row in maps] == [
        "stem.act1",
        "stem.act3",
        "stage1.inception2",
        "stage2.inception5",
        "stage3.inception2",
    ]
    assert maps[2].params == sum(part.params for part in bare.stages[:2])
    assert maps[-1].macs == bare.totals.macs


def test_bytes_follow_the_batch_and_the_dtype() -> None:
    spec = resolve({"preset": "resnet18"})
    one = feature_maps(analyze(spec))
    many = feature_maps(analyze(spec, InputSpec(batch=8, dtype="float16")))
    assert [row.map_bytes for row in many] == [4 * row.map_bytes for row in one]
    assert one[-1].map_bytes == 4 * 512 * 7 * 7


def test_padding_belongs_to_what_comes_after_it() -> None:
    maps = feature_maps(analyze(resolve({"preset": "resnetv2_50x1_bit"})))
    assert (maps[0].path, maps[0].height) == ("stem.conv", 112)
