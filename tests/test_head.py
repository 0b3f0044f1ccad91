"""Networks without a head: what is left of every family, and what comes out of it.

Costs are compared with timm's and torchvision's in `test_library_settings`, and the modules run in
every test over `tests.spread`.
"""

from __future__ import annotations

from typing import Any

import pytest

from archmeter.analyzers import analyze
from archmeter.analyzers.formulas.networks import network_forms
from archmeter.analyzers.profile import Profile
from archmeter.models.errors import ShapeError
from archmeter.models.registry import families, resolve
from archmeter.models.spec import ConvolutionalSpec, Family

every_family = pytest.mark.parametrize("family", families().values(), ids=families())


def both(request: dict[str, Any]) -> tuple[Profile, Profile]:
    """The network that was asked for, and the same without its head."""
    return analyze(resolve(request)), analyze(resolve({**request, "head": "none"}))


@every_family
def test_without_a_head_stem_and_stages_are_what_they_were(family: Family) -> None:
    whole, bare = both({"preset": family.presets[0].name})
    kept = [stage for stage in whole.stages if not stage.path.startswith(("head", "aux"))]
    assert list(bare.stages) == kept
    assert bare.totals.params == sum(stage.params for stage in kept) < whole.totals.params
    assert bare.totals.macs == sum(stage.macs for stage in kept)


@every_family
def test_without_a_head_the_last_maps_come_out(family: Family) -> None:
    whole, bare = both({"preset": family.presets[0].name})
    assert len(whole.output_shape) == 2
    assert len(bare.output_shape) > 2
    assert bare.output_shape == bare.rows[-1].output_shape
    assert bare.rows[-1].receptive_field <= whole.rows[-1].receptive_field


@pytest.mark.parametrize("name", ["googlenet_aux", "inception_v3_aux"])
def test_auxiliary_heads_go_with_the_head(name: str) -> None:
    whole, bare = both({"preset": name})
    assert len(whole.graph.outputs) > 1
    assert len(bare.graph.outputs) == 1
    assert not [stage.path for stage in bare.stages if stage.path.startswith("aux")]


def test_cells_lose_their_auxiliary_head() -> None:
    _, bare = both({"preset": "nasnetamobile", "auxiliary": True})
    assert len(bare.graph.outputs) == 1


@pytest.mark.parametrize("name", ["vgg16", "darknet53", "resnetv2_50", "custom_resnet50"])
def test_none_is_one_more_kind_of_head_where_there_are_several(name: str) -> None:
    spec = resolve({"preset": name, "head": "none"})
    assert spec.headless
    assert not resolve({"preset": name}).headless
    assert "none" in str(spec.canonical()["head"])


def test_no_class_is_a_symbol_of_a_network_without_a_head() -> None:
    whole, bare = (resolve({"preset": "resnet18", "head": head}) for head in ("classifier", "none"))
    assert [*network_forms(whole).symbols] == ["N", "H", "W", "num_classes"]
    assert [*network_forms(bare).symbols] == ["N", "H", "W"]


def test_no_classifier_leaves_the_pool_as_before() -> None:
    assert analyze(resolve({"preset": "resnet18", "num_classes": 0})).output_shape == (1, 512)


READING_MAPS = {"alexnet", "vgg"}
"""Their hidden layers read whole maps, which no pool ends."""

CONVOLUTIONAL = [
    family
    for family in families().values()
    if issubclass(family.spec, ConvolutionalSpec) and family.name not in READING_MAPS
]


@pytest.mark.parametrize("family", CONVOLUTIONAL, ids=lambda family: family.name)
@pytest.mark.parametrize("pool", ["max", "mean_max"])
def test_other_last_pools_cost_no_weights(family: Family, pool: str) -> None:
    request = {"preset": family.presets[0].name}
    plain, other = (analyze(resolve({**request, **more})) for more in ({}, {"head_pool": pool}))
    assert (other.totals.params, other.totals.macs) == (plain.totals.params, plain.totals.macs)
    assert other.totals.flops != plain.totals.flops
    assert other.output_shape == plain.output_shape


@pytest.mark.parametrize("name", ["resnet18", "densenet121", "regnetx_002", "custom_resnet50"])
def test_mean_beside_maximum_doubles_what_the_classifier_reads(name: str) -> None:
    plain, both_pools = (
        analyze(resolve({"preset": name, "head_pool": pool})) for pool in ("mean", "concat")
    )
    _, features = analyze(resolve({"preset": name, "num_classes": 0})).output_shape
    assert both_pools.totals.params - plain.totals.params == features * 1000
    assert both_pools.totals.macs - plain.totals.macs == features * 1000


@pytest.mark.parametrize(
    ("name", "pool", "accepted"),
    [
        ("vgg16", "max", "mean"),
        ("alexnet", "concat", "mean"),
        ("squeezenet1_0", "concat", "mean or max or mean_max"),
    ],
)
def test_a_pool_that_a_head_cannot_end_in_is_refused(name: str, pool: str, accepted: str) -> None:
    with pytest.raises(ShapeError, match="head_pool cannot be") as error:
        resolve({"preset": name, "head_pool": pool}).graph()
    assert (error.value.field, error.value.value) == ("head_pool", pool)
    assert error.value.accepted == accepted
    assert resolve({"preset": name, "head_pool": pool, "head": "none"}).graph()
