"""Commands that are no questions: what serves them to others."""

from __future__ import annotations

from typing import Annotated, Any

import typer


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes.")] = None,
    database_url: Annotated[
        str | None, typer.Option(help="sqlite:///file.db or postgresql://user@host/database.")
    ] = None,
) -> None:
    """Run the REST service with its pages.

    Options left out come from ARCHMETER_… variables of the environment.
    """
    from archmeter.app.http.server import serve as run

    run(host=host, port=port, workers=workers, database_url=database_url)


def mcp() -> None:
    """Answer the same questions to coding assistants, by the Model Context Protocol.

    It speaks over standard input and output: name ``archmeter mcp`` as a server in the assistant.
    """
    from archmeter.app.mcp import run

    run()


_COMMANDS = {"serve": (serve, "--port 9000"), "mcp": (mcp, "")}


def command(name: str) -> Any:  # noqa: ANN401 - Typer does not export its base of commands
    """A command by its name."""
    function, usage = _COMMANDS[name]
    alone = typer.Typer(add_completion=False, rich_markup_mode="markdown")
    alone.command(
        name,
        epilog=f"Example: `{' '.join(filter(None, ('archmeter', name, usage)))}`",
        context_settings={"help_option_names": ["-h", "--help"]},
    )(function)
    return typer.main.get_command(alone)
