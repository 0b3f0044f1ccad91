"""Derive what a block costs as exact expressions in its sizes, and say for which they hold.

The block stands by itself: its input is given, and needs no gradient.
"""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from pydantic_core import PydanticCustomError

from archmeter.analyzers.answers import Rows
from archmeter.analyzers.formulas import BLOCKS, block_forms
from archmeter.analyzers.formulas.expression import FigureFormula
from archmeter.app.ask import Known, Option, Question, Request, Spelled
from archmeter.app.ask.formulas import LANE, TEXTS, Formulas, fields_of_forms, show_formulas
from archmeter.models.errors import ArchmeterError, SpecConflict
from archmeter.models.precision import FloatType

_ASSIGNED = re.compile(r"(\w+)=([0-9]{1,6})", re.ASCII)
_FORM = "SYMBOL=NUMBER"


def _assigned(text: str) -> tuple[str, int]:
    """A symbol and the number in its place."""
    pair = _ASSIGNED.fullmatch(text)
    if pair is None:
        raise ArchmeterError(f"takes {_FORM}, got {text[:80]!r}", value=text, accepted=_FORM)
    return pair[1], int(pair[2])


def _numbers(text: str) -> dict[str, int]:
    """Numbers in place of symbols from their text, as `K=3,s=1`."""
    try:
        pairs = [_assigned(part) for part in text.split(",")]
    except ArchmeterError as error:
        raise PydanticCustomError(
            "value_error",
            "{text} is not spelled as in K=3,s=1",
            {"text": repr(text[:80]), "fits": "numbers in place of symbols, between commas"},
        ) from error
    numbers = dict(pairs)
    if len(numbers) < len(pairs):
        raise SpecConflict(
            "a symbol is fixed more than once",
            field="fix",
            value=text,
            accepted="each symbol once",
        )
    return numbers


class BlockFormulasRequest(Request):
    """A block, of what elements it is, and with what numbers."""

    block: Annotated[str, Known(lambda: BLOCKS)]
    """A block of `/v1/formulas`."""

    dtype: FloatType = "float32"
    """Of weights and activations alike, for figures that are bytes."""

    fix: Annotated[
        dict[str, Annotated[int, Field(ge=0, le=999_999)]],
        Spelled(_numbers, "K=3,s=1"),
        Option("--fix", form=_FORM, read=_assigned, help="Put a number in place of a symbol."),
    ] = Field(default_factory=dict)
    """Numbers in place of symbols, separated by commas: `K=3,s=1`."""


@dataclass(frozen=True, kw_only=True)
class BlockFormulas(Formulas):
    """Closed forms of a block by itself: its input is given, and needs no gradient."""

    title: str
    """What it is."""

    formula: str
    """What it computes."""

    figures: Rows[FigureFormula]
    """Every figure, zero ones included."""


def derived(request: BlockFormulasRequest) -> BlockFormulas:
    """Trace the block with symbols for sizes."""
    forms = block_forms(request.block, request.dtype).fixed(request.fix)
    block = BLOCKS[request.block]
    return BlockFormulas(
        **fields_of_forms(forms),
        title=block.title,
        formula=block.formula,
        figures=forms.formulas,
    )


QUESTION = Question(
    path="formulas/{block}",
    ask=derived,
    show=show_formulas,
    texts=TEXTS,
    lane=LANE,
    asked={"A grouped 3×3 convolution": "grouped_conv --fix K=3 --fix s=1"},
)
