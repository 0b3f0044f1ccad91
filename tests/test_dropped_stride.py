"""Networks for small images: first strides dropped, biases before norms, heads of VGG.

Costs are compared with those of the repositories and libraries that build such networks in
`test_library_settings`, and the modules run in every test over `tests.spread`.
"""

from __future__ import annotations

from typing import Any

import pytest

from archmeter.analyzers import analyze
from archmeter.models.errors import ShapeError
from archmeter.models.graph import Graph
from archmeter.models.ops import BatchNorm2d, Conv2d, MaxPool2d
from archmeter.models.registry import families, resolve
from archmeter.models.spec import ConvolutionalSpec, Family

CONVOLUTIONAL = [
    family for family in families().values() if issubclass(family.spec, ConvolutionalSpec)
]


def total_stride(graph: Graph) -> int:
    """Pixels of the image to an element of the last maps before the head, about."""
    last = [tensor.shape for tensor in graph.tensors if not tensor.path.startswith("head")][-1]
    return round(graph.input.shape[2] / last[2])


@pytest.mark.parametrize("family", CONVOLUTIONAL, ids=lambda family: family.name)
def test_maps_are_twice_as_large_by_the_same_weights(family: Family) -> None:
    plain = family.presets[0].spec.model_copy(update={"resolution": (192, 192)})
    dropped = plain.model_copy(update={"dropped_stride": 2})
    before, after = analyze(plain), analyze(dropped)
    assert after.totals.params == before.totals.params
    assert after.totals.macs > 2 * before.totals.macs
    assert total_stride(dropped.graph()) == pytest.approx(total_stride(plain.graph()) / 2, rel=0.35)


@pytest.mark.parametrize("name", ["resnet18", "densenet121", "cspresnet50", "shufflenet_v2_x1_0"])
def test_a_small_image_costs_from_the_stem_on_what_one_four_times_as_large_does(name: str) -> None:
    small = analyze(resolve({"preset": name, "dropped_stride": 4, "resolution": 32}))
    large = analyze(resolve({"preset": name, "resolution": 128}))
    assert [stage.macs for stage in small.stages][1:] == [s.macs for s in large.stages][1:]
    assert not [row for row in small.rows if row.path == "stem.pool"]


def test_a_pool_that_shrinks_the_map_beside_its_stride_stays() -> None:
    spec = resolve({"preset": "inception_v4", "dropped_stride": 4, "resolution": 96})
    pools = [t.op for t in spec.graph().tensors if isinstance(t.op, MaxPool2d)]
    assert pools[0] == MaxPool2d((3, 3), (1, 1))


def test_patches_overlap_where_they_no_longer_stride() -> None:
    graph = resolve({"preset": "convnext_tiny", "dropped_stride": 2, "resolution": 32}).graph()
    (stem,) = [t for t in graph.tensors if t.path == "stem.conv"]
    assert stem.shape[2:] == (16, 16)
    assert isinstance(stem.op, Conv2d)
    assert (stem.op.kernel, stem.op.stride) == ((4, 4), (2, 2))


def test_strides_are_dropped_first_and_then_limited() -> None:
    spec = {"preset": "resnet18", "dropped_stride": 4, "output_stride": 2, "resolution": 32}
    assert total_stride(resolve(spec).graph()) == 2


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"preset": "resnet20_cifar10", "dropped_stride": 8}, "make 4, less than is dropped"),
        ({"preset": "convnext_tiny", "patch": 3, "dropped_stride": 2}, "no powers of two"),
        ({"preset": "nasnetamobile", "dropped_stride": 4}, "with a dropped stride of 4"),
        ({"preset": "vgg16_bn", "norm_bias": True}, "without biases comes just before a norm"),
    ],
)
def test_what_has_no_effect_or_does_not_fit_is_refused(spec: dict[str, Any], words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        resolve(spec).graph()


@pytest.mark.parametrize("name", ["resnet50", "preresnet20_cifar10", "densenet121"])
def test_convolutions_before_norms_get_biases_and_no_others(name: str) -> None:
    plain, biased = (resolve({"preset": name, "norm_bias": b}).graph() for b in (False, True))
    before_norms = {t.inputs[0].path for t in plain.tensors if isinstance(t.op, BatchNorm2d)}
    for tensor, other in zip(plain.tensors, biased.tensors, strict=True):
        if isinstance(tensor.op, Conv2d) and isinstance(other.op, Conv2d):
            assert other.op.bias == (tensor.path in before_norms)
