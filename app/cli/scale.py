"""``archmeter scale`` and its kin: how cost grows, and along which dimension it grows best."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

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

if TYPE_CHECKING:
    from collections.abc import Callable

Totals = Annotated[
    list[str] | None,
    typer.Option("--total", help="What to read of every network, such as macs; repeat for more."),
]
Device = Annotated[
    str | None, typer.Option("--device", help="One of `archmeter devices`, for roofline_seconds.")
]
Step = Annotated[
    int | None, typer.Option("--step", help="Scaled sides are multiples of so many pixels.")
]
DepthRounding = Annotated[
    str | None, typer.Option("--depth-rounding", help="up, or nearest where the family can.")
]
Output = Annotated[ListFormat, typer.Option("--format", help="json is the body the service sends.")]


def scale(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    curve: Annotated[
        list[str] | None,
        typer.Option(help="depth, width, resolution or compound; repeat for more."),
    ] = None,
    alpha: Annotated[float | None, typer.Option(help="Of the compound curve: depth.")] = None,
    beta: Annotated[float | None, typer.Option(help="Width.")] = None,
    gamma: Annotated[float | None, typer.Option(help="Resolution.")] = None,
    start: Annotated[float, typer.Option("--from", help="The first step.")] = 0.0,
    stop: Annotated[float, typer.Option("--to", help="The last step.")] = 3.0,
    points: Annotated[int, typer.Option(help="How many steps.")] = 7,
    overlay: Annotated[
        bool, typer.Option("--overlay", help="Also as EfficientNet-B0 to B7 were published.")
    ] = False,
    totals: Totals = None,
    device: Device = None,
    step: Step = None,
    depth_rounding: DepthRounding = None,
    output: Output = ListFormat.TABLE,
) -> None:
    """Draw what a network costs as depth, width, resolution or all of them grow."""
    from archmeter.app.report.scaling import print_curves
    from archmeter.app.scaling.answers import curves_answer
    from archmeter.app.scaling.requests import CurvesRequest

    law = _given(alpha=alpha, beta=beta, gamma=gamma)
    names = curve or ["compound"]
    if law and "compound" not in names:
        raise typer.BadParameter("--alpha, --beta and --gamma go with --curve compound")
    request = {
        **read_request(preset, spec, assignments, resolution, batch, dtype),
        "curves": [{"name": name, **law} if law and name == "compound" else name for name in names],
        "phi": {"start": start, "stop": stop, "points": points},
        "overlay": overlay,
        **_given(totals=totals, device=device, resolution_step=step, depth_rounding=depth_rounding),
    }
    _answer(CurvesRequest, request, curves_answer, print_curves, output)


def scale_fast(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    strategy: Annotated[
        list[str] | None,
        typer.Option(help="d, w, r, dw, dr, wr, dwr or dWr; repeat for more."),
    ] = None,
    by: Annotated[
        list[float] | None, typer.Option(help="What to multiply FLOPs by; repeat for more.")
    ] = None,
    alpha: Annotated[float | None, typer.Option(help="The share of the width in dWr.")] = None,
    group_width: Annotated[
        str | None, typer.Option(help="scaled with the width, or fixed.")
    ] = None,
    aim: Annotated[
        str | None, typer.Option(help="law, or counted: MACs as near to the scale as can be.")
    ] = None,
    step: Step = None,
    depth_rounding: DepthRounding = None,
    output: Output = ListFormat.TABLE,
) -> None:
    """Scale a network by the strategies of fast compound scaling (Dollár et al. 2021)."""
    from archmeter.app.report.scaling import print_fast
    from archmeter.app.scaling.answers import fast_answer
    from archmeter.app.scaling.requests import FastRequest

    request = {
        **read_request(preset, spec, assignments, resolution, batch, dtype),
        **_given(
            strategies=strategy,
            scales=by,
            alpha=alpha,
            group_width=group_width,
            aim=aim,
            resolution_step=step,
            depth_rounding=depth_rounding,
        ),
    }
    _answer(FastRequest, request, fast_answer, print_fast, output)


def scale_search(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    target: Annotated[
        float | None, typer.Option(help="What the cost is to be multiplied by.")
    ] = None,
    tolerance: Annotated[
        float | None, typer.Option(help="By how much of that it may be missed.")
    ] = None,
    grid: Annotated[
        float | None, typer.Option(help="Distance of the values of α, β and γ.")
    ] = None,
    counted: Annotated[
        bool, typer.Option("--counted", help="The counted MACs meet the target, not α·β²·γ².")
    ] = False,
    least: Annotated[
        list[str] | None,
        typer.Option(help="The Pareto set has little of this total; repeat for more."),
    ] = None,
    most: Annotated[
        list[str] | None, typer.Option(help="It has much of this; repeat for more.")
    ] = None,
    totals: Totals = None,
    device: Device = None,
    step: Step = None,
    depth_rounding: DepthRounding = None,
    output: Output = ListFormat.TABLE,
) -> None:
    """Search for α, β and γ that multiply the cost by a target, and count each."""
    from archmeter.app.report.scaling import print_search
    from archmeter.app.scaling.answers import search_answer
    from archmeter.app.scaling.requests import SearchRequest

    ends = {name: field.default.stop for name, field in SearchRequest.model_fields.items()
            if name in {"alpha", "beta", "gamma"}}  # fmt: skip
    axes = {name: {"stop": stop, "step": grid} for name, stop in ends.items()} if grid else {}
    aims = [
        {"total": total, "sense": sense}
        for sense, named in (("least", least), ("most", most))
        for total in named or ()
    ]
    request = {
        **read_request(preset, spec, assignments, resolution, batch, dtype),
        **axes,
        "constraint": "counted" if counted else "law",
        **_given(
            target=target,
            tolerance=tolerance,
            objectives=aims or None,
            totals=totals,
            device=device,
            resolution_step=step,
            depth_rounding=depth_rounding,
        ),
    }
    _answer(SearchRequest, request, search_answer, print_search, output)


def sensitivity(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    knob: Annotated[
        list[str] | None, typer.Option(help="Only this, with all inside it; repeat for more.")
    ] = None,
    totals: Totals = None,
    device: Device = None,
    output: Output = ListFormat.TABLE,
) -> None:
    """Tell by how many per cent costs grow when a knob grows by one."""
    from archmeter.app.report.scaling import print_sensitivity
    from archmeter.app.scaling.answers import sensitivity_answer
    from archmeter.app.scaling.requests import SensitivityRequest

    request = {
        **read_request(preset, spec, assignments, resolution, batch, dtype),
        **_given(knobs=knob, totals=totals, device=device),
    }
    _answer(SensitivityRequest, request, sensitivity_answer, print_sensitivity, output)


def cliffs(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    low: Annotated[int | None, typer.Option(help="The least side of the range.")] = None,
    high: Annotated[int | None, typer.Option(help="The largest.")] = None,
    totals: Totals = None,
    output: Output = ListFormat.TABLE,
) -> None:
    """Find the image sizes at which cost jumps, and those that strides divide."""
    from archmeter.app.report.scaling import print_cliffs
    from archmeter.app.scaling.answers import cliffs_answer
    from archmeter.app.scaling.requests import CliffsRequest

    request = {
        **read_request(preset, spec, assignments, resolution, batch, dtype),
        **_given(low=low, high=high, totals=totals),
    }
    _answer(CliffsRequest, request, lambda asked, found, _: cliffs_answer(asked, found),
            print_cliffs, output)  # fmt: skip


def schedule(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    stage: Annotated[
        list[str] | None,
        typer.Option(metavar="EPOCHS@SIDE", help="A stage, as in 30@224; repeat for more."),
    ] = None,
    first: Annotated[int | None, typer.Option(help="Or by rule: the first side.")] = None,
    last: Annotated[int | None, typer.Option(help="The last side.")] = None,
    stages: Annotated[int | None, typer.Option(help="How many stages.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Of all stages together.")] = None,
    images: Annotated[
        int | None, typer.Option(help="In each epoch; ImageNet's if left out.")
    ] = None,
    output: Output = ListFormat.TABLE,
) -> None:
    """Count a training run whose images grow from stage to stage."""
    from archmeter.app.report.scaling import print_schedule
    from archmeter.app.scaling.answers import schedule_answer
    from archmeter.app.scaling.runs import ScheduleRequest

    request = read_request(preset, spec, assignments, None, None, None)
    if stage:
        request["stages"] = [_stage(text, images) for text in stage]
    rule = _given(first=first, last=last, stages=stages, epochs=epochs)
    if rule:
        request["progressive"] = {**rule, **_given(images=images)}
    _answer(ScheduleRequest, request, lambda asked, found, _: schedule_answer(asked, found),
            print_schedule, output)  # fmt: skip


def _stage(text: str, images: int | None) -> dict[str, Any]:
    epochs, at, side = text.partition("@")
    if not (at and epochs.isdecimal() and side.isdecimal() and len(text) < 30):  # noqa: PLR2004
        raise typer.BadParameter(f"--stage takes EPOCHS@SIDE, got {text[:60]!r}")
    return {"epochs": int(epochs), "resolution": int(side), **_given(images=images)}


def _given(**options: Any) -> dict[str, Any]:
    """The options that were given; the others keep their defaults."""
    return {name: value for name, value in options.items() if value is not None}


def _answer(
    model: type[Any],
    document: dict[str, Any],
    answer: "Callable[..., dict[str, Any]]",
    show: "Callable[[dict[str, Any]], None]",
    output: ListFormat,
) -> None:
    """Validate a request, answer it and print the answer."""
    from archmeter.app import strict_json
    from archmeter.app.cli.progress import slow_progress
    from archmeter.app.scaling.answers import spec_of
    from archmeter.app.validation import validate

    asked = validate(model, document)
    found = spec_of(asked.architecture)
    with slow_progress() as track:
        body = answer(asked, found, track)
    if output is ListFormat.JSON:
        sys.stdout.buffer.write(strict_json.dumps(body) + b"\n")
    else:
        show(body)
