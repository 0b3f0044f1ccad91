"""``archmeter conventions``: what other counters print for a network."""

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


def conventions(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    tool: Annotated[
        str | None,
        typer.Option(help="Only this one's, such as flop_counter_backward."),
    ] = None,
    output: Annotated[
        ListFormat, typer.Option("--format", help="json is the body the service sends.")
    ] = ListFormat.TABLE,
) -> None:
    """Tell what other counters print for a network, and why that is not our figure."""
    from archmeter.app.conventions import chosen, report, told
    from archmeter.app.question import Question
    from archmeter.models import registry

    tools = chosen(tool)
    question = Question.parse(read_request(preset, spec, assignments, resolution, batch, dtype))
    found = told(question, tools)
    if output is ListFormat.JSON:
        from archmeter.app import strict_json

        body = report(question, registry.describe(question.spec), found)
        sys.stdout.buffer.write(strict_json.dumps(body) + b"\n")
        return
    from archmeter.app.report.conventions import print_conventions

    print_conventions(question, found)
