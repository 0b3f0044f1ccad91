"""``archmeter fit``: the best networks within a budget."""

import sys
from typing import Annotated, Any

import typer

from archmeter.app.cli.formats import ListFormat
from archmeter.app.cli.request import (
    Assignments,
    Batch,
    InputSize,
    Precision,
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
from archmeter.models.errors import ArchmeterError


def fit(
    presets: Annotated[
        list[str] | None,
        typer.Argument(help="Networks people know, such as regnetx_004; several are compared."),
    ] = None,
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
    most: Annotated[
        str | None, typer.Option(help="What the best has most of; MACs if left out.")
    ] = None,
    least: Annotated[str | None, typer.Option(help="What it has least of.")] = None,
    count: Annotated[int | None, typer.Option(help="How many to list.")] = None,
    max_specs: Annotated[int | None, typer.Option(help="How many to examine.")] = None,
    seed: Seed = None,
    device: Device = None,
    output: Annotated[
        ListFormat, typer.Option("--format", help="json is the body the service sends.")
    ] = ListFormat.TABLE,
) -> None:
    """Find the best networks within bounds, the nearest misses, and what stops better ones."""
    from archmeter.app import strict_json
    from archmeter.app.budgets.answers import fit_answer
    from archmeter.app.budgets.requests import FitRequest
    from archmeter.app.validation import validate

    if most is not None and least is not None:
        raise ArchmeterError("give --most or --least, not both")
    first, *others = presets or (None,)
    knobs = knobs_of(knob)
    document: dict[str, Any] = {
        **read_request(first, spec, assignments, resolution, batch, dtype),
        **given(
            knobs=knobs,
            increasing=increasing,
            bounds=bounds_of(at_most, at_least),
            objective=_objective(most, least),
            count=count,
            max_specs=max_specs,
            seed=seed,
            device=device,
        ),
    }
    if others:
        given_to_all = {k: v for k, v in document["architecture"].items() if k != "preset"}
        document["others"] = [
            {
                "architecture": {**given_to_all, "preset": other},
                **given(knobs=knobs, increasing=increasing),
            }
            for other in others
        ]
    request = validate(FitRequest, document)
    with progress("specs") as moved_on:
        body = fit_answer(request, moved_on)
    if output is ListFormat.JSON:
        sys.stdout.buffer.write(strict_json.dumps(body) + b"\n")
        return
    from archmeter.app.report.budgets import print_fit

    print_fit(body)


def _objective(most: str | None, least: str | None) -> dict[str, str]:
    if least is not None:
        return {"total": least, "sense": "least"}
    return {"total": most} if most is not None else {}
