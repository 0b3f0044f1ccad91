"""``archmeter iso-cost`` and ``archmeter cardinality``: what equal cost buys instead."""

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
from archmeter.app.cli.spaces import Device, given, progress
from archmeter.app.space_text import domain_of
from archmeter.models.errors import ArchmeterError

Output = Annotated[ListFormat, typer.Option("--format", help="json is the body the service sends.")]


def iso_cost(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    depth: Annotated[
        str | None,
        typer.Option(metavar="KNOB=VALUES", help="How deep it may be, as --knob of `fit` has it."),
    ] = None,
    width: Annotated[
        str | None, typer.Option(metavar="KNOB=VALUES", help="How wide it may be.")
    ] = None,
    total: Annotated[str | None, typer.Option(help="What stays equal; MACs if left out.")] = None,
    wanted: Annotated[
        float | None, typer.Option(help="How much of it; what the network has if left out.")
    ] = None,
    tolerance: Annotated[float | None, typer.Option(help="By which part it may differ.")] = None,
    device: Device = None,
    output: Output = ListFormat.TABLE,
) -> None:
    """List all pairs of depth and width at equal cost, and what they do to other costs."""
    from archmeter.app.budgets.answers import iso_cost_answer
    from archmeter.app.budgets.requests import IsoCostRequest
    from archmeter.app.report.budgets import print_iso_cost
    from archmeter.app.validation import validate

    document: dict[str, Any] = {
        **read_request(preset, spec, assignments, resolution, batch, dtype),
        **given(
            depth=_axis("--depth", depth),
            width=_axis("--width", width),
            total=total,
            wanted=wanted,
            tolerance=tolerance,
            device=device,
        ),
    }
    request = validate(IsoCostRequest, document)
    with progress("networks") as moved_on:
        body = iso_cost_answer(request, moved_on)
    if not _as_json(body, output):
        print_iso_cost(body)


def cardinality(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    to: Annotated[
        str | None, typer.Option(metavar="C,C,…", help="Cardinalities, between commas.")
    ] = None,
    keep: Annotated[str | None, typer.Option(help="params or macs.")] = None,
    part: Annotated[
        str | None, typer.Option(help="Keep them in a stage or block: stage1.bottleneck2.")
    ] = None,
    output: Output = ListFormat.TABLE,
) -> None:
    """Find the group width that keeps the cost of a network at other cardinalities."""
    from archmeter.app.budgets.answers import cardinality_answer
    from archmeter.app.budgets.requests import CardinalityRequest
    from archmeter.app.report.budgets import print_cardinality
    from archmeter.app.validation import validate

    document: dict[str, Any] = {
        **read_request(preset, spec, assignments, resolution, None, None),
        **given(cardinalities=domain_of(to) if to else None, keep=keep, part=part),
    }
    body = cardinality_answer(validate(CardinalityRequest, document))
    if not _as_json(body, output):
        print_cardinality(body)


def _axis(option: str, text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    path, equals, values = text.partition("=")
    if not (path and equals and values):
        raise ArchmeterError(f"{option} takes KNOB=VALUES, got {text[:80]!r}")
    return {"knob": path, "values": domain_of(values)}


def _as_json(body: dict[str, Any], output: ListFormat) -> bool:
    """Whether the body was written as it is."""
    from archmeter.app import strict_json

    if output is ListFormat.JSON:
        sys.stdout.buffer.write(strict_json.dumps(body) + b"\n")
    return output is ListFormat.JSON
