"""``archmeter families`` and ``archmeter presets``: what there is."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from archmeter.app.cli.formats import ListFormat


class CatalogueFormat(StrEnum):
    """How the catalogue is printed."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


def families(
    output: Annotated[CatalogueFormat, typer.Option("--format")] = CatalogueFormat.TABLE,
) -> None:
    """List the families and the papers they come from."""
    from archmeter.models import registry

    found = registry.families().values()
    if output is CatalogueFormat.MARKDOWN:
        from archmeter.app.catalogue import to_markdown

        sys.stdout.write(to_markdown())
        return
    if output is CatalogueFormat.JSON:
        from archmeter.app.schemas import FamilyList, FamilySummary

        items = [FamilySummary.of(family) for family in found]
        sys.stdout.write(FamilyList(items=items).model_dump_json() + "\n")
        return
    from archmeter.app.report.catalogue import print_families

    print_families(found)


def presets(
    family: Annotated[str | None, typer.Option(help="Only this family's.")] = None,
    output: Annotated[ListFormat, typer.Option("--format")] = ListFormat.TABLE,
) -> None:
    """List the published networks and what they cost."""
    from archmeter.models import registry

    found = registry.family(family).presets if family else registry.presets().values()
    if output is ListFormat.JSON:
        from archmeter.app.schemas import PresetInfo, PresetList

        items = [PresetInfo.of(preset) for preset in found]
        sys.stdout.write(PresetList(items=items).model_dump_json() + "\n")
        return
    from archmeter.app.report.catalogue import print_presets

    print_presets(found)
