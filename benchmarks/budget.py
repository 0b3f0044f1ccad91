"""How long a budget search takes: on RegNet, as it examines more specs, and as networks deepen.

Each search starts from a request's parts and ends with the answer that a client is sent. Every
repetition looks at other specs (another seed), so that nothing was counted before except what
neighbours share. Medians of what one core spends, and of the time that passed: other work on the
machine lengthens the second. The garbage collector stays on. Nothing is written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from archmeter.app.ask.question import question
from archmeter.app.ask.validation import validate
from archmeter.app.questions.fit import FitReport
from archmeter.app.questions.sample import SampleReport
from archmeter.models.registry import presets

SPECS = (250, 500, 1000, 2000, 4000, 8000)
DEPTHS = ((8, 15), (16, 31), (32, 63))

GOAL_SPECS = 2000
GOAL_SECONDS = 2.0

KNOBS: dict[str, Any] = {
    "depth": {"low": 12, "high": 28},
    "w0": {"low": 24, "high": 96, "step": 8},
    "wa": {"low": 8, "high": 60, "count": 27},
    "wm": {"low": 2, "high": 3, "count": 11},
    "group_width": [8, 16, 24, 32, 48],
}
TOTALS = [{"total": "macs", "at_most": 600e6}, {"total": "params", "at_most": 5e6}]
MEMORY = [*TOTALS, {"total": "training_bytes", "at_most": 4e9, "batch": 128}]


def answer(module: str, **parameters: Any) -> object:
    """The answer to a question about RegNet."""
    asked = question(module)
    request = validate(asked.request, {"preset": "regnetx_004", **parameters})
    return asked.answered(request, request.network())


def search(bounds: list[dict[str, Any]], max_specs: int, seed: int, **knobs: Any) -> FitReport:
    """The answer to a budget."""
    parameters = {"bounds": bounds, "max_specs": max_specs, "seed": seed}
    return cast("FitReport", answer("fit", knobs={**KNOBS, **knobs}, **parameters))


def times(
    rounds: int, bounds: list[dict[str, Any]], max_specs: int, **knobs: Any
) -> tuple[float, float]:
    """Median seconds of one core, and seconds that pass, for a search of so many specs."""
    cores, passed = [], []
    for seed in range(rounds):
        core, start = process_time(), perf_counter()
        report = search(bounds, max_specs, seed, **knobs)
        cores.append(process_time() - core)
        passed.append(perf_counter() - start)
        assert report.examined == max_specs, report.stopped
        assert report.feasible
    return median(cores), median(passed)


def growth_with_specs(rounds: int) -> bool:
    """Time ever longer searches; whether the goal was met."""
    met = True
    print(f"{'':8}{'bounds on totals alone':>36}{'and on memory at batch 128':>32}")
    print(f"{'specs':>8}{'core':>12}{'a spec':>12}{'passed':>12}{'core':>20}{'passed':>12}")
    for specs in SPECS:
        (core, passed), (memory, waited) = (
            times(rounds, bounds, specs) for bounds in (TOTALS, MEMORY)
        )
        if specs == GOAL_SPECS:
            met = core <= GOAL_SECONDS
        print(f"{specs:>8}{core:>10.3f} s{1e3 * core / specs:>9.3f} ms{passed:>10.3f} s", end="")
        print(f"{memory:>18.3f} s{waited:>10.3f} s")
    print(f"goal: {GOAL_SPECS} specs of RegNet within {GOAL_SECONDS:g} s of one core, totals alone")
    return met


def growth_with_depth(rounds: int) -> None:
    """Time searches of ever deeper networks: a flat last column is a cost that grows linearly."""
    print(f"\n{'blocks':>10}{'operators':>12}{'a spec':>12}{'an operator':>14}")
    for low, high in DEPTHS:
        depth = {"low": low, "high": high}
        wide = [{"total": "macs", "at_most": 1e12}]
        core = times(rounds, wide, 500, depth=depth)[0] / 500
        operators = sample_operators(depth)
        print(f"{f'{low} to {high}':>10}{operators:>12.0f}{1e3 * core:>9.3f} ms", end="")
        print(f"{1e6 * core / operators:>11.2f} µs")


def sample_operators(depth: dict[str, int]) -> float:
    """Mean operators of the networks of these depths."""
    report = answer("sample", knobs={**KNOBS, "depth": depth}, totals=["operators"], count=200)
    return float(cast("SampleReport", report).distributions[0].mean)


def main() -> int:
    """Run all; 1 if the goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="repetitions of each search")
    rounds = parser.parse_args().rounds
    presets()  # the catalogue is imported once
    met = growth_with_specs(rounds)
    growth_with_depth(rounds)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
