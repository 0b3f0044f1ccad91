"""What the command prints of families and presets."""

from collections.abc import Iterable

from archmeter.analyzers.answers.units import si, size
from archmeter.app.question import Question
from archmeter.app.report.tables import console, table
from archmeter.models.spec import Family, Preset


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
