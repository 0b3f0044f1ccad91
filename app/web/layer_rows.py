"""The layer table as a page shows it: roll-ups that unfold, or the rows that are looked for."""

from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from archmeter.analyzers.layer_table import Layer
from archmeter.analyzers.profile import Block, Profile

COSTS = ("macs", "params", "flops", "activations", "saved_bytes")
"""What rows can be ordered by."""

_MOST = 300
"""Rows shown at once where they are in no hierarchy."""


class LayersQuery(BaseModel):
    """Which rows are shown, and how."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    find: str = Field(default="", max_length=100)
    """Text in the path or the operator."""

    sort: str = Field(default="", pattern=f"^({'|'.join(COSTS)})?$")
    """The largest first; without it, in the order of execution."""

    stage: str = Field(default="", max_length=100)
    """One stage, unfolded."""

    @property
    def is_flat(self) -> bool:
        """Whether rows are listed without their hierarchy."""
        return bool(self.find.strip() or self.sort)


class Line(NamedTuple):
    """An operator, or the sum of some.

    Attributes:
        name: inside what is around it.
        detail: what it does, or how many operators there are.
        share: of what the table is about.
    """

    name: str
    detail: str
    row: Layer | Block
    share: float


class LayerRows:
    """The rows of one network, each with its share of one total.

    Attributes:
        about: the total.
    """

    def __init__(self, profile: Profile, query: LayersQuery) -> None:
        self._profile = profile
        self._query = query
        self.about = query.sort or COSTS[0]
        self._total = sum(getattr(stage, self.about) for stage in profile.stages)

    def stages(self) -> list[Line]:
        """Stem, stages, heads."""
        return [self._line(stage, "") for stage in self._profile.stages]

    def groups(self, path: str) -> list[tuple[Line | None, list[Line]]]:
        """What is in a stage, in order: a block and its rows, or rows that are in no block."""
        stages = {stage.path: stage for stage in self._profile.stages}
        if path not in stages:
            return []
        blocks = {block.path: block for block in stages[path].blocks}
        rows = [row for row in self._profile.rows if row.path.startswith(f"{path}.")]

        def block_of(row: Layer) -> str:
            around = ".".join(row.path.split(".")[:2])
            return around if around in blocks else ""

        groups = []
        for around, own in groupby(rows, block_of):
            head = self._line(blocks[around], path) if around else None
            groups.append((head, [self._line(row, around or path) for row in own]))
        return groups

    def found(self) -> tuple[int, list[Line]]:
        """How many rows have what is looked for, and the first of them; as they are sorted."""
        wanted, sort = self._query.find.strip().lower(), self._query.sort
        rows = [row for row in self._profile.rows if wanted in _text(row)]
        if sort:
            rows.sort(key=attrgetter(sort), reverse=True)
        return len(rows), [self._line(row, "") for row in rows[:_MOST]]

    def _line(self, row: Layer | Block, inside: str) -> Line:
        if isinstance(row, Layer):
            detail = f"{row.operator} {row.detail}".strip()
        else:
            detail = f"{row.operators} operators"
        value: int = getattr(row, self.about)
        share = value / self._total if self._total else 0.0
        return Line(row.path.removeprefix(f"{inside}."), detail, row, share)


def _text(row: Layer) -> str:
    return f"{row.path} {row.operator} {row.detail}".lower()
