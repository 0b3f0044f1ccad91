"""``archmeter receptive-field``: what layers and stages see of the image."""

import sys
from typing import Annotated

import typer

from archmeter.app.cli.formats import ListFormat
from archmeter.app.cli.request import Assignments, InputSize, PresetName, SpecFile, read_request


def receptive_field(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    layers: Annotated[bool, typer.Option("--layers", help="List every layer.")] = False,
    output: Annotated[
        ListFormat, typer.Option("--format", help="json is the body the service sends.")
    ] = ListFormat.TABLE,
) -> None:
    """Show which part of the image each stage depends on."""
    from archmeter.app import strict_json
    from archmeter.app.question import Question
    from archmeter.app.receptive_field import report
    from archmeter.models import registry

    question = Question.parse(read_request(preset, spec, assignments, resolution, None, None))
    body = report(question.key, registry.describe(question.spec), question.profile())
    if output is ListFormat.JSON:
        sys.stdout.buffer.write(strict_json.dumps(body) + b"\n")
        return
    from archmeter.app.report.receptive_field import print_receptive_field

    print_receptive_field(body, layers=layers)
