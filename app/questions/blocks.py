"""List the blocks that have formulas of their own, and what these leave open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.formulas import BLOCKS
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import Request

if TYPE_CHECKING:
    from archmeter.app.cli.printer import Printer


class BlocksRequest(Request):
    """All blocks: there is nothing to choose."""


@dataclass(frozen=True, slots=True)
class BlockSummary(Answer):
    """A block in a list."""

    name: str
    title: str
    """What it is."""

    formula: str
    """What it computes."""

    symbols: dict[str, str]
    """What its formulas leave open, with meanings."""

    links: dict[str, str]


@dataclass(frozen=True, slots=True)
class BlockList(Answer):
    """Every block that has formulas of its own."""

    items: Rows[BlockSummary]
    """Plain ones first."""

    total: int
    """How many there are."""

    links: dict[str, str]


def blocks(_: BlocksRequest) -> BlockList:
    """Describe each."""
    items = Rows(
        BlockSummary(
            name=name,
            title=block.title,
            formula=block.formula,
            symbols=block.meanings,
            links={"self": f"/v1/formulas/{name}"},
        )
        for name, block in BLOCKS.items()
    )
    return BlockList(items, len(items), {"self": "/v1/formulas"})


def show(answer: BlockList, out: Printer) -> None:
    """One line for each block."""
    lines = [[block.name, " ".join(block.symbols), block.title] for block in answer.items]
    out.table(["block", "symbols"], [], lines, ["title"])


QUESTION = Question(
    path="formulas",
    request=BlocksRequest,
    answer=BlockList,
    ask=blocks,
    show=show,
    rows=lambda answer: answer.items,
    tag="catalogue",
    usage="",
)
