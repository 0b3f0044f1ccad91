"""What the command prints for people: tables in the width of the terminal, or as wide as needed."""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analyzers import Profile, RollUp
from analyzers.verify import MILLION, Verification
from app.question import Question
from app.units import si, size
from models import registry
from models.spec import Family, Preset

_CONVENTION = (
    "1 MAC = one multiply-accumulate; FLOPs = 2·MACs + bias, norm, activation, pool, elementwise, "
    "softmax. SI units: 1 M = 10^6, 1 MB = 10^6 bytes."
)
_UNWRAPPED = 10_000


def console() -> Console:
    """Standard output: styled and fitted on a terminal, plain and never wrapped in a pipe."""
    if sys.stdout.isatty():
        return Console()
    return Console(width=_UNWRAPPED, force_terminal=False, color_system=None)


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


def print_families(families: Iterable[Family]) -> None:
    """One line for each family."""
    rows = table(["family", "title"], ["presets"], ["paper"])
    for family in families:
        rows.add_row(
            family.name, family.title, str(len(family.presets)),
            f"{family.paper.authors} {family.paper.year}, {family.paper.url}",
        )  # fmt: skip
    console().print(rows)


def print_presets(presets: Iterable[Preset]) -> None:
    """One line for each preset, with what it costs at its own resolution."""
    rows = table(["preset", "family", "input"], ["params", "MACs"], ["source"])
    for preset in presets:
        question = Question.parse({"architecture": {"preset": preset.name}})
        profile = question.profile()
        rows.add_row(
            preset.name,
            preset.family,
            size(profile.input_shape),
            si(profile.totals.params),
            si(profile.totals.macs),
            preset.source,
        )
    console().print(rows)


def print_verifications(found: Sequence[Verification]) -> None:
    """One line for each printed figure, and how many there are of each verdict."""
    rows = table(
        ["architecture", "figure"], ["printed", "counted", "difference"], ["verdict", "source"]
    )
    for figure in found:
        unit = "M" if figure.unit == MILLION else "G"
        name = "MACs" if figure.convention == "macs" else figure.figure
        rows.add_row(
            figure.architecture,
            name,
            f"{figure.printed} {unit}",
            f"{figure.counted:,}",
            f"{figure.difference:+.2%}",
            figure.verdict + (f": {figure.reason}" if figure.reason else ""),
            figure.source,
        )
    out = console()
    out.print(rows)
    verdicts = Counter(figure.verdict for figure in found)
    out.print(", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))


def table(names: Sequence[str], numbers: Sequence[str], notes: Sequence[str] = ()) -> Table:
    """An empty table: columns of names, of numbers, and of notes that may wrap."""
    empty = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in names:
        empty.add_column(name, no_wrap=True)
    for name in numbers:
        empty.add_column(name, justify="right", no_wrap=True)
    for name in notes:
        empty.add_column(name)
    return empty


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
