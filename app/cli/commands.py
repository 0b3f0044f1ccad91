"""Commands of questions: an option for each field of the request, the formats of the answer."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer

from archmeter.app.ask.network import NETWORK_FIELDS, BatchRequest, DTypeRequest
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import Option, TextField, from_document, put
from archmeter.app.ask.validation import nearest
from archmeter.app.cli import network
from archmeter.app.formats import formats_of, written
from archmeter.models.errors import ArchmeterError

_SHOWN_AFTER = 2
"""Parameters that every `show` has: the answer, and what it is printed to."""


def command(question: Question[Any, Any]) -> Any:  # noqa: ANN401 - Typer does not export its base
    """The command that asks a question."""
    alone = typer.Typer(add_completion=False, rich_markup_mode="markdown")
    settings = {"help_option_names": ["-h", "--help"]}
    alone.command(
        question.name,
        help=question.description,
        epilog=f"Example: `archmeter {question.name} {question.usage}`".rstrip(),
        context_settings=settings,
    )(_function(question))
    return typer.main.get_command(alone)


def _function(question: Question[Any, Any]) -> Callable[..., None]:
    """A function with a parameter for everything that may be typed, as Typer reads them."""
    parameters = list(_parameters(question))

    def run(**typed: Any) -> None:
        _run(question, typed)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def _parameters(question: Question[Any, Any]) -> Iterator[inspect.Parameter]:
    fields = question.fields
    if question.is_about_a_network:
        if question.presets is None:
            yield _parameter("preset", network.PresetName)
        else:
            yield _parameter("presets", network.PresetNames)
        yield _parameter("spec", network.SpecFile)
        yield _parameter("assignments", network.Assignments)
        yield _parameter("resolution", network.InputSize)
        if issubclass(question.request, BatchRequest):
            yield _parameter("batch", network.Batch)
        if issubclass(question.request, DTypeRequest):
            yield _parameter("dtype", network.Precision)
    for name in question.in_path:
        field = fields[name]
        about = typer.Argument(
            help=field.info.description, metavar=name, autocompletion=_completion(field)
        )
        yield _parameter(_typed(name), Annotated[str, about], inspect.Parameter.empty)
    for field in question.options():
        for option in field.options:
            yield _parameter(_typed(field.name, option), _option(field, option))
    for name, (annotation, default) in _shown(question).items():
        yield _parameter(_typed(name, "show"), annotation, default)
    formats = _formats(question)
    about = typer.Option(
        "--format",
        help=f"How the answer is written: {', '.join(formats)}.",
        show_default=True,
        autocompletion=lambda incomplete: [one for one in formats if one.startswith(incomplete)],
    )
    yield _parameter("format_", Annotated[str, about], question.default_format)
    about = typer.Option("--output", "-o", metavar="FILE", help="Write the answer to a file.")
    yield _parameter("output", Annotated[str | None, about])


def _parameter(name: str, annotation: Any, default: object = None) -> inspect.Parameter:  # noqa: ANN401
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)


def _typed(name: str, option: Option | str = "") -> str:
    """The name of a parameter: fields, and the options of one, never meet the command's own."""
    apart = option.name if isinstance(option, Option) else option
    return f"field_{name}_{apart}".replace("-", "_")


def _option(field: TextField, option: Option) -> Any:  # noqa: ANN401 - an annotation
    about: dict[str, Any] = {
        "help": _help(field, option),
        "metavar": option.form,
        "autocompletion": _completion(field),
        "show_default": False,
    }
    if option.value is not None:
        return Annotated[bool | None, typer.Option(option.name, help=_help(field, option))]
    if field.kinds == {"boolean"}:
        names = f"{option.name}/--no-{option.name.removeprefix('--')}"
        return Annotated[bool | None, typer.Option(names, help=_help(field, option))]
    if field.is_list or (option.read is not None and field.is_mapping):
        return Annotated[list[str] | None, typer.Option(option.name, **about)]
    return Annotated[str | None, typer.Option(option.name, **about)]


def _help(field: TextField, option: Option) -> str:
    text = option.help or field.info.description or ""
    choices = field.choices
    if choices and not option.read and not any(choice in text for choice in choices):
        text += f" One of {', '.join(choices)}."
    default = field.default if option.value is None else None
    if isinstance(default, str | int | float) and not isinstance(default, bool):
        text += f" [default: {default}]"
    if field.is_list:
        text += " Repeat it for more."
    return " ".join(text.split())


def _completion(field: TextField) -> Callable[[str], list[str]]:
    return lambda incomplete: [name for name in field.known if name.startswith(incomplete)]


def _shown(question: Question[Any, Any]) -> dict[str, tuple[Any, object]]:
    """Options about what is printed of the answer: the keyword parameters of ``show``."""
    if question.show is None:
        return {}
    hints = get_type_hints(question.show, include_extras=True, localns=_NOT_IMPORTED)
    found = {}
    for name, parameter in [*inspect.signature(question.show).parameters.items()][_SHOWN_AFTER:]:
        kind, text = get_args(hints[name])[:2]
        least = 0 if kind is int else None  # lines are counted
        about = typer.Option(f"--{name}", help=text, min=least)
        found[name] = (Annotated[kind, about], parameter.default)
    return found


_NOT_IMPORTED = {"Printer": Any}
"""Names in annotations of ``show`` that only type checkers need."""


def _formats(question: Question[Any, Any]) -> list[str]:
    return list(dict.fromkeys((question.default_format, *formats_of(question))))


def _run(question: Question[Any, Any], typed: dict[str, Any]) -> None:
    wanted = typed["format_"]
    formats = _formats(question)
    if wanted not in formats:
        close = nearest(wanted, formats) or ", ".join(formats)
        raise ArchmeterError(f"--format: {wanted[:40]!r} is not offered here; accepted: {close}")
    document = _document(question, typed)
    asked = from_document(question.request, document)
    found = asked.network() if question.is_about_a_network else None
    from archmeter.app.cli.progress import slow_progress

    with slow_progress() as progress:
        answer = question.answered(asked, found, progress)
    _write(question, answer, typed)
    if question.failed is not None and question.failed(answer):
        raise typer.Exit(1)


def _document(question: Question[Any, Any], typed: dict[str, Any]) -> dict[str, Any]:
    """The request that is typed."""
    document: dict[str, Any] = {}
    further: list[str] = []
    if question.is_about_a_network:
        preset, *further = typed.get("presets") or [typed.get("preset")]
        described = (typed[name] for name in ("spec", "assignments", "resolution"))
        fed = (typed.get(name) for name in ("batch", "dtype"))
        document = network.read_request(preset, *described, *fed)
        # A file may say for other commands what is fed, where this one does not ask.
        for name in {*NETWORK_FIELDS} - {*question.request.model_fields}:
            document.pop(name, None)
    for name in question.in_path:
        document[name] = typed[_typed(name)]
    for field in question.options():
        held, before = None, ""
        for option in field.options:
            given = typed[_typed(field.name, option)]
            if given in (None, []):
                continue
            if before and not (field.is_mapping or field.is_list or option.part):
                raise ArchmeterError(f"give {before} or {option.name}, not both")
            held, before = _value(field, option, given, held), option.name
            put(document, field.path, held)
    if further and question.presets is not None:
        question.presets(document, further)
    return document


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


def _write(question: Question[Any, Any], answer: Any, typed: dict[str, Any]) -> None:  # noqa: ANN401
    wanted, output = typed["format_"], typed["output"]
    shown = {name: typed[_typed(name, "show")] for name in _shown(question)}
    if wanted == "table":
        from archmeter.app.cli.printer import print_answer

        show = partial(question.show, **shown) if question.show else None
        print_answer(answer, show, output)
        return
    content = written(question, answer, wanted)
    if wanted == "json":
        content += b"\n"
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        Path(output).write_bytes(content)
    except OSError as error:
        raise ArchmeterError(f"cannot write {output}: {error.strerror}") from error
