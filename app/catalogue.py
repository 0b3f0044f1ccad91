"""The catalogue as a Markdown table: the README shows it, and a test holds the README to it."""

from archmeter.models import registry
from archmeter.models.spec import Family

_SHOWN = 6


def to_markdown() -> str:
    """One line for each family: its idea, its paper, and the first of its presets."""
    lines = [
        "| family | idea | paper | presets |",
        "|---|---|---|---|",
        *(_line(family) for family in registry.families().values()),
    ]
    return "\n".join(lines) + "\n"


def _line(family: Family) -> str:
    names = [f"`{preset.name}`" for preset in family.presets]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    paper = f"[{family.paper.year}]({family.paper.url})"
    presets = ", ".join(names[:_SHOWN]) + more
    return f"| `{family.name}` | {family.summary} | {paper} | {presets} |"
