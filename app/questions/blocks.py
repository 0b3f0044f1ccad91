"""List the blocks that have formulas of their own, and what these leave open."""

from dataclasses import dataclass

from archmeter.analyzers.answers import Answer, Rows
from archmeter.analyzers.formulas import BLOCKS
from archmeter.app.ask import Printer, Question, Request
from archmeter.app.ask.listing import Listing


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


@dataclass(frozen=True)
class BlockList(Listing):
    """Every block that has formulas of its own."""

    items: Rows[BlockSummary]
    """Plain ones first."""


def blocks(request: BlocksRequest) -> BlockList:
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
    return BlockList.at("/v1/formulas", request, items)


def show(answer: BlockList, out: Printer) -> None:
    """One line for each block."""
    out.rows("block {name} | symbols {symbols:words} || || title {title}", answer.items)


QUESTION = Question(path="formulas", ask=blocks, show=show, rows=lambda answer: answer.items)
