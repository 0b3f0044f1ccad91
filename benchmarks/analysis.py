"""How long an analysis takes: against other tools, over the catalogue, and as networks grow deeper.

Everyone starts from a name and ends with figures. Here that is spec, graph, totals, memory, the
layer table, and roll-ups of stages and blocks; for the peers (see `_peers`), building a torch
module and counting its MACs. Repetitions alternate, so that a busy machine slows all alike, and the
median of each is reported, with our first call beside it. The garbage collector stays on, and
nothing is written.

An analysis is cold if none of its layers were analysed before, by itself or by another network: the
caches of calls and of facts are empty. (Descriptions of operators and the like, which networks have
in common whatever their layers, stay.) In a service, or in a search, most layers are known.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from archmeter.analyzers import Profile, analyze, facts
from archmeter.models import calls
from archmeter.models.registry import presets, resolve

T = TypeVar("T")

NETWORKS = ("resnet50", "resnet152", "resnext101_32x8d")
DEPTHS = (20, 56, 110, 272, 542, 1202)

GOAL_RATIO = 80
GOAL_MS = 1.0
COLD_GOALS_MS = {"densenet201": 4.0, "efficientnet_b7": 4.0, "nasnetalarge": 8.0}
COLD_GOAL_MS = 10.0
"""For every preset."""
SLOWEST = 5


def analysis(request: dict[str, object]) -> Profile:
    """Everything that is known of a network."""
    profile = analyze(resolve(request))
    profile.totals, profile.memory, profile.rows, profile.stages  # noqa: B018 - some are lazy
    return profile


def seconds(task: Callable[[T], object], subject: T) -> float:
    """How long one call takes, until its result is there."""
    start = perf_counter()
    result = task(subject)
    elapsed = perf_counter() - start
    del result
    return elapsed


def against_peers(rounds: int) -> bool:
    """Time everyone on the same networks; whether the goal was met."""
    from benchmarks._peers import PEERS, params

    met = True
    heads = "".join(f"{head:>17}" for head in ("first time", "here", *PEERS))
    print(f"\n{'network':18}{heads}{'ratio':>8}")
    for name in NETWORKS:
        request: dict[str, object] = {"preset": name}
        first = 1e3 * seconds(analysis, request)
        ours = analysis(request)
        assert params(name) == ours.totals.params, "the peers were given another network"
        # The first call of each also checks that all count the same MACs.
        for peer, count in PEERS.items():
            assert peer == "torchinfo" or count(name) == ours.totals.macs, (peer, count(name))
        times: dict[str, list[float]] = {"here": [], **{peer: [] for peer in PEERS}}
        for _ in range(rounds):
            for peer, count in PEERS.items():
                times[peer].append(seconds(count, name))
                times["here"] += [seconds(analysis, request) for _ in range(10)]
        here, *others = (1e3 * median(times[who]) for who in ("here", *PEERS))
        ratio = min(others) / here
        met &= ratio >= GOAL_RATIO
        columns = "".join(f"{time:>14.3f} ms" for time in (first, here, *others))
        print(f"{name:18}{columns}{ratio:>7.0f}x")
    print(f"ratio of medians to the fastest peer; goal: at least {GOAL_RATIO}x")
    return met


def layer_table(rounds: int) -> bool:
    """Time ResNet-50 with its layer table alone; whether the goal was met."""
    times = sorted(1e3 * seconds(analysis, {"preset": "resnet50"}) for _ in range(100 * rounds))
    middle, late = times[len(times) // 2], times[len(times) * 95 // 100]
    print(f"\nresnet50 with its layer table: median {middle:.3f} ms, 95 % within {late:.3f} ms;")
    print(f"goal: a median of at most {GOAL_MS:g} ms")
    return middle <= GOAL_MS


def cold_seconds(request: dict[str, object]) -> float:
    """How long an analysis takes that finds nothing in the caches."""
    calls.forget()
    facts.forget()
    return seconds(analysis, request)


def catalogue(rounds: int) -> bool:
    """Time the networks with a goal of their own, then the slowest; whether all goals were met."""
    print(f"{'preset':24} {'operators':>10} {'cold':>12} {'warm':>12} {'goal, cold':>12}")
    met = [cold_and_warm(name, goal, rounds) for name, goal in COLD_GOALS_MS.items()]
    every = {name: min(cold_seconds({"preset": name}) for _ in range(rounds)) for name in presets()}
    slowest = sorted(every, key=lambda name: every[name])[-SLOWEST:]
    met += [cold_and_warm(name, COLD_GOAL_MS, rounds) for name in reversed(slowest)]
    print(f"goal of every preset: {COLD_GOAL_MS:g} ms; the last {SLOWEST} are the slowest")
    return all(met)


def cold_and_warm(name: str, goal: float, rounds: int) -> bool:
    """Time a network with nothing in the caches, and again with itself there."""
    request: dict[str, object] = {"preset": name}
    cold, warm = (
        1e3 * median(time(request) for _ in range(10 * rounds))
        for time in (cold_seconds, partial(seconds, analysis))
    )
    operators = analysis(request).totals.operators
    print(f"{name:24} {operators:>10} {cold:>9.2f} ms {warm:>9.2f} ms {goal:>9g} ms")
    return cold <= goal


def growth(rounds: int) -> None:
    """Time ever deeper CIFAR ResNets: a flat last column is a cost that grows linearly."""
    print(f"\n{'weight layers':>13} {'operators':>10} {'time':>12} {'per operator':>13}")
    for depth in DEPTHS:
        request = {"family": "resnet_cifar", "depth": depth}
        operators = analysis(request).totals.operators
        time = median(seconds(analysis, request) for _ in range(5 * rounds))
        print(
            f"{depth:>13} {operators:>10} {1e3 * time:>9.3f} ms {1e6 * time / operators:>10.2f} µs"
        )


def main() -> int:
    """Run all; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="repetitions of the slowest tool")
    rounds = parser.parse_args().rounds
    warnings.filterwarnings("ignore", category=DeprecationWarning)  # fvcore's, of torch.jit
    # As in a service, which has not imported torch; the peers do.
    swift = catalogue(rounds)
    fast = layer_table(rounds)
    growth(rounds)
    ahead = against_peers(rounds)
    return 0 if fast and ahead and swift else 1


if __name__ == "__main__":
    sys.exit(main())
