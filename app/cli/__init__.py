"""The command line: ``archmeter COMMAND``. Every question is one; `serve` and `mcp` are others.

A command is made when it is asked for, so that ``--help`` and completion are immediate. Whatever is
wrong with the input becomes one line on standard error and exit status 2.
"""

import os
import sys
from itertools import chain
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from archmeter.app.version import version
from archmeter.models.errors import ArchmeterError
from archmeter.models.extras import explained

BAD_INPUT = 2
_INTERRUPTED = 130
_BROKEN_PIPE = 1

_OTHERS = {
    "mcp": "Answer the same questions to coding assistants, by the Model Context Protocol.",
    "serve": "Run the REST service with its pages.",
}


class Commands(TyperGroup):
    """Commands by name: listed by what their files say first, made when one is called."""

    def list_commands(self, _: typer.Context) -> list[str]:  # type: ignore[override]
        """Every name, sorted."""
        return sorted({**_summaries(), **_OTHERS})

    def get_command(self, _: typer.Context, name: str) -> TyperCommand | None:  # type: ignore[override]
        """A command to be listed; one to be run is made by `resolve_command`."""
        if name in self.commands:
            return self.commands[name]  # type: ignore[return-value]
        summary = {**_summaries(), **_OTHERS}.get(name)
        return None if summary is None else TyperCommand(name, help=summary)

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]  # noqa: ANN401
        """The command that the arguments name, made now."""
        args = renamed(args)
        made = _made(args[0])
        if made is not None:
            self.commands = {args[0]: made}
        else:  # names to suggest
            self.commands = dict.fromkeys(self.list_commands(ctx), TyperCommand("none"))
        return super().resolve_command(ctx, args)


def _summaries() -> dict[str, str]:
    from archmeter.app.questions import declared

    return {module.replace("_", "-"): found.summary for module, found in declared().items()}


def _made(name: str) -> Any:  # noqa: ANN401 - Typer does not export its base of commands
    if name in _OTHERS:
        from archmeter.app.cli import others

        return others.command(name)
    if name not in _summaries():
        return None
    from archmeter.app.ask.question import question
    from archmeter.app.cli.commands import command

    return command(question(name.replace("-", "_")))


_VIEWS = {
    "--kept": "training-kept",
    "--layers": "training-layers",
    "--plans": "training-plans",
    "--timeline": "training-timeline",
}
_FORMERLY = {
    "code": "torch-source",
    "scale": "curves",
    "scale-fast": "fast-scaling",
    "scale-search": "laws",
    "train": "training",
    "verify": "published",
}
"""Names that commands have had; they are not listed any more, and work as before."""

_DEFAULTS = {"scale": {"--curve": "compound", "--points": "7"}}
"""What such a command did, and the question does not, if nobody said otherwise."""


def renamed(args: list[str]) -> list[str]:
    """Arguments whose command is called as it is today."""
    name, *rest = args
    if name == "train":
        views = [option for option in rest if option in _VIEWS]
        if len(views) > 1:
            raise ArchmeterError(f"give one of {', '.join(_VIEWS)}")
        if views:
            return [_VIEWS[views[0]], *(option for option in rest if option not in views)]
    if name == "formulas":
        return _formulas(rest)
    given = {word.partition("=")[0] for word in rest}
    missing = (pair for pair in _DEFAULTS.get(name, {}).items() if pair[0] not in given)
    return [_FORMERLY.get(name, name), *rest, *chain.from_iterable(missing)]


_OF_ANSWERS = {"--format", "--output", "-o"}
_OF_BLOCKS = {"--block", "--set", "--dtype", *_OF_ANSWERS}


def _formulas(rest: list[str]) -> list[str]:
    """`formulas` of a network; with ``--block`` it was of a block, of nothing a list of these."""
    networks, options = _typed(rest)
    names = [option for option, _ in options]
    if "--block" in names:
        if networks or not _OF_BLOCKS.issuperset(names):
            raise ArchmeterError("--block goes with --set, --dtype and --format alone")
        block = dict(options)["--block"]
        fixed = [("--fix" if option == "--set" else option, value) for option, value in options]
        kept = (word for pair in fixed if pair[0] != "--block" for word in pair)
        return ["block-formulas", block, *kept]
    if not networks and _OF_ANSWERS.issuperset(names):
        return ["blocks", *rest]
    return ["formulas", *rest]


def _typed(rest: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Arguments and options apart, where every option takes a value."""
    arguments, options = [], []
    words = iter(rest)
    for word in words:
        if not word.startswith("-"):
            arguments.append(word)
            continue
        cut = word.find("=") if word.startswith("--") else 2
        option, value = (word, "") if cut < 0 else (word[:cut], word[cut:].removeprefix("="))
        options.append((option, value or next(words, "")))
    return arguments, options


cli = typer.Typer(
    cls=Commands,
    name="archmeter",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - as Typer calls it
    if wanted:
        sys.stdout.write(f"archmeter {version()}\n")
        raise typer.Exit


@cli.callback()
def _program(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help="Print the version."),
    ] = False,
) -> None:
    """What does this architecture cost? Exact parameters, FLOPs and memory of neural networks."""


def main() -> None:
    """Run the command; the entry point."""
    try:
        with explained():
            status = cli(prog_name="archmeter", standalone_mode=False)
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


def _fail(message: str) -> NoReturn:
    line = " ".join(message.replace("Value error, ", "").split())
    sys.stderr.write(f"archmeter: {line}\n")
    sys.exit(BAD_INPUT)
