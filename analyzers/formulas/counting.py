"""Figures of a graph of symbolic sizes: the same readings as for numbers, summed.

No total has an upper limit here, and nothing goes into the caches that integers share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import prod
from types import MappingProxyType

from archmeter.analyzers.compute import FLOP_KINDS, activations, flops, macs
from archmeter.analyzers.formulas.size import AnySize
from archmeter.analyzers.params import COUNTER_BYTES
from archmeter.analyzers.saved_tensors import kept, kept_bytes
from archmeter.analyzers.storage import storages
from archmeter.models.calls import Call, CallsOf
from archmeter.models.graph import Graph
from archmeter.models.ops import Op, Weight
from archmeter.models.precision import ITEM_SIZES, FloatType

PARAM_KINDS = ("mac", "bias", "norm", "other")
"""Of parameters: factors of MACs; their biases; those of norms; operands by themselves."""

WITHOUT_FORMULA: Mapping[str, str] = MappingProxyType(
    {
        "operators": "a number of operators, which no size changes",
        "inference_peak_bytes": "a maximum: which moment is the largest changes with the sizes",
        "training_bytes": "a step is taken of a profile, whose sizes are integers",
        "training_macs": "a step is taken of a profile, whose sizes are integers",
        "roofline_seconds": "a sum of maxima, and of times, which are no integers",
    }
)
"""Totals that `count` leaves out, and why. Any other has an expression."""


class SymbolicGraph(Graph):
    """A graph whose sizes may be symbols: its calls are its own, and have no upper limit."""

    def _calls(self, op: Op) -> CallsOf:  # noqa: ARG002 - none are shared
        return {}


def count(graph: Graph, dtype: FloatType) -> dict[str, AnySize]:
    """Every figure of a network that is a sum, by the names of `Totals` and `Memory`.

    The others are in `WITHOUT_FORMULA`. Parts have dotted names: ``flops.norm``.
    """
    applied = Counter([tensor.call for tensor in graph.tensors])
    owned = Counter([tensor.call for tensor in graph.tensors if not tensor.reuses])
    return {
        **_weights(owned, ITEM_SIZES[dtype]),
        **_work(applied),
        **_memory(graph, ITEM_SIZES[dtype]),
    }


def _weights(owned: Counter[Call], item_size: int) -> dict[str, AnySize]:
    kinds: dict[str, AnySize] = dict.fromkeys(PARAM_KINDS, 0)
    roles: dict[str, AnySize] = dict.fromkeys(("trainable", "frozen", "buffer", "counter"), 0)
    for call, times in owned.items():
        for weight in call.weights:
            size = times * weight.size
            roles[weight.role] += size
            if weight.role in {"trainable", "frozen"}:
                kinds[_kind(call, weight)] += size
    params = roles["trainable"] + roles["frozen"]
    return {
        "params": params,
        **{f"params.{kind}": size for kind, size in kinds.items()},
        "trainable_params": roles["trainable"],
        "frozen_params": roles["frozen"],
        "buffers": roles["buffer"] + roles["counter"],
        "weights_bytes": params * item_size,
        "buffers_bytes": roles["buffer"] * item_size + roles["counter"] * COUNTER_BYTES,
    }


def _kind(call: Call, weight: Weight) -> str:
    if flops(call)[0] == "norm":
        return "norm"
    if weight.name == "bias":
        return "bias"
    return "mac" if macs(call) else "other"


def _work(applied: Counter[Call]) -> dict[str, AnySize]:
    kinds: dict[str, AnySize] = dict.fromkeys(FLOP_KINDS, 0)
    multiplied: AnySize = 0
    produced: AnySize = 0
    for call, times in applied.items():
        kind, others = flops(call)
        kinds[kind] += times * others
        multiplied += times * macs(call)
        produced += times * activations(call)
    return {
        "macs": multiplied,
        "flops": 2 * multiplied + sum(kinds.values()),
        "flops.mac": 2 * multiplied,
        **{f"flops.{kind}": size for kind, size in kinds.items()},
        "activations": produced,
    }


def _memory(graph: Graph, item_size: int) -> dict[str, AnySize]:
    tensors = graph.tensors
    sizes = [0 if x.op.is_weight else prod(x.shape) * item_size for x in tensors]
    storage = storages(graph, [x.op.view or x.op.overwrites for x in tensors])
    known = {x.call: kept(x.call) for x in tensors}
    keeps = [known[x.call] for x in tensors]
    extra = [keep.extra_bytes(item_size) for keep in keeps]
    saved = kept_bytes(graph, storage, sizes, keeps, extra)
    return {"input_bytes": sizes[0], "training_saved_bytes": sum(saved)}
