"""Drawings of networks: well-formed, whole, and the same for every family."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from archmeter.app.web import diagram
from archmeter.app.web.flow import MOST_BOXES, Box, boxes
from archmeter.models import registry
from archmeter.models.graph import Graph, Scope

SVG = "{http://www.w3.org/2000/svg}"

HARD = ("resnet50", "densenet121", "nasnetalarge", "mobilenetv2_100", "swin_t", "custom_resnet50")


def parsed(svg: str) -> ET.Element:
    """A drawing; anything not well-formed fails."""
    return ET.fromstring(svg)  # noqa: S314 - it was drawn here


def graph_of(preset: str) -> Graph:
    return registry.resolve({"preset": preset}).graph()


def block(graph: Graph, path: str) -> Scope:
    """A scope by its path."""
    scope = graph.root
    while scope.path != path:
        scope = next(c for c in scope.children if f"{path}.".startswith(f"{c.path}."))
    return scope


def titled(drawn: list[Box], title: str) -> Box:
    return next(box for box in drawn if box.title == title)


@pytest.mark.parametrize("family", registry.families())
def test_every_family_can_be_drawn(family: str) -> None:
    graph = registry.resolve({"family": family}).graph()
    overview = parsed(diagram.overview(graph, family))
    boxes_drawn = overview.findall(f"{SVG}g")
    assert len(boxes_drawn) == len(graph.root.children)
    for scope in graph.root.children:
        for drawn in diagram.blocks(graph, scope):
            svg = parsed(drawn.svg)
            assert svg.find(f"{SVG}title") is not None
            assert svg.findtext(f"{SVG}desc")
            assert 0 < len(svg.findall(f"{SVG}g")) <= MOST_BOXES


@pytest.mark.parametrize("preset", HARD)
def test_no_two_boxes_are_in_one_place_and_arrows_go_down(preset: str) -> None:
    graph = graph_of(preset)
    for scope in graph.root.children:
        for child in scope.children or [scope]:
            drawn = boxes(graph, child)
            places = [(box.column, box.row) for box in drawn]
            assert len(set(places)) == len(places), child.path
            assert all(before.row < box.row for box in drawn for before in box.before)


def test_a_shortcut_goes_from_the_input_to_the_addition() -> None:
    graph = graph_of("resnet50")
    drawn = boxes(graph, block(graph, "stage1.bottleneck2"))
    assert [box.title for box in drawn] == [
        "input",
        "1×1 conv, 64",
        "3×3 conv, 64",
        "1×1 conv, 256",
        "add",
    ]
    assert {box.title for box in titled(drawn, "add").before} == {"1×1 conv, 256", "input"}
    assert titled(drawn, "3×3 conv, 64").also == ["batch norm", "relu"]


def test_branches_are_side_by_side() -> None:
    graph = graph_of("googlenet")
    drawn = boxes(graph, block(graph, "stage1.inception1"))
    branches = [box for box in drawn if any(before.is_input for before in box.before)]
    assert len(branches) == 4
    assert len({box.column for box in branches}) == 4
    assert {box.row for box in branches} == {1}


def test_one_block_of_each_kind_is_drawn() -> None:
    graph = graph_of("resnet50")
    drawn = list(diagram.blocks(graph, block(graph, "stage3")))
    assert [(one.path, one.alike) for one in drawn] == [
        ("stage3.bottleneck1", 1),
        ("stage3.bottleneck2", 5),
    ]


def test_what_is_too_much_is_drawn_from_what_it_repeats() -> None:
    """A dense block of 24 layers has hundreds of arrows; one of its layers says it all."""
    graph = graph_of("densenet121")
    drawn = {one.path: one.alike for one in diagram.blocks(graph, block(graph, "stage3"))}
    assert drawn == {"stage3.transition1": 1, "stage3.dense_block1.dense_layer1": 24}


@pytest.mark.parametrize(
    ("preset", "made"),
    [
        ("resnet50", "256×56×56"),
        ("vit_base_patch16_224", "768×197"),
        ("swin_t", "96×56×56"),
    ],
)
def test_channels_come_first_wherever_the_network_keeps_them(preset: str, made: str) -> None:
    parts = {part.path: part for part in diagram.parts(graph_of(preset))}
    assert str(parts["stage1"].made) == made


def test_boxes_are_as_high_as_maps_and_as_wide_as_channels() -> None:
    graph = graph_of("resnet50")
    svg = parsed(diagram.overview(graph, "resnet50"))
    rects = [(float(r.get("width", 0)), float(r.get("height", 0))) for r in svg.iter(f"{SVG}rect")]
    stages = rects[1:-1]
    assert stages == sorted(stages, key=lambda size: (size[0], -size[1]))
    assert len(set(stages)) == len(stages)


def test_a_drawing_has_no_colours_of_its_own() -> None:
    graph = graph_of("resnet50")
    svg = diagram.overview(graph, "<resnet>")
    assert "#" not in svg
    assert "style" not in svg
    assert "<resnet>" not in svg
