"""What the command prints of one network."""

from rich.text import Text

from archmeter.analyzers import Profile, RollUp
from archmeter.analyzers.answers.units import si, size
from archmeter.app.question import Question
from archmeter.app.report.tables import console, table
from archmeter.models import registry

_CONVENTION = (
    "1 MAC = one multiply-accumulate; FLOPs = 2·MACs + bias, norm, activation, pool, elementwise, "
    "softmax. SI units: 1 M = 10^6, 1 MB = 10^6 bytes."
)


def print_profile(question: Question, profile: Profile) -> None:
    """Stages with their share of every total, then memory."""
    out = console()
    given = question.input
    out.print(Text(registry.describe(question.spec), style="bold"))
    out.print(
        f"{size(profile.input_shape)} {given.dtype} -> {size(profile.output_shape)}", markup=False
    )
    rows = table(
        ["stage", "output"], ["blocks", "operators", "params", "MACs", "FLOPs", "activations"]
    )
    for stage in profile.stages:
        rows.add_row(stage.path, size(stage.output_shape), str(len(stage.blocks)), *_costs(stage))
    rows.add_section()
    totals = profile.totals
    rows.add_row(
        "total",
        "",
        str(sum(len(stage.blocks) for stage in profile.stages)),
        str(totals.operators),
        *map(si, (totals.params, totals.macs, totals.flops, totals.activations)),
        style="bold",
    )
    out.print(rows)
    for label, text in _memory(profile):
        out.print(f"{label:<18} {text}", markup=False)
    out.print(Text(_CONVENTION, style="dim"))


def _costs(stage: RollUp) -> list[str]:
    figures = (stage.params, stage.macs, stage.flops, stage.activations)
    return [str(stage.operators), *map(si, figures)]


def _memory(profile: Profile) -> list[tuple[str, str]]:
    totals, memory = profile.totals, profile.memory
    frozen = f", of which {totals.frozen_params:,} frozen" if totals.frozen_params else ""
    peak, kept = memory.inference_peak_bytes, memory.training_saved_bytes
    return [
        ("parameters", f"{totals.params:,}{frozen}; buffers {totals.buffers:,}"),
        ("weights", si(memory.weights_bytes, "B")),
        ("inference peak", f"{si(peak, 'B')} besides, at {memory.inference_peak_path}"),
        ("kept for backward", f"{si(kept, 'B')} besides, in training"),
    ]
