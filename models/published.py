"""Figures as papers print them, and the architecture each row means.

The table keeps the printed digits as text: how many there are says how exact the figure claims to
be. A row whose architecture no family expresses has no request; it is kept for its accuracy.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from archmeter.models.registry import resolve
from archmeter.models.spec import ArchitectureSpec

TABLE = Path(__file__).with_suffix(".csv")

Convention = Literal["macs", "flops2x"]
"""What the source calls FLOPs: multiply-accumulates, or two operations for each of them."""


@dataclass(frozen=True, slots=True)
class Published:
    """One row of a paper's table or of a repository's README.

    Attributes:
        architecture: the name printed.
        family: a lineage, as a word to filter by.
        source: paper and table.
        resolution: side of the input in pixels.
        params_m: parameters in millions, as printed; empty where none are.
        flops_b: "FLOPs" in thousand millions, as printed.
        convention: what those FLOPs are.
        acts_m: activations in millions, as printed.
        top1: accuracy on ImageNet in per cent, as printed.
        top5: the same among the first five.
        request: the architecture as a request; empty if it cannot be expressed.
        explanation: why the printed figure differs from the counted one, where that is known.
    """

    architecture: str
    family: str
    source: str
    resolution: int
    params_m: str
    flops_b: str
    convention: Convention
    acts_m: str
    top1: str
    top5: str
    request: Mapping[str, Any]
    explanation: str

    def spec(self) -> ArchitectureSpec | None:
        """What is to be counted, if a family expresses it."""
        return resolve({**self.request, "resolution": self.resolution}) if self.request else None


@cache
def published() -> tuple[Published, ...]:
    """All rows, in the order of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Published(
                **{
                    **row,
                    "resolution": int(row["resolution"]),
                    "convention": row["convention"] or "macs",
                    "request": json.loads(row["request"] or "{}"),
                }
            )
            for row in csv.DictReader(file)
        )
