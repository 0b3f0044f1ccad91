"""What repeats is worked out once, and comes out as if each part had been looked at by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archmeter.analyzers import Profile
from archmeter.analyzers.facts import columns
from archmeter.analyzers.folding import fold
from archmeter.analyzers.receptive_field import receptive_fields
from archmeter.models.errors import GraphTooLarge, ShapeError
from archmeter.models.graph import Graph, Tensor, block
from archmeter.models.layers.attention import channel_attention
from archmeter.models.layers.basics import act, avg_pool, concat, conv, linear, norm
from archmeter.models.layers.residual import Residual, basic
from archmeter.models.ops import Input
from archmeter.models.registry import families, presets, resolve
from archmeter.models.spec import Family
from tests.strategies import specs

INPUT = (2, 8, 16, 16)

every_family = pytest.mark.parametrize("family", families().values(), ids=families())
Network = Callable[[Tensor], Tensor]


@contextmanager
def described() -> Iterator[None]:
    """Every block is described, however often it is called."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archmeter.models.graph.FEW_ARGUMENTS", -1)
        yield


@contextmanager
def folding(share: float) -> Iterator[None]:
    """Networks are folded where more than this share is left out: always for 0, never for 1."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archmeter.analyzers.folding.WORTHWHILE", share)
        yield


def copies(graph: Graph) -> int:
    """Operators inside scopes that are copies."""
    return sum(scope.like is not scope for scope in graph.scopes)


def everything(graph: Graph) -> list[Any]:
    """All that there is in a graph."""
    return [
        [(call.op, call.input_shapes, call.shape) for call in graph.calls],
        graph.sources,
        graph.paths(),
        graph.reused,
        [(scope.path, scope.start, scope.end) for scope in graph.scopes],
        [output.index for output in graph.outputs],
    ]


def figures(graph: Graph, share: float) -> tuple[Any, ...]:
    with folding(share):
        profile = Profile(graph)
        columns = tuple(map(tuple, profile.columns))
        return profile.totals, profile.memory, profile.rows, profile.stages, columns


@every_family
def test_a_block_called_again_appends_what_it_appended_before(family: Family) -> None:
    for preset in family.presets:
        graph = preset.spec.graph()
        with described():
            assert everything(graph) == everything(preset.spec.graph()), preset.name


@every_family
def test_a_folded_preset_has_the_figures_of_the_whole(family: Family) -> None:
    for preset in family.presets:
        graph = preset.spec.graph()
        assert figures(graph, share=0) == figures(graph, share=1), preset.name


@every_family
@settings(max_examples=10)
@given(data=st.data())
def test_whatever_is_left_out_the_figures_are_the_same(family: Family, data: st.DataObject) -> None:
    spec = data.draw(specs(family))
    try:
        graph = spec.graph()
        whole = figures(graph, share=1)
    except (ShapeError, GraphTooLarge):
        assume(condition=False)
        raise
    with described():
        assert everything(graph) == everything(spec.graph())
    assert figures(graph, share=0) == whole


def seen(graph: Graph) -> tuple[list[Any], list[Any]]:
    """What the tensors of a network see, and their strides."""
    return receptive_fields(graph, columns(graph, item_size=4).window)


def joining(x: Tensor) -> Tensor:
    """Operators that read what one before them read and more, or less, or something else."""
    a, b, c = conv(x, 8, 3), conv(x, 8, 5), conv(x, 8, 7)
    wide = conv(c, 8, 9) + c
    y, z = concat(a, b, x), concat(a, b, x, c)
    other = concat(wide, a, b, x)
    return concat(y, z, other, concat(a, b, x), a + wide, concat(a, b, x, wide))


@every_family
def test_inputs_that_were_joined_before_see_the_same(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphs = [Graph.trace(joining, INPUT), *[preset.spec.graph() for preset in family.presets]]
    known = [seen(graph) for graph in graphs]
    monkeypatch.setattr("archmeter.analyzers.receptive_field.PAIR", 10**6)
    assert known == [seen(graph) for graph in graphs]


def test_deep_networks_are_folded() -> None:
    graph = presets()["resnet1202_cifar10"].spec.graph()
    folded = fold(graph)
    assert [run.times for run in folded.runs] == [197, 196, 196]
    assert len(graph.calls) - len(folded.graph.calls) == 7 * (197 + 196 + 196)
    assert copies(graph) > 0.95 * len(graph.calls)


@block
def plain(x: Tensor, widths: tuple[int, ...] | list[int]) -> Tensor:
    for width in widths:
        x = act(norm(conv(x, width, 3)))
    return x


@block
def nested(x: Tensor) -> Tensor:
    return plain(plain(x, (8,)), (8,)) + x


@block
def sharing(x: Tensor) -> Tensor:
    return channel_attention(x, 4)


@block
def two_inputs(x: Tensor, other: Tensor) -> Tensor:
    return concat(conv(x, 4), conv(other, 4))


@block
def strided(x: Tensor) -> Tensor:
    """Halves the map; one of 1x1 stays as it is, though steps grow."""
    return x + conv(x, x.channels, 3, stride=2)


def again(function: Callable[..., Tensor], *args: object, times: int = 6) -> Network:
    """A stage of equal blocks."""

    def network(x: Tensor) -> Tensor:
        with x.graph.scope("stage1"):
            for _ in range(times):
                x = function(x, *args)
        return x

    return network


@block
def staged(x: Tensor) -> Tensor:
    """By its name a stage, if it is at the top: the names of its operators have numbers there."""
    return act(x)


def at_the_top_and_inside(x: Tensor) -> Tensor:
    for _ in range(3):
        x = staged(x)
    return again(staged)(x)


def in_pairs(x: Tensor) -> Tensor:
    other = x
    for _ in range(8):
        x, other = two_inputs(x, other), x
    return x


def small_map(x: Tensor) -> Tensor:
    return again(strided)(avg_pool(x, 16, stride=16))


def reading_aside(x: Tensor) -> Tensor:
    """Blocks that read a tensor nobody hands to them."""
    first = conv(x, 8)

    @block
    def aside(x: Tensor) -> Tensor:
        return conv(x, 8) + first

    return again(aside)(first)


def tapping(x: Tensor) -> Tensor:
    """Blocks that are outputs as well."""

    @block
    def tapped(x: Tensor) -> Tensor:
        x.graph.outputs.append(conv(x, 8))
        return act(x)

    return again(tapped)(x)


def skipping(x: Tensor) -> Tensor:
    """What the third of six blocks returns is used after the last."""
    results = [x]
    for _ in range(6):
        results.append(plain(results[-1], (8,)))
    return results[-1] + results[3]


def auxiliary(x: Tensor) -> Tensor:
    """What the third of six blocks returns is an output."""
    for i in range(6):
        x = plain(x, (8,))
        if i == 2:
            x.graph.outputs.append(x)
    return x


def interrupted(x: Tensor) -> Tensor:
    for _ in range(6):
        x = act(plain(x, (8,)), "sigmoid")
    return x


def alternating(x: Tensor) -> Tensor:
    for width in (8, 4) * 6:
        x = plain(x, (width,))
    return x


def written_over(x: Tensor) -> Tensor:
    """Every block writes into the storage of the first."""

    @block
    def over(x: Tensor) -> Tensor:
        return act(act(x), "silu")

    return again(over)(x)


def before_weights(x: Tensor) -> Tensor:
    """No gradient flows to the blocks."""

    @block
    def squashed(x: Tensor) -> Tensor:
        return act(x, "tanh")

    return linear(again(squashed)(x), 3)


NETWORKS: dict[str, tuple[Network, bool]] = {
    "plain": (again(plain, (8, 8)), True),
    "nested": (again(nested), True),
    "at the top and inside": (at_the_top_and_inside, True),
    "two inputs": (in_pairs, True),
    "strided": (small_map, True),
    "skipping": (skipping, True),
    "auxiliary": (auxiliary, True),
    "interrupted": (interrupted, True),
    "alternating": (alternating, True),
    "written over": (written_over, True),
    "before weights": (before_weights, True),
    "unhashable": (again(plain, [8, 8]), False),
    "sharing": (again(sharing), False),
    "reading aside": (reading_aside, False),
    "tapping": (tapping, False),
}
"""Networks that repeat blocks, and whether these can be copied."""


@pytest.mark.parametrize(("network", "copied"), NETWORKS.values(), ids=NETWORKS)
def test_blocks_are_copied_where_that_is_the_same(network: Network, copied: bool) -> None:  # noqa: FBT001
    graph = Graph.trace(network, INPUT)
    with described():
        other = Graph.trace(network, INPUT)
    assert everything(graph) == everything(other)
    assert figures(graph, share=0) == figures(graph, share=1) == figures(other, share=1)
    assert (copies(graph) > 0, copies(other)) == (copied, 0)


@pytest.mark.parametrize(
    ("name", "is_folded"),
    [
        ("plain", True),
        ("nested", True),
        ("strided", True),
        ("written over", True),
        ("two inputs", False),
        ("skipping", False),
        ("auxiliary", False),
        ("interrupted", False),
        ("alternating", False),
    ],
)
def test_runs_are_folded_unless_their_middle_is_used_elsewhere(name: str, is_folded: bool) -> None:  # noqa: FBT001
    with folding(0):
        assert bool(fold(Graph.trace(NETWORKS[name][0], INPUT)).runs) == is_folded


def test_copies_count_towards_the_limits() -> None:
    def network(graph: Graph) -> None:
        with graph.root:
            x = graph.append(Input(INPUT))
            for _ in range(10):
                x = plain(x, (8,))

    network(Graph(max_operators=31))
    with pytest.raises(GraphTooLarge, match="more than 30 operators"):
        network(Graph(max_operators=30))


def test_inputs_of_copies_count_towards_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archmeter.models.graph.MAX_INPUTS", 2 * 7)
    Graph.trace(again(nested, times=7), INPUT)
    with pytest.raises(GraphTooLarge, match="more than 14 inputs"):
        Graph.trace(again(nested, times=8), INPUT)


def test_what_is_wrong_after_copies_is_named_as_ever() -> None:
    def network(x: Tensor) -> Tensor:
        with x.graph.scope("stage1"):
            for _ in range(3):
                x = plain(x, (8,))
            return basic(x, 9, stride=1, style=Residual(groups=2, norm="group"))

    with pytest.raises(ShapeError) as error:
        Graph.trace(network, INPUT)
    assert error.value.path == "stage1.basic1.norm"


def test_a_result_knows_what_made_it_before_anybody_reads_the_graph() -> None:
    seen: list[Tensor] = []

    def network(x: Tensor) -> Tensor:
        for _ in range(4):
            x = plain(x, (8,))
            seen.append(x)
        return x

    graph = Graph.trace(network, INPUT)
    last = seen[-1]
    assert last.path == "plain4.act"
    assert last.inputs[0].path == "plain4.norm"
    assert last.inputs[0].inputs[0].inputs == (seen[-2],)
    assert graph.tensors[last.index] is last is graph.outputs[0]
    assert graph.tensors[seen[0].index] == seen[0] != last
    assert len({graph.tensors[seen[0].index], seen[0], last}) == 2
    with pytest.raises(AttributeError):
        _ = last.device  # type: ignore[attr-defined]


def test_threads_read_the_same_tensors() -> None:
    graph = resolve({"preset": "resnet110_cifar10"}).graph()
    with ThreadPoolExecutor(8) as pool:
        readings = list(pool.map(lambda _: graph.tensors, range(64)))
    for tensors in readings:
        assert all(one is other for one, other in zip(tensors, readings[0], strict=True))
