"""``archmeter train``, ``memory`` and ``largest-batch``: what fits, and what a step computes."""

import re
import sys
from typing import TYPE_CHECKING, Annotated

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
from archmeter.models.errors import ArchmeterError

if TYPE_CHECKING:
    from archmeter.analyzers.training.options import TrainingOptions

OptimizerName = Annotated[str, typer.Option("--optimizer", help="sgd, momentum, adam or adamw.")]
MasterWeights = Annotated[
    bool, typer.Option("--master-weights", help="The optimizer works on weights in float32.")
]
Freeze = Annotated[
    str,
    typer.Option(
        "--freeze", help="none, backbone, batch_norm, or a part such as stage2, up to and with it."
    ),
]
Checkpoint = Annotated[
    str,
    typer.Option(
        "--checkpoint", help="Compute again: none, block, stage, a label, or paths between commas."
    ),
]

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BINARY = {unit: 1024**i for i, unit in enumerate(_UNITS)}


def train(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    optimizer: OptimizerName = "sgd",
    master_weights: MasterWeights = False,
    freeze: Freeze = "none",
    checkpoint: Checkpoint = "none",
    plans: Annotated[
        bool, typer.Option("--plans", help="Compare checkpointing plans instead.")
    ] = False,
    kept: Annotated[
        bool, typer.Option("--kept", help="List what autograd keeps instead, and why.")
    ] = False,
    layers: Annotated[
        bool, typer.Option("--layers", help="List the MACs of each layer instead.")
    ] = False,
    timeline: Annotated[
        bool, typer.Option("--timeline", help="List live bytes, operator by operator, instead.")
    ] = False,
    output: Annotated[ListFormat, typer.Option("--format")] = ListFormat.TABLE,
) -> None:
    """Show what a training step needs: bytes by purpose, MACs forward and backward."""
    from archmeter.analyzers.training.step import TrainingStep
    from archmeter.app import strict_json
    from archmeter.app import training as bodies
    from archmeter.app.question import Question
    from archmeter.app.report import training as reports

    if plans + kept + layers + timeline > 1:
        raise ArchmeterError("give one of --plans, --kept, --layers and --timeline")
    question = Question.parse(read_request(preset, spec, assignments, resolution, batch, dtype))
    options = _options(optimizer, freeze, checkpoint, master_weights=master_weights)
    step = TrainingStep(question.profile(), options)
    if plans:
        fields, show = bodies.plan_fields(step.profile, options), reports.print_plans
    elif kept:
        fields, show = bodies.kept_fields(step), reports.print_kept
    elif layers:
        fields, show = bodies.layer_fields(step), reports.print_layers
    elif timeline:
        fields, show = bodies.timeline_fields(step), reports.print_timeline
    else:
        fields, show = bodies.training_fields(step), reports.print_step
    if output is ListFormat.JSON:
        sys.stdout.buffer.write(strict_json.dumps(fields) + b"\n")
    else:
        show(question, fields)


def memory(
    preset: PresetName = None,
    *,
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    batch: Batch = None,
    dtype: Precision = None,
    timeline: Annotated[
        bool, typer.Option("--timeline", help="List live bytes, operator by operator, instead.")
    ] = False,
    output: Annotated[ListFormat, typer.Option("--format")] = ListFormat.TABLE,
) -> None:
    """Show which tensors are alive when most memory is used at inference."""
    from archmeter.app import strict_json
    from archmeter.app.question import Question
    from archmeter.app.report.training import print_memory, print_timeline
    from archmeter.app.training import memory_fields

    question = Question.parse(read_request(preset, spec, assignments, resolution, batch, dtype))
    fields = memory_fields(question.profile())
    if output is ListFormat.JSON:
        sys.stdout.buffer.write(strict_json.dumps(fields) + b"\n")
    elif timeline:
        print_timeline(question, {"items": fields["timeline"]})
    else:
        print_memory(question, fields)


def largest_batch(
    preset: PresetName = None,
    *,
    available: Annotated[
        str, typer.Option("--bytes", metavar="SIZE", help="What there is: 16GB, 24GiB, 512MB.")
    ],
    spec: SpecFile = None,
    assignments: Assignments = None,
    resolution: InputSize = None,
    dtype: Precision = None,
    training: Annotated[bool, typer.Option("--training", help="Train, not only infer.")] = False,
    optimizer: OptimizerName = "sgd",
    master_weights: MasterWeights = False,
    freeze: Freeze = "none",
    checkpoint: Checkpoint = "none",
    output: Annotated[ListFormat, typer.Option("--format")] = ListFormat.TABLE,
) -> None:
    """Find the most images at once that fit."""
    from archmeter.analyzers.answers.units import si
    from archmeter.analyzers.training.largest_batch import largest_batch as search
    from archmeter.app import strict_json
    from archmeter.app.question import Question

    size = _bytes(available)
    question = Question.parse(read_request(preset, spec, assignments, resolution, None, dtype))
    options = _options(optimizer, freeze, checkpoint, master_weights=master_weights)
    found = search(
        question.spec, size, dtype=question.input.dtype, training=options if training else None
    )
    if output is ListFormat.JSON:
        sys.stdout.buffer.write(strict_json.dumps(found._asdict()) + b"\n")
        return
    purpose = "training" if training else "inference"
    if not found.batch:
        line = f"not one image fits: {purpose} needs {si(found.needed_bytes, 'B')}"
    else:
        line = f"batch {found.batch}: {purpose} needs {si(found.needed_bytes, 'B')}"
    sys.stdout.write(f"{line} of {si(size, 'B')}\n")


def _options(
    optimizer: str, freeze: str, checkpoint: str, *, master_weights: bool
) -> "TrainingOptions":
    from archmeter.analyzers.training.options import TrainingOptions
    from archmeter.app.training import policy
    from archmeter.app.validation import validate

    given = {
        "optimizer": optimizer,
        "freeze": freeze,
        "checkpoint": policy(checkpoint),
        "master_weights": master_weights,
    }
    return validate(TrainingOptions, given)


def _bytes(text: str) -> int:
    """Bytes of a size such as 16GB or 24GiB."""
    found = re.fullmatch(
        r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", text.strip(), re.ASCII | re.IGNORECASE
    )
    size = float(found[1]) * (_BINARY if found[3] else _UNITS)[found[2].lower()] if found else 0
    if not 1 <= size < 2**53:
        raise ArchmeterError(f"--bytes takes a size such as 16GB or 24GiB, got {text!r:.80}")
    return int(size)
