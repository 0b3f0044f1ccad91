"""``archmeter verify``: what papers print, beside what is counted."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from archmeter.app.cli.formats import ListFormat


class VerdictOption(StrEnum):
    """How a printed figure compares with the counted one."""

    EQUAL = "equal"
    EXPLAINED = "explained"
    UNEXPLAINED = "unexplained"


def verify(
    family: Annotated[str | None, typer.Option(help="Only this lineage's.")] = None,
    verdict: Annotated[VerdictOption | None, typer.Option(help="Only this verdict's.")] = None,
    output: Annotated[ListFormat, typer.Option("--format")] = ListFormat.TABLE,
) -> None:
    """Compare what papers print with what is counted."""
    from archmeter.app.published import PublishedList, select

    found = select(family, verdict.value if verdict else None)
    if output is ListFormat.JSON:
        sys.stdout.write(PublishedList.of(found).model_dump_json() + "\n")
        return
    from archmeter.app.report.published import print_verifications

    print_verifications(found)
