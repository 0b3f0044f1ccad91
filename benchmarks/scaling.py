"""How long curves take: of a hundred points, of more points, and of deeper networks.

A curve is timed cold: each in a process of its own, with the catalogue imported and nothing
counted before, so that no operator is known from an earlier network. Imports are not part of it,
nor is what the garbage collector has to do after them, which a service did long ago.
Processor time is what counts, for a machine with other things to do would slow a clock on the wall;
both are shown. Nothing is written.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent

GOAL_MS = 150.0
KEPT_GOAL_MS = 1.0

DEEPER = ("resnet20_cifar10", "resnet56_cifar10", "resnet110_cifar10", "resnet1202_cifar10")
POINTS = (10, 30, 100, 300)

_TOTALS = ("macs", "params", "activations")
_MEMORY = (*_TOTALS, "inference_peak_bytes", "training_saved_bytes")

_ONE_CURVE = """
import gc, json, sys, time
from archmeter.app.ask.cache import ANSWERS, request_key
from archmeter.app.ask.question import question

curves = question("curves")
request = curves.request.model_validate(json.loads(sys.argv[1]))
network = request.network()
gc.collect()
wall, cpu = time.perf_counter(), time.process_time()
key = request_key(curves, request, network)
ANSWERS.answer(key, lambda: curves.answered(request, network).to_json())
cold = time.perf_counter() - wall, time.process_time() - cpu
wall = time.perf_counter()
assert ANSWERS.find(request_key(curves, request, request.network()))
again = time.perf_counter() - wall
operators = len(network.spec.graph().tensors) - 1
print(json.dumps([*cold, again, operators]))
"""


def one_curve(
    preset: str, points: int, totals: tuple[str, ...], curve: str = "compound"
) -> tuple[float, float, float, int]:
    """Milliseconds on the wall, of the processor, and for the same again; operators of the base."""
    request = {
        "preset": preset,
        "curves": [curve],
        "totals": totals,
        # Up to four times the ideal cost: 1.92^2.12.
        "phi": {"start": 0, "stop": 2.12 if curve == "compound" else 2.0, "points": points},
    }
    run = subprocess.run(
        [sys.executable, "-c", _ONE_CURVE, json.dumps(request)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    wall, cpu, again, operators = json.loads(run.stdout)
    return 1e3 * wall, 1e3 * cpu, 1e3 * again, operators


def hundred_points(rounds: int) -> bool:
    """Time EfficientNet-B0 up to four times the compute; whether the goals were met."""
    met = True
    print(f"{'efficientnet_b0, 100 points':34}{'on the wall':>14}{'processor':>14}{'again':>12}")
    for label, totals in (("MACs, parameters, activations", _TOTALS), ("and memory", _MEMORY)):
        times = [one_curve("efficientnet_b0", 100, totals) for _ in range(rounds)]
        wall, cpu, again = (median(time[i] for time in times) for i in range(3))
        print(f"{label:34}{wall:>11.1f} ms{cpu:>11.1f} ms{again:>9.2f} ms")
        met &= again <= KEPT_GOAL_MS and (totals is not _TOTALS or cpu <= GOAL_MS)
    print(f"goals: {GOAL_MS:g} ms without memory, and {KEPT_GOAL_MS:g} ms for the same again\n")
    return met


def more_points(rounds: int) -> None:
    """Time ever finer curves: points that lie close share their layers, and cost less each."""
    print(f"{'points':>10}{'processor':>14}{'per point':>14}")
    for points in POINTS:
        cpu = median(one_curve("efficientnet_b0", points, _TOTALS)[1] for _ in range(rounds))
        print(f"{points:>10}{cpu:>11.1f} ms{1e3 * cpu / points:>11.0f} µs")
    print()


def deeper(rounds: int) -> None:
    """Time curves of ever deeper networks: a flat last column is a cost that grows linearly."""
    print(f"{'network':24}{'operators':>10}{'30 points':>14}{'per operator':>15}")
    for preset in DEEPER:
        times = [one_curve(preset, 30, _TOTALS, "width") for _ in range(rounds)]
        cpu, operators = median(time[1] for time in times), times[0][3]
        print(f"{preset:24}{operators:>10}{cpu:>11.1f} ms{1e3 * cpu / 30 / operators:>12.2f} µs")


def main() -> int:
    """Run all; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="repetitions")
    rounds = parser.parse_args().rounds
    met = hundred_points(rounds)
    more_points(rounds)
    deeper(rounds)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
