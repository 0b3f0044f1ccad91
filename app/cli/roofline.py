"""``archmeter roofline``: the least time a network takes on a device."""

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


def roofline(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    device: Annotated[str | None, typer.Option(help="One of `archmeter devices`.")] = None,
    fused: Annotated[
        bool, typer.Option(help="Run elementwise operators in the kernels before them.")
    ] = True,
    tf32: Annotated[
        bool, typer.Option(help="Multiply float32 matrices in TF32 where the device can.")
    ] = True,
    flops_per_s: Annotated[
        float | None, typer.Option(help="Your own peak, in place of the device's.")
    ] = None,
    bytes_per_s: Annotated[
        float | None, typer.Option(help="Your own bandwidth, in place of the device's.")
    ] = None,
    layers: Annotated[int, typer.Option(min=0, help="How many of the longest to list.")] = 10,
    output: Annotated[
        ListFormat, typer.Option("--format", help="json is the body the service sends.")
    ] = ListFormat.TABLE,
) -> None:
    """Bound the time on a device from below, and show which layers spend it."""
    from archmeter.app.question import Question
    from archmeter.app.roofline import RooflineQuery, report
    from archmeter.app.validation import validate
    from archmeter.models import registry

    query = validate(
        RooflineQuery,
        {
            "device": device,
            "fused": fused,
            "tf32": tf32,
            "flops_per_s": flops_per_s,
            "bytes_per_s": bytes_per_s,
        },
    )
    question = Question.parse(read_request(preset, spec, assignments, resolution, batch, dtype))
    body = report(question.key, registry.describe(question.spec), question.profile(), query)
    if output is ListFormat.JSON:
        from archmeter.app import strict_json

        sys.stdout.buffer.write(strict_json.dumps(body) + b"\n")
        return
    from archmeter.app.report.roofline import print_roofline

    print_roofline(body, layers)
