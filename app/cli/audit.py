"""``archmeter audit``: what other tools count for a network."""

import sys
from typing import Annotated

import typer

from archmeter.app.cli.formats import ListFormat
from archmeter.app.cli.request import (
    Assignments,
    Batch,
    InputSize,
    Precision,
    PresetName,
    SpecFile,
    read_request,
)


def audit(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    output: Annotated[ListFormat, typer.Option("--format")] = ListFormat.TABLE,
) -> None:
    """Have fvcore and torch recount a network; exit status 1 if they differ."""
    from archmeter.app.question import Question, inside_architecture

    question = Question.parse(read_request(preset, spec, assignments, resolution, batch, dtype))
    from archmeter.analyzers.audit import audit as recount

    with inside_architecture():
        report = recount(question.spec, question.input)
    if output is ListFormat.JSON:
        from archmeter.app import strict_json
        from archmeter.models import registry

        body = {"name": registry.describe(question.spec), **report.as_dict()}
        sys.stdout.buffer.write(strict_json.dumps(body) + b"\n")
    else:
        from archmeter.app.report.audit import print_audit

        print_audit(question, report)
    if not report.agrees:
        raise typer.Exit(1)
