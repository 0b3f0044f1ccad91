"""How long it takes to say what a training step needs, keeps and computes.

Everyone starts from a name and ends with figures: spec, graph, everything that is kept and by whom,
bytes by purpose, the fullest moment of forward and backward pass, and MACs of both gradients. The
longest is a table of checkpointing plans, which are steps under some ten policies, and the search
for the largest batch, which are steps with some thirty batches. Nothing is written. The garbage
collector stays on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from archmeter.analyzers import analyze
from archmeter.analyzers.training.kept_list import kept_list
from archmeter.analyzers.training.largest_batch import largest_batch
from archmeter.analyzers.training.options import TrainingOptions
from archmeter.analyzers.training.plans import plans
from archmeter.analyzers.training.step import TrainingStep
from archmeter.models.registry import resolve
from archmeter.models.spec import InputSpec

BATCH = 32
ADAM = TrainingOptions(optimizer="adamw")
GOAL_MS = 3.0
"""For the whole reading of ResNet-50."""

NETWORKS = ("resnet50", "mobilenetv2_100", "densenet121", "vit_base_patch16_224", "efficientnet_b7")


def step(name: str, options: TrainingOptions = ADAM) -> TrainingStep:
    """A training step, nothing of it read yet."""
    return TrainingStep(analyze(resolve({"preset": name}), InputSpec(batch=BATCH)), options)


def figures(name: str, options: TrainingOptions = ADAM) -> None:
    """Everything that `/training` answers."""
    done = step(name, options)
    done.memory, done.peak, done.macs  # noqa: B018 - they are lazy


def everything(name: str) -> None:
    """That, and every kept tensor, the MACs of each layer and the whole timeline."""
    done = step(name)
    done.memory, done.peak, done.macs, done.layer_macs, done.moments  # noqa: B018
    kept_list(done)


def blocks(name: str) -> None:
    """The figures of a step that computes its blocks again."""
    figures(name, ADAM.model_copy(update={"checkpoint": "block"}))


def table(name: str) -> None:
    """Every checkpointing plan."""
    plans(analyze(resolve({"preset": name}), InputSpec(batch=BATCH)), ADAM)


def fitting(name: str) -> None:
    """The largest batch in 80 GB."""
    largest_batch(resolve({"preset": name}), 80 * 10**9, training=ADAM)


TASKS: dict[str, Callable[[str], None]] = {
    "figures": figures,
    "everything": everything,
    "by blocks": blocks,
    "plans": table,
    "largest batch": fitting,
}


def milliseconds(task: Callable[[str], None], name: str, repeats: int) -> float:
    """The median of some calls, after one to fill the caches."""
    task(name)
    times = []
    for _ in range(repeats):
        start = perf_counter()
        task(name)
        times.append(1e3 * (perf_counter() - start))
    return median(times)


def main() -> int:
    """Print the table; 1 if the goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="repetitions of the slowest reading")
    rounds = parser.parse_args().rounds
    print(f"{'network, 32 images, AdamW':26}" + "".join(f"{task:>17}" for task in TASKS))
    goals = []
    for name in NETWORKS:
        found = {
            what: milliseconds(task, name, rounds * (1 if task in (table, fitting) else 10))
            for what, task in TASKS.items()
        }
        goals.append(found["everything"])
        print(f"{name:26}" + "".join(f"{time:>14.2f} ms" for time in found.values()))
    print(f"goal: everything of {NETWORKS[0]} within {GOAL_MS:g} ms")
    return 0 if goals[0] <= GOAL_MS else 1


if __name__ == "__main__":
    sys.exit(main())
