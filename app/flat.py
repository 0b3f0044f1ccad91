"""Lists as flat rows: what dashboards read tables, and the choices of their variables, from."""

from collections.abc import Iterable
from typing import Any

from archmeter.app.charts.chart import Row
from archmeter.app.records import Summary
from archmeter.app.schemas import summary_fields
from archmeter.models.spec import Family, Preset


def analysis_row(summary: Summary) -> Row:
    """A stored analysis, with every figure."""
    fields = summary_fields(summary)
    del fields["links"]
    height, width = fields.pop("resolution")
    created_at = fields.pop("created_at").isoformat()
    return {**fields, "height": height, "width": width, "created_at": created_at}


def family_row(family: Family) -> Row:
    """A family, and how many presets it has."""
    return {
        "family": family.name,
        "title": family.title,
        "summary": family.summary,
        "year": family.paper.year,
        "paper": family.paper.url,
        "presets": len(family.presets),
    }


def preset_row(preset: Preset) -> Row:
    """A preset, and where it is published."""
    return {"preset": preset.name, "family": preset.family, "source": preset.source}


def scalar_row(fields: Iterable[tuple[str, Any]]) -> Row:
    """The scalars among some fields, for what is inside others has no column."""
    return {
        name: value
        for name, value in fields
        if value is None or isinstance(value, str | int | float)
    }
