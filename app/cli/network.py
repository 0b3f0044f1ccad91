"""Options that describe a network and its input: the same request that a client would post."""

import re
import sys
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from archmeter.app.ask.spelling import value_of
from archmeter.models.errors import ArchmeterError
from archmeter.models.spec import DType


def _presets(incomplete: str) -> list[str]:
    from archmeter.models import registry

    return [name for name in registry.presets() if name.startswith(incomplete)]


PresetName = Annotated[
    str | None,
    typer.Argument(help="A network people know, such as resnet50.", autocompletion=_presets),
]
PresetNames = Annotated[
    list[str] | None,
    typer.Argument(
        help="Networks people know, such as regnetx_004; several are compared.",
        autocompletion=_presets,
    ),
]
SpecFile = Annotated[
    str | None,
    typer.Option(
        "--spec", help="Read the request, or its architecture, from a JSON file; - for stdin."
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set a knob, or one inside another: stages.2.width=512; repeat for more.",
    ),
]
InputSize = Annotated[
    str | None,
    typer.Option("--resolution", metavar="SIDE|HxW", help="Input size in pixels: 288 or 288x320."),
]
Batch = Annotated[int | None, typer.Option("--batch", help="Images at once.")]
Precision = Annotated[
    str | None,
    typer.Option(
        "--dtype",
        help="float32, float16, bfloat16, float64.",
        autocompletion=lambda incomplete: [
            name for name in get_args(DType) if name.startswith(incomplete)
        ],
    ),
]


def read_request(
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
        _assign(architecture, key.split("."), value_of(value))
    if resolution is not None:
        architecture["resolution"] = _resolution(resolution)
    given = {"batch": batch, "dtype": dtype}
    return request | {key: value for key, value in given.items() if value is not None}


def _read_spec(name: str) -> dict[str, Any]:
    """A request from a file: the whole body, or only its architecture."""
    from archmeter.app.ask import strict_json

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


def _assign(inside: Any, path: list[str], value: object) -> None:  # noqa: ANN401 - any JSON
    """Set what a path of names and indices leads to, with objects where there is nothing yet."""
    step, *rest = path
    key = _key(inside, step)
    if rest:
        held = inside.get(key) if isinstance(inside, dict) else inside[key]
        held = held if isinstance(held, dict | list) else {}
        _assign(held, rest, value)
        value = held
    inside[key] = value


def _key(inside: Any, step: str) -> str | int:  # noqa: ANN401 - any JSON
    """A name in an object, or an index in a list of the file."""
    if not isinstance(inside, list):
        return step
    if step in map(str, range(len(inside))):
        return int(step)
    raise ArchmeterError(f"--set: there is no item {step!r} among {len(inside)}")


def _resolution(text: str) -> int | list[int]:
    sides = re.fullmatch(r"(\d{1,9})(?:x(\d{1,9}))?", text, re.ASCII | re.IGNORECASE)
    if sides is None:
        raise ArchmeterError(f"--resolution takes a side or HEIGHTxWIDTH, got {text!r}")
    height, width = sides.groups()
    return int(height) if width is None else [int(height), int(width)]
