"""The command line: ``archmeter serve | analyze | families | presets | verify``.

Imports that cost time are inside the commands, so that ``--help`` and completion are immediate.
Whatever is wrong with the input becomes one line on standard error and exit status 2.
"""

import os
import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.exceptions import TyperException

from models.errors import ArchmeterError

cli = typer.Typer(
    name="archmeter",
    help="What does this architecture cost? Exact parameters, FLOPs and memory of neural networks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

BAD_INPUT = 2
_INTERRUPTED = 130
_BROKEN_PIPE = 1


class OutputFormat(StrEnum):
    """How an analysis is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


class VerdictOption(StrEnum):
    """How a printed figure compares with the counted one."""

    EQUAL = "equal"
    EXPLAINED = "explained"
    UNEXPLAINED = "unexplained"


class ListFormat(StrEnum):
    """How a list is printed."""

    TABLE = "table"
    JSON = "json"


class CatalogueFormat(StrEnum):
    """How the catalogue is printed."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


def main() -> None:
    """Run the command; the entry point."""
    try:
        status = cli(standalone_mode=False)
        sys.stdout.flush()
    except TyperException as error:
        _fail(error.format_message())
    except ArchmeterError as error:
        _fail(str(error))
    except BrokenPipeError:
        # The reader left, as `head` does. Python would complain once more while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_BROKEN_PIPE)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(_INTERRUPTED)
    sys.exit(status if isinstance(status, int) else 0)


@cli.command()
def analyze(
    preset: Annotated[
        str | None, typer.Argument(help="A network people know, such as resnet50.")
    ] = None,
    *,
    spec: Annotated[
        str | None,
        typer.Option(help="Read the request, or its architecture, from a JSON file; - for stdin."),
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set a knob; repeat for more."),
    ] = None,
    resolution: Annotated[
        str | None, typer.Option(metavar="SIDE|HxW", help="Input size in pixels: 288 or 288x320.")
    ] = None,
    batch: Annotated[int | None, typer.Option(help="Images at once.")] = None,
    dtype: Annotated[str | None, typer.Option(help="float32, float16, bfloat16, float64.")] = None,
    output: Annotated[
        OutputFormat, typer.Option("--format", help="json is the body the service sends.")
    ] = OutputFormat.TABLE,
) -> None:
    """Show what an architecture costs."""
    from app.layer_table import to_csv, to_markdown
    from app.question import Question

    question = Question.parse(_request(preset, spec, assignments, resolution, batch, dtype))
    if output is OutputFormat.JSON:
        sys.stdout.buffer.write(question.answer().stored.body + b"\n")
        return
    profile = question.profile()
    match output:
        case OutputFormat.CSV:
            sys.stdout.write(to_csv(profile.rows))
        case OutputFormat.MARKDOWN:
            sys.stdout.write(to_markdown(profile.rows, profile.totals))
        case OutputFormat.TABLE:
            from app.report import print_profile

            print_profile(question, profile)


@cli.command()
def families(
    output: Annotated[CatalogueFormat, typer.Option("--format")] = CatalogueFormat.TABLE,
) -> None:
    """List the families and the papers they come from."""
    from models import registry

    found = registry.families().values()
    if output is CatalogueFormat.MARKDOWN:
        from app.catalogue import to_markdown

        sys.stdout.write(to_markdown())
        return
    if output is CatalogueFormat.JSON:
        from app.schemas import FamilyList, FamilySummary

        items = [FamilySummary.of(family) for family in found]
        sys.stdout.write(FamilyList(items=items).model_dump_json() + "\n")
        return
    from app.report import print_families

    print_families(found)


@cli.command()
def presets(
    family: Annotated[str | None, typer.Option(help="Only this family's.")] = None,
    output: Annotated[ListFormat, typer.Option("--format")] = ListFormat.TABLE,
) -> None:
    """List the published networks and what they cost."""
    from models import registry

    found = registry.family(family).presets if family else registry.presets().values()
    if output is ListFormat.JSON:
        from app.schemas import PresetInfo, PresetList

        items = [PresetInfo.of(preset) for preset in found]
        sys.stdout.write(PresetList(items=items).model_dump_json() + "\n")
        return
    from app.report import print_presets

    print_presets(found)


@cli.command()
def verify(
    family: Annotated[str | None, typer.Option(help="Only this lineage's.")] = None,
    verdict: Annotated[VerdictOption | None, typer.Option(help="Only this verdict's.")] = None,
    output: Annotated[ListFormat, typer.Option("--format")] = ListFormat.TABLE,
) -> None:
    """Compare what papers print with what is counted."""
    from app.published import PublishedList, select

    found = select(family, verdict.value if verdict else None)
    if output is ListFormat.JSON:
        sys.stdout.write(PublishedList.of(found).model_dump_json() + "\n")
        return
    from app.report import print_verifications

    print_verifications(found)


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes.")] = None,
    database_url: Annotated[
        str | None, typer.Option(help="sqlite:///file.db or postgresql://user@host/database.")
    ] = None,
) -> None:
    """Run the REST service; options left out come from ARCHMETER_… variables."""
    from app.server import serve as run

    run(host=host, port=port, workers=workers, database_url=database_url)


def _request(
    preset: str | None,
    spec: str | None,
    assignments: list[str] | None,
    resolution: str | None,
    batch: int | None,
    dtype: str | None,
) -> dict[str, Any]:
    """The body of the request that the options spell."""
    if preset is not None and spec is not None:
        raise ArchmeterError("give a preset or --spec, not both")
    if preset is None and spec is None and not assignments:
        raise ArchmeterError("name a preset (see `archmeter presets`), or give --spec FILE")
    request = _read_spec(spec) if spec is not None else {"architecture": {}}
    architecture = request["architecture"]
    if preset is not None:
        architecture["preset"] = preset
    for assignment in assignments or ():
        key, equals, value = assignment.partition("=")
        if not (key and equals):
            raise ArchmeterError(f"--set takes KEY=VALUE, got {assignment!r}")
        architecture[key] = _value(value)
    if resolution is not None:
        architecture["resolution"] = _resolution(resolution)
    given = {"batch": batch, "dtype": dtype}
    return request | {key: value for key, value in given.items() if value is not None}


def _read_spec(name: str) -> dict[str, Any]:
    """A request from a file: the whole body, or only its architecture."""
    from app import strict_json

    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise ArchmeterError(f"cannot read {name}: {error.strerror}") from error
    try:
        document = strict_json.loads(data)
    except ArchmeterError as error:
        raise ArchmeterError(f"{name}: {error}") from error
    if not isinstance(document, dict):
        raise ArchmeterError(f"{name}: a spec is a JSON object")
    if "architecture" not in document:
        return {"architecture": document}
    if not isinstance(document["architecture"], dict):
        raise ArchmeterError(f"{name}: architecture must be a JSON object")
    return document


def _value(text: str) -> object:
    """JSON where it is JSON, text otherwise, so that names need no quotes."""
    from app import strict_json

    try:
        return strict_json.loads(text)
    except ArchmeterError:
        return text


def _resolution(text: str) -> int | list[int]:
    sides = re.fullmatch(r"(\d{1,9})(?:x(\d{1,9}))?", text, re.ASCII | re.IGNORECASE)
    if sides is None:
        raise ArchmeterError(f"--resolution takes a side or HEIGHTxWIDTH, got {text!r}")
    height, width = sides.groups()
    return int(height) if width is None else [int(height), int(width)]


def _fail(message: str) -> NoReturn:
    line = " ".join(message.replace("Value error, ", "").split())
    sys.stderr.write(f"archmeter: {line}\n")
    sys.exit(BAD_INPUT)
