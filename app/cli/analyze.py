"""``archmeter analyze``: what an architecture costs."""

import sys
from enum import StrEnum
from typing import Annotated

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


class OutputFormat(StrEnum):
    """How an analysis is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


def analyze(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    output: Annotated[
        OutputFormat, typer.Option("--format", help="json is the body the service sends.")
    ] = OutputFormat.TABLE,
) -> None:
    """Show what an architecture costs."""
    from archmeter.app.layer_table import to_csv, to_markdown
    from archmeter.app.question import Question

    question = Question.parse(read_request(preset, spec, assignments, resolution, batch, dtype))
    if output is OutputFormat.JSON:
        sys.stdout.buffer.write(question.answer().stored.body + b"\n")
        return
    profile = question.profile()
    match output:
        case OutputFormat.CSV:
            sys.stdout.write(to_csv(profile.rows))
        case OutputFormat.MARKDOWN:
            sys.stdout.write(to_markdown(profile.rows, profile.totals))
        case OutputFormat.TABLE:
            from archmeter.app.report.analysis import print_profile

            print_profile(question, profile)
