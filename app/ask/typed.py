"""Requests from the command line: what is typed for each field, and for the network."""

from __future__ import annotations

import re
import shlex
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archmeter.app.ask import strict_json
from archmeter.app.ask.network import NETWORK_FIELDS
from archmeter.app.ask.request import Option, TextField, put
from archmeter.app.ask.spelling import value_of
from archmeter.models.errors import ArchmeterError

if TYPE_CHECKING:
    from archmeter.app.ask.question import Question

FLAG, TEXT, TEXTS = "flag", "text", "texts"

_OF_NETWORKS = {
    "--set": ("assignments", TEXTS),
    "--resolution": ("resolution", TEXT),
    "--batch": ("batch", TEXT),
    "--dtype": ("dtype", TEXT),
}
"""Options about the network, by the parameter that holds what is typed."""


def parameter(name: str, option: Option | str = "") -> str:
    """The name of a parameter: fields, and the options of one, never meet the command's own."""
    apart = option.name if isinstance(option, Option) else option
    return f"field_{name}_{apart}".replace("-", "_")


def takes(field: TextField, option: Option) -> str:
    """Whether an option is a flag, or has a text behind it, once or any number of times."""
    if option.value is not None or field.kinds == {"boolean"}:
        return FLAG
    return TEXTS if field.is_list or (option.read and field.is_mapping) else TEXT


def document_of(question: Question[Any, Any], line: str) -> dict[str, Any]:
    """The request that a line makes: what follows the command's name in its example.

    Options about what is printed are passed over.
    """
    options = _OF_NETWORKS | {
        option.name: (parameter(field.name, option), takes(field, option))
        for field in question.options()
        for option in field.options
    }
    typed: dict[str, Any] = defaultdict(lambda: None)
    arguments = []
    words = iter(shlex.split(line))
    for word in words:
        name, kind = options.get(word, ("", TEXT))
        if not word.startswith("--"):
            arguments.append(word)
        elif kind == FLAG:
            typed[name] = True
        else:
            text = next(words)
            typed[name] = [*(typed[name] or ()), text] if kind == TEXTS else text
    if question.is_about_a_network:
        typed["presets"] = arguments
    typed |= zip(map(parameter, question.in_path), arguments, strict=False)
    return document(question, typed)


def document(question: Question[Any, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """The request that is typed."""
    found: dict[str, Any] = {}
    further: list[str] = []
    if question.is_about_a_network:
        preset, *further = typed.get("presets") or [typed.get("preset")]
        described = (typed[name] for name in ("spec", "assignments", "resolution"))
        fed = (typed.get(name) for name in ("batch", "dtype"))
        found = read_request(preset, *described, *fed)
        # A file may say for other commands what is fed, where this one does not ask.
        for name in {*NETWORK_FIELDS} - {*question.request.model_fields}:
            found.pop(name, None)
    for name in question.in_path:
        found[name] = typed[parameter(name)]
    for field in question.options():
        held, before = None, ""
        for option in field.options:
            given = typed[parameter(field.name, option)]
            if given in (None, []):
                continue
            if before and not (field.is_mapping or field.is_list or option.part):
                raise ArchmeterError(f"give {before} or {option.name}, not both")
            held, before = _value(field, option, given, held), option.name
            put(found, field.path, held)
    if further and question.presets is not None:
        question.presets(found, further)
    return found


def _value(field: TextField, option: Option, given: Any, held: Any) -> object:  # noqa: ANN401
    if isinstance(given, bool):
        return given if option.value is None else option.value
    if option.part is not None:
        return {**(held or {}), option.part: given}
    try:
        parts = [
            _part(field, option, text) for text in ([given] if isinstance(given, str) else given)
        ]
    except ArchmeterError as error:
        raise ArchmeterError(f"{option.name} {error}") from error
    if isinstance(given, str):
        return parts[0]
    if option.read is not None and field.is_mapping:
        pairs: Iterable[Any] = parts
        return _paired(option.name, held or {}, pairs)
    return [*(held or []), *(item for part in parts for item in part)]


def _part(field: TextField, option: Option, text: str) -> Any:  # noqa: ANN401 - any JSON
    if option.read is None:
        read = field.read(text)
        return read if isinstance(read, list) or not field.is_list else [read]
    read = option.read(text)
    return [read] if field.is_list else read


def _paired(name: str, held: dict[str, Any], pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(held)
    for key, value in pairs:
        if key in found:
            raise ArchmeterError(f"{name} {key[:80]} is given twice")
        found[key] = value
    return found


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
