"""Commands of questions: an option for each field of the request, the formats of the answer."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer

from archmeter.app.ask.network import BatchRequest, DTypeRequest
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import Option, TextField, from_document
from archmeter.app.ask.typed import FLAG, TEXTS, document, parameter, takes
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
        yield _parameter(parameter(name), Annotated[str, about], inspect.Parameter.empty)
    for field in question.options():
        for option in field.options:
            yield _parameter(parameter(field.name, option), _option(field, option))
    for name, (annotation, default) in _shown(question).items():
        yield _parameter(parameter(name, "show"), annotation, default)
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


def _option(field: TextField, option: Option) -> Any:  # noqa: ANN401 - an annotation
    about: dict[str, Any] = {
        "help": _help(field, option),
        "metavar": option.form,
        "autocompletion": _completion(field),
        "show_default": False,
    }
    kind = takes(field, option)
    if kind == FLAG:
        against = f"/--no-{option.name.removeprefix('--')}" * (option.value is None)
        names = f"{option.name}{against}"
        return Annotated[bool | None, typer.Option(names, help=_help(field, option))]
    text = list[str] if kind == TEXTS else str
    return Annotated[text | None, typer.Option(option.name, **about)]


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
    hints = get_type_hints(question.show, include_extras=True)
    found = {}
    for name, one in [*inspect.signature(question.show).parameters.items()][_SHOWN_AFTER:]:
        kind, text = get_args(hints[name])[:2]
        least = 0 if kind is int else None  # lines are counted
        about = typer.Option(f"--{name}", help=text, min=least)
        found[name] = (Annotated[kind, about], one.default)
    return found


def _formats(question: Question[Any, Any]) -> list[str]:
    return list(dict.fromkeys((question.default_format, *formats_of(question))))


def _run(question: Question[Any, Any], typed: dict[str, Any]) -> None:
    wanted = typed["format_"]
    formats = _formats(question)
    if wanted not in formats:
        close = nearest(wanted, formats) or ", ".join(formats)
        raise ArchmeterError(f"--format: {wanted[:40]!r} is not offered here; accepted: {close}")
    asked = from_document(question.request, document(question, typed))
    found = asked.network() if question.is_about_a_network else None
    from archmeter.app.cli.progress import slow_progress

    with slow_progress() as progress:
        answer = question.answered(asked, found, progress)
    _write(question, answer, typed)
    if question.failed is not None and question.failed(answer):
        raise typer.Exit(1)


def _write(question: Question[Any, Any], answer: Any, typed: dict[str, Any]) -> None:  # noqa: ANN401
    wanted, output = typed["format_"], typed["output"]
    shown = {name: typed[parameter(name, "show")] for name in _shown(question)}
    if wanted == "table":
        from archmeter.app.printer import print_answer

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
