"""Calls: what layers, blocks and networks share, and that sharing changes nothing."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from archmeter.analyzers import analyze, facts
from archmeter.models import calls
from archmeter.models.errors import GraphTooLarge, ShapeError
from archmeter.models.graph import Graph, Tensor
from archmeter.models.layers.basics import act, conv, conv_norm_act, norm, norm_act_conv
from archmeter.models.ops import Activation, BatchNorm2d, Conv2d, Input
from archmeter.models.registry import resolve

INPUT = (2, 8, 16, 16)


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    calls.forget()
    yield
    calls.forget()


def described(graph: Graph) -> list[object]:
    """All that a graph says of its operators."""
    return [
        (tensor.path, tensor.op, tensor.shape, [x.index for x in tensor.inputs])
        for tensor in graph.tensors
    ]


def test_networks_share_the_calls_that_they_have_in_common() -> None:
    small, large = (resolve({"preset": name}).graph() for name in ("resnet50", "resnet152"))
    assert set(small.calls) <= set(large.calls)
    assert len(set(large.calls)) < len(large.calls) / 5


def test_what_is_forgotten_stays_with_the_graphs_that_have_it() -> None:
    before = resolve({"preset": "resnet18"}).graph()
    known = before.calls.copy()
    calls.forget()
    after = resolve({"preset": "resnet18"}).graph()
    assert before.calls == known
    assert not set(before.calls) & set(after.calls)
    assert described(before) == described(after)


def test_calls_are_forgotten_before_they_take_all_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = resolve({"preset": "resnet18"})
    monkeypatch.setattr(calls, "MAX_SEEN", 2 * len(spec.graph().calls))
    first, second, third = (spec.graph() for _ in range(3))
    assert first.calls == second.calls
    assert not set(second.calls) & set(third.calls)


def test_networks_that_are_refused_count_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "MAX_SEEN", 1)
    graph = Graph.trace(lambda x: conv(x, 8, 3), INPUT)
    with pytest.raises(ShapeError):
        Graph.trace(lambda x: conv(conv(x, 8, 3), 8, 99, padding=0), INPUT)
    assert graph.calls[1] is not Graph.trace(lambda x: conv(x, 8, 3), INPUT).calls[1]


def test_threads_may_forget_what_others_are_using(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("resnet50", "densenet121", "mobilenetv2_100", "swin_tiny_patch4_window7_224")

    def figures(name: str) -> tuple[object, ...]:
        profile = analyze(resolve({"preset": name}))
        return profile.totals, profile.memory, list(profile.rows), profile.stages

    expected = {name: figures(name) for name in names}
    monkeypatch.setattr(calls, "MAX_SEEN", 1000)
    monkeypatch.setattr(facts, "MAX_KNOWN", 100)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(figures, names * 20))
    finally:
        sys.setswitchinterval(interval)
    assert found == [expected[name] for name in names] * 20


def test_a_chain_is_its_operators_one_after_another() -> None:
    def chained(x: Tensor) -> Tensor:
        y = conv_norm_act(x, 32, 3, stride=2, norm_kind="group", act_kind="silu")
        return norm_act_conv(y, 8) + norm_act_conv(conv_norm_act(y, 8), 8, 3)

    def appended(x: Tensor) -> Tensor:
        y = act(norm(conv(x, 32, 3, stride=2), "group"), "silu")
        z = conv(act(norm(y)), 8)
        return z + conv(act(norm(act(norm(conv(y, 8))))), 8, 3)

    assert described(Graph.trace(chained, INPUT)) == described(Graph.trace(appended, INPUT))


def test_an_error_in_a_chain_names_the_operator() -> None:
    def network(x: Tensor) -> Tensor:
        with x.graph.scope("stem"):
            x = x.graph.chain(x, BatchNorm2d(), Conv2d(8, (1, 1)), Activation("relu"))
            return x.graph.chain(x, Activation("relu"), Conv2d(8, (1, 1), groups=3))

    with pytest.raises(ShapeError, match="8 input channels do not divide") as error:
        Graph.trace(network, INPUT)
    assert error.value.path == "stem.conv2"


@pytest.mark.parametrize("most", [3, 4])
def test_a_chain_stays_within_the_most_operators(most: int) -> None:
    graph = Graph(max_operators=most)
    with graph.root:
        x = graph.append(Input(INPUT))
        chain = (BatchNorm2d(), Activation("relu"), Conv2d(8, (1, 1)))
        if most > len(chain):
            assert graph.chain(x, *chain).index == len(chain)
        else:
            with pytest.raises(GraphTooLarge):
                graph.chain(x, *chain)
