"""``archmeter formulas``: what a network or block costs for all its sizes at once."""

import re
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from archmeter.app.cli.request import (
    Assignments,
    Batch,
    InputSize,
    Precision,
    PresetName,
    SpecFile,
    read_request,
)
from archmeter.models.errors import ArchmeterError

if TYPE_CHECKING:
    from archmeter.analyzers.formulas import ClosedForms
    from archmeter.app.schemas import Body


class FormulaFormat(StrEnum):
    """How formulas are printed."""

    TABLE = "table"
    LATEX = "latex"
    PYTHON = "python"
    JSON = "json"


def formulas(
    preset: PresetName = None,
    *,
    block: Annotated[
        str | None, typer.Option(help="A block instead of a network; --set fixes its symbols.")
    ] = None,
    symbols: Annotated[
        str | None,
        typer.Option(help="What to leave open: N,H,W and integer knobs, as in N,H=W,num_classes."),
    ] = None,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    output: Annotated[
        FormulaFormat, typer.Option("--format", help="json is the body the service sends.")
    ] = FormulaFormat.TABLE,
) -> None:
    """Derive every figure as an exact expression; without a network or block, list the blocks."""
    from archmeter.app.formulas import (
        AnalysisFormulas,
        BlockFormulas,
        BlockQuery,
        FormulaQuery,
        block_formulas,
        network_formulas,
    )
    from archmeter.app.validation import validate

    if block is not None:
        if any(given is not None for given in (preset, symbols, spec, resolution, batch)):
            raise ArchmeterError("--block goes with --set, --dtype and --format alone")
        query = {"dtype": dtype or "float32", "fix": _numbers(assignments)}
        forms = block_formulas(block, validate(BlockQuery, query))
        _print(forms, BlockFormulas.of(forms), output)
    elif preset is None and spec is None and not assignments:
        _print_blocks(output)
    else:
        from archmeter.app.question import Question

        open_ = validate(FormulaQuery, {"symbols": symbols})
        question = Question.parse(read_request(preset, spec, assignments, resolution, batch, dtype))
        forms = network_formulas(question, open_)
        _print(forms, AnalysisFormulas.of(question, forms), output)


def _numbers(assignments: list[str] | None) -> str | None:
    for assignment in assignments or ():
        if not re.fullmatch(r"\w+=\d{1,6}", assignment, re.ASCII):
            raise ArchmeterError(f"--set takes SYMBOL=NUMBER for a block, got {assignment!r}")
    return ",".join(assignments) if assignments else None


def _print(forms: "ClosedForms", body: "Body", output: FormulaFormat) -> None:
    match output:
        case FormulaFormat.JSON:
            sys.stdout.write(body.model_dump_json() + "\n")
        case FormulaFormat.PYTHON:
            from archmeter.analyzers.formulas.listing import python_source

            sys.stdout.write(python_source(forms))
        case FormulaFormat.LATEX:
            from archmeter.analyzers.formulas.listing import latex_source

            sys.stdout.write(latex_source(forms))
        case FormulaFormat.TABLE:
            from archmeter.app.report.formulas import print_formulas

            print_formulas(forms)


def _print_blocks(output: FormulaFormat) -> None:
    if output is FormulaFormat.JSON:
        from archmeter.app.formulas import BlockList

        sys.stdout.write(BlockList.of_all().model_dump_json() + "\n")
        return
    from archmeter.app.report.formulas import print_blocks

    print_blocks()
