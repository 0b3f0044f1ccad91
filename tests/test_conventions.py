"""What other counters print: told from a table of rules, and compared with the counters."""

from __future__ import annotations

from decimal import Decimal
from importlib.metadata import version
from typing import Any

import pytest
from packaging.version import Version

from archmeter.analyzers.conventions import TOOLS, Convention, UnknownTool, conventions, tool
from archmeter.analyzers.conventions.of_libraries import TABLE, of_libraries
from archmeter.analyzers.profile import Profile
from archmeter.analyzers.verify import agrees
from archmeter.models.errors import GraphTooLarge
from archmeter.models.graph import Graph, Tensor
from archmeter.models.ops import Conv2d, Linear, Parameter
from archmeter.models.published import Published, published
from archmeter.models.registry import presets, resolve
from archmeter.models.spec import InputSpec
from tests.real_counters import NETWORKS, REAL, graphs, printed
from tests.test_operators import then

BILLION = 10**9
FROM_TABLES = {"papers", "papers_2x", "papers_binary", "pycls", "keras"}
"""What no program can be asked for here; printed figures are their referee."""

DISTRIBUTIONS = {
    "fvcore": "fvcore",
    "torchinfo": "torchinfo",
    "thop": "thop",
    "ptflops": "ptflops",
    "flop_counter": "torch",
    "flop_counter_backward": "torch",
}

every_real_tool = pytest.mark.parametrize("name", REAL)


def of(preset: str, name: str, *, batch: int = 1, **knobs: Any) -> Convention:
    """What a tool prints for a preset."""
    spec = resolve({"preset": preset, **knobs})
    (convention,) = conventions(spec, InputSpec(batch=batch), [tool(name)])
    return convention


def differences(name: str, *groups: str) -> dict[str, tuple[int, int]]:
    """Networks for which a tool prints something else than is told of it: both figures."""
    theirs = printed(name, *groups)
    ours = {network: tool(name)(graph).figure for network, graph in graphs(*groups).items()}
    assert ours.keys() == theirs.keys()
    return {
        network: (ours[network], theirs[network])
        for network in ours
        if ours[network] != theirs[network]
    }


def test_every_tool_has_a_referee() -> None:
    assert {one.name for one in TOOLS} == REAL.keys() | FROM_TABLES
    assert not REAL.keys() & FROM_TABLES


@every_real_tool
def test_the_figure_told_is_the_one_the_tool_prints(name: str) -> None:
    """For networks of many kinds, and for each operator alone and between layers."""
    assert differences(name, "networks", "operators", "sharing") == {}


@pytest.mark.slow
@every_real_tool
def test_the_figure_told_is_the_one_the_tool_prints_for_the_whole_catalogue(name: str) -> None:
    assert differences(name, "catalogue") == {}


@every_real_tool
def test_the_rules_are_those_of_the_release_that_is_installed(name: str) -> None:
    assert tool(name).version == Version(version(DISTRIBUTIONS[name])).public


@pytest.mark.parametrize(
    "row",
    [row for row in published() if "pycls" in row.source and row.flops_b],
    ids=lambda row: row.architecture,
)
def test_pycls_prints_what_is_told_of_it(row: Published) -> None:
    """Its model zoo gives the figures to the unit."""
    spec = row.spec()
    assert spec is not None
    (convention,) = conventions(spec, tools=[tool("pycls")])
    assert convention.figure == Decimal(row.flops_b) * BILLION


@pytest.mark.parametrize(
    ("name", "request_", "print_"),
    [
        ("papers", {"preset": "resnet50", "stride_on": "1x1"}, "3.8"),
        ("papers_2x", {"preset": "darknet53", "resolution": 256}, "18.57"),
    ],
)
def test_papers_print_what_is_told_of_them(
    name: str, request_: dict[str, Any], print_: str
) -> None:
    (convention,) = conventions(resolve(request_), tools=[tool(name)])
    assert agrees(print_, convention.figure, BILLION)


IN_KERAS = {
    "nasnetalarge": 88_949_818,
    "nasnetamobile": 5_326_716,
    "xception": 22_910_480,
    "mobilenetv1_100": 4_253_864,
    "mobilenetv2_100": 3_538_984,
    "densenet121": 8_062_504,
    "densenet201": 20_242_984,
    "efficientnetv2_s": 21_612_360,
    "efficientnetv2_b0": 7_200_312,
    "vgg16": 138_357_544,
    "convnext_tiny": 28_589_128,
}
"""Totals that Keras prints for its applications of these names."""


@pytest.mark.parametrize(("preset", "total"), IN_KERAS.items())
def test_keras_counts_statistics_of_norms_as_parameters(preset: str, total: int) -> None:
    convention = of(preset, "keras")
    assert convention.figure == total
    assert convention.ours == Profile(presets()[preset].spec.graph()).totals.params


def test_libraries_own_modules_are_told_of_beside_ours() -> None:
    told = of("swin_t", "ptflops")
    (own,) = told.libraries
    assert (own.library, own.model, own.figure) == ("torchvision", "swin_t", 3_128_183_416)
    assert told.figure == 4_448_909_032
    assert of("swin_t", "ptflops", batch=2).libraries == told.libraries  # of one image, it says
    assert not of("swin_t", "ptflops", resolution=256).libraries
    assert not of("swin_t", "papers").libraries
    by_another_name = {"family": "swin", "small_maps": "pad"}
    (found,) = conventions(resolve(by_another_name), tools=[tool("ptflops")])
    assert [one.model for one in found.libraries] == ["swin_t"]


def test_every_measured_module_is_a_preset() -> None:
    models = {line.split(",")[1] for line in TABLE.read_text("utf-8").splitlines()[1:]}
    assert models <= presets().keys()
    measured = {
        name for model in models for one in of_libraries(presets()[model].spec) for name in one
    }
    assert measured == REAL.keys()


def test_a_binary_giga_makes_figures_smaller() -> None:
    convention = of("resnet50", "papers_binary")
    assert convention.figure == 4_089_184_256 * BILLION // 2**30
    assert convention.ours == 4_089_184_256


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("preset", NETWORKS)
def test_line_items_sum_to_the_figure_and_ours_to_our_count(preset: str, batch: int) -> None:
    spec = presets()[preset].spec
    profile = Profile(spec.graph())
    stem = next(row.macs for row in profile.rows if row.macs)
    for convention in conventions(spec, InputSpec(batch=batch)):
        assert sum(item.theirs for item in convention.items) == convention.figure
        assert sum(item.ours for item in convention.items) == convention.ours
        if convention.unit == "params":
            assert convention.ours == profile.totals.params
            continue
        scale = convention.images * {"macs": 1, "flops": 2}[convention.unit]
        forward, backward = profile.totals.macs, 2 * profile.totals.macs - stem
        both = convention.tool == "flop_counter_backward"
        assert convention.ours == scale * (forward + backward if both else forward)
        images = {1, batch} if convention.tool in {*FROM_TABLES, "ptflops"} else {batch}
        assert convention.images in images


@pytest.mark.parametrize("preset", NETWORKS)
def test_a_line_that_differs_says_why(preset: str) -> None:
    for convention in conventions(presets()[preset].spec):
        lines = [item.what for item in convention.items]
        assert len(set(lines)) == len(lines)
        for item in convention.items:
            assert (item.agreement == "same") == (item.theirs == item.ours) == (not item.why)
        mistakes = [item for item in convention.items if item.agreement == "mistake"]
        assert convention.mistaken == bool(mistakes)


@pytest.mark.parametrize(
    ("preset", "times"),
    [("efficientnet_b0", 20.6), ("mobilenetv2_100", 9.88), ("resnext50_32x4d", 1.86)],
)
def test_flop_counter_charges_grouped_convolutions_as_dense(preset: str, times: float) -> None:
    """Twice the forward pass, but for the image's own gradient, is what it should come to."""
    convention = of(preset, "flop_counter_backward")
    profile = Profile(presets()[preset].spec.graph())
    macs = profile.totals.macs
    stem = next(row.macs for row in profile.rows if row.macs)
    forward, backward = 2 * macs, 2 * (2 * macs - stem)
    assert convention.ours == forward + backward
    assert convention.mistaken
    assert (convention.figure - forward) / backward == pytest.approx(times, rel=5e-3)
    (line,) = (item for item in convention.items if item.agreement == "mistake")
    assert line.what.endswith(f"counted as dense: {times} times too much")
    assert line.theirs == convention.figure - convention.ours


def test_dense_networks_are_counted_right_both_ways() -> None:
    assert not of("resnet50", "flop_counter_backward").mistaken


@pytest.mark.parametrize("name", ["fvcore", "torchinfo", "thop", "ptflops", "flop_counter"])
def test_attention_in_one_kernel_is_free_and_that_is_called_a_mistake(name: str) -> None:
    convention = of("vit_small_patch16_224", name)
    (line,) = (item for item in convention.items if item.what == "fused attention")
    tokens, width, blocks = 14 * 14 + 1, 384, 12
    assert line.ours == 2 * tokens * tokens * width * blocks * (1 + (convention.unit == "flops"))
    assert line.theirs == 0
    assert line.agreement == "mistake"


def test_torchinfo_forgets_the_positions_of_a_sequence() -> None:
    """Twelve blocks of twelve squares of the width are all that it sees of the linear layers."""
    convention = of("vit_small_patch16_224", "torchinfo")
    line = next(item for item in convention.items if "sequences" in item.what)
    assert line.theirs == 12 * 12 * 384**2
    assert line.ours == (14 * 14 + 1) * line.theirs
    assert line.agreement == "mistake"
    assert convention.ratio is not None
    assert convention.ratio < 0.02


def test_gradients_stop_where_nothing_is_trained_and_where_nothing_is_asked() -> None:
    """A dead branch has no backward pass, nor has the input of the first layer."""

    def network(x: Tensor) -> Tensor:
        first = then(x, Conv2d(4, (1, 1)))
        then(first, Conv2d(16, (1, 1), groups=4))
        return then(first, Conv2d(6, (1, 1)))

    graph = Graph.trace(network, (2, 8, 5, 5))
    first, dead, last = (2 * 2 * 25 * channels for channels in (8 * 4, 16, 4 * 6))
    both = tool("flop_counter_backward")(graph)
    assert both.figure == both.ours == first + dead + last + first + 2 * last


def test_ptflops_averages_modules_but_not_functions() -> None:
    one, eight = (of("resnet50", "ptflops", batch=batch) for batch in (1, 8))
    by_line = {item.what: item.theirs for item in one.items}
    again = by_line["activations once more"] + by_line["pools once more"]
    assert eight.figure == one.figure + 7 * again
    assert eight.ours == one.ours
    assert eight.images == 1


def test_an_average_of_what_does_not_divide_is_the_average_of_the_sum() -> None:
    """A layer that reads weights alone costs the same for any batch."""

    def network(x: Tensor) -> Tensor:
        table = x.graph.append(Parameter((3, 5)))
        return then(then(table, Linear(7)), Linear(1))

    graph = Graph.trace(network, (4, 3, 8, 8))
    convention = tool("ptflops")(graph)
    assert convention.figure == (3 * 6 * 7 + 3 * 8) // 4
    assert sum(item.theirs for item in convention.items) == convention.figure


def test_an_unknown_tool_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownTool, match="nearest: ptflops"):
        tool("pt_flops")


def test_a_figure_beyond_exact_integers_is_refused() -> None:
    """Ours is not, but charged as dense it is twenty times as much."""
    spec, how = resolve({"preset": "efficientnet_b7"}), InputSpec(batch=65_536)
    assert conventions(spec, how, [tool("flop_counter")])
    with pytest.raises(GraphTooLarge, match="beyond exact integers"):
        conventions(spec, how, [tool("flop_counter_backward")])
