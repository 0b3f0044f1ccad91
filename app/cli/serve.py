"""``archmeter serve``: the REST service."""

from typing import Annotated

import typer


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes.")] = None,
    database_url: Annotated[
        str | None, typer.Option(help="sqlite:///file.db or postgresql://user@host/database.")
    ] = None,
) -> None:
    """Run the REST service; options left out come from ARCHMETER_… variables."""
    from archmeter.app.server import serve as run

    run(host=host, port=port, workers=workers, database_url=database_url)
