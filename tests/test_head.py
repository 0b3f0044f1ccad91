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
from archmeter.models.registry import families, resolve
from archmeter.models.spec import Family

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
