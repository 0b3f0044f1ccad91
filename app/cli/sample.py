"""``archmeter sample``: networks of a design space, and how their costs spread."""

import sys
from typing import Annotated, Any

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
from archmeter.app.cli.spaces import (
    AtLeast,
    AtMost,
    Device,
    Increasing,
    Moving,
    Seed,
    bounds_of,
    given,
    knobs_of,
    progress,
)


def sample(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    knob: Moving = None,
    increasing: Increasing = None,
    at_most: AtMost = None,
    at_least: AtLeast = None,
    total: Annotated[
        list[str] | None, typer.Option(help="A total to tell about; repeat for more.")
    ] = None,
    count: Annotated[int | None, typer.Option(help="Different networks to draw.")] = None,
    max_draws: Annotated[int | None, typer.Option(help="How often to draw at most.")] = None,
    listed: Annotated[int | None, typer.Option(help="How many to list one by one.")] = None,
    seed: Seed = None,
    device: Device = None,
    output: Annotated[
        ListFormat, typer.Option("--format", help="json is the body the service sends.")
    ] = ListFormat.TABLE,
) -> None:
    """Draw networks by the laws of their knobs, within bounds, and tell how costs spread."""
    from archmeter.app import strict_json
    from archmeter.app.budgets.answers import sample_answer
    from archmeter.app.budgets.requests import SampleRequest
    from archmeter.app.validation import validate

    document: dict[str, Any] = {
        **read_request(preset, spec, assignments, resolution, batch, dtype),
        **given(
            knobs=knobs_of(knob),
            increasing=increasing,
            bounds=bounds_of(at_most, at_least),
            totals=total,
            count=count,
            max_draws=max_draws,
            listed=listed,
            seed=seed,
            device=device,
        ),
    }
    request = validate(SampleRequest, document)
    with progress("samples") as moved_on:
        body = sample_answer(request, moved_on)
    if output is ListFormat.JSON:
        sys.stdout.buffer.write(strict_json.dumps(body) + b"\n")
        return
    from archmeter.app.report.budgets import print_sample

    print_sample(body)
