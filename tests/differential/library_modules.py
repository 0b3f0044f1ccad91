"""What counters print for the modules of timm and torchvision that have a preset's name.

``python -m tests.differential.library_modules MODEL...`` prints rows of
``analyzers/conventions/of_libraries.csv``, measured anew; without names those of all its models.
Each tool hooks, patches or traces what it measures, and so has a process of its own.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import warnings
from collections.abc import Iterator

import torch
from torch import nn

from archmeter.analyzers.conventions.of_libraries import TABLE, VERSIONS
from archmeter.models.registry import preset
from tests.real_counters import REAL, ROOT

Model = tuple[str, str]
"""A library, and the name of a network there."""


def measured_models() -> list[Model]:
    """Those of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [(row["library"], row["model"]) for row in csv.DictReader(file)]


def module(library: str, model: str) -> nn.Module:
    """The library's network with weights of zero: nobody looks at what it computes."""
    from tests.differential.libraries import timm, torchvision

    torch.backends.mha.set_fastpath_enabled(True)
    make = {"timm": timm.create_model, "torchvision": torchvision.models.get_model}[library]
    made = make(model, init_weights=False) if model in _SLOW_TO_START else make(model)
    for tensor in (*made.parameters(), *made.buffers()):
        nn.init.zeros_(tensor)
    return made.eval()


_SLOW_TO_START = ("googlenet", "inception_v3")
"""torchvision draws their weights for a minute."""


def printed(tool: str, models: list[Model]) -> list[int]:
    """What a tool prints for one image of each, found out in another process."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.differential.library_modules", "--tool", tool],
        cwd=ROOT,
        input=json.dumps(models),
        capture_output=True,
        text=True,
        check=True,
    )
    figures: list[int] = json.loads(run.stdout.splitlines()[-1])
    return figures


def rows(models: list[Model]) -> Iterator[list[str | int]]:
    """Rows of the table, each with the figures of all tools."""
    columns = [printed(tool, models) for tool in REAL]
    for (library, model), *figures in zip(models, *columns, strict=True):
        yield [library, model, *figures]


def _measure(tool: str) -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    figures = []
    for library, model in json.load(sys.stdin):
        spec = preset(model).spec
        image = torch.zeros(1, spec.in_channels, *spec.resolution)
        figures.append(REAL[tool](module(library, model), image))
    sys.stdout.write(f"\n{json.dumps(figures)}\n")


def main(*arguments: str) -> None:
    """Print rows; a tool may print what it likes, its figures are on the last line."""
    from tests.differential.libraries import VERSIONS as INSTALLED

    if dict(VERSIONS) != INSTALLED:
        raise SystemExit(f"{dict(VERSIONS)} are the releases that are told of, not {INSTALLED}")
    if arguments[:1] == ("--tool",):
        _measure(arguments[1])
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["library", "model", *REAL])
    chosen = [one for one in measured_models() if not arguments or one[1] in arguments]
    writer.writerows(rows(chosen))


if __name__ == "__main__":
    main(*sys.argv[1:])
