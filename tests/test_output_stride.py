"""Networks whose maps stay large: the same weights, which see as much of the image, more densely.

Costs under an output stride are compared with timm's and torchvision's in `test_library_settings`,
and the modules run in every test over `tests.spread`.
"""

from __future__ import annotations

from typing import Any

import pytest

from archmeter.analyzers import analyze
from archmeter.models.errors import ShapeError
from archmeter.models.graph import Graph
from archmeter.models.registry import families, resolve
from archmeter.models.spec import ConvolutionalSpec, Family

CONVOLUTIONAL = [
    family for family in families().values() if issubclass(family.spec, ConvolutionalSpec)
]

LOSING_THEIR_FIT = {"amoebanet", "nasnet", "pnasnet"}
"""Their cells join a map with one of half the side by cropping, which only the stride makes fit."""


def smallest_side(graph: Graph) -> int:
    """Of the maps before the head."""
    maps = [
        tensor.shape
        for tensor in graph.tensors
        if len(tensor.shape) == 4 and min(tensor.shape[2:]) > 1
    ]
    return min(min(shape[2:]) for shape in maps)


@pytest.mark.parametrize("family", CONVOLUTIONAL, ids=lambda family: family.name)
def test_maps_stay_larger_by_the_same_weights(family: Family) -> None:
    plain = family.presets[0].spec.model_copy(update={"resolution": (256, 256)})
    dense = plain.model_copy(update={"output_stride": 8})
    if family.name in LOSING_THEIR_FIT:
        with pytest.raises(ShapeError, match="output stride of 8"):
            dense.graph()
        return
    before, after = analyze(plain).totals, analyze(dense).totals
    assert after.params == before.params
    assert after.macs >= before.macs


@pytest.mark.parametrize(
    "name", ["resnet50", "mobilenetv2_100", "regnetx_002", "xception41", "densenet121", "van_b0"]
)
@pytest.mark.parametrize("output_stride", [8, 16])
def test_the_smallest_map_has_the_stride_that_was_asked_for(name: str, output_stride: int) -> None:
    graph = resolve({"preset": name, "resolution": 256, "output_stride": output_stride}).graph()
    assert smallest_side(graph) == 256 // output_stride


def last_field(request: dict[str, Any]) -> tuple[int, int]:
    """Height and width of what the last stage sees of the image."""
    rows = analyze(resolve({**request, "resolution": 224})).rows
    return [row.receptive_field for row in rows if row.path.startswith("stage4")][-1]


@pytest.mark.parametrize("name", ["resnet50", "mobilenetv2_100", "regnetx_002", "resnext50_32x4d"])
def test_kernels_that_spread_see_what_they_saw(name: str) -> None:
    plain = last_field({"preset": name})
    assert last_field({"preset": name, "output_stride": 8}) == plain
    assert last_field({"preset": name, "output_stride": 8, "dilated": False}) < plain


@pytest.mark.parametrize("name", ["resnet50", "mobilenetv4_hybrid_medium"])
def test_a_large_output_stride_changes_nothing(name: str) -> None:
    plain, same = (resolve({"preset": name, "output_stride": o}) for o in (None, 32))
    assert analyze(plain).totals == analyze(same).totals
    assert [*plain.graph().paths()] == [*same.graph().paths()]


def test_patches_that_are_merged_by_reshaping_say_that_they_cannot_stay() -> None:
    stages = [
        {"block": "swin_block", "depth": 1, "width": 96},
        {"block": "swin_block", "depth": 1, "width": 192},
    ]
    spec = {"family": "custom", "stages": stages, "output_stride": 4}
    with pytest.raises(ShapeError, match="no output stride holds"):
        resolve(spec).graph()
