"""Start the service: check what can be checked, then hand over to uvicorn."""

import gc
import os
import socket
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from archmeter.app.ask.errors import InvalidRequest
from archmeter.app.ask.validation import field_errors
from archmeter.app.settings import Settings
from archmeter.app.store import Store
from archmeter.models.errors import ArchmeterError


class CannotListen(ArchmeterError):
    """The address is taken, foreign or forbidden."""

    code = "cannot_listen"


def serve(**options: str | int | None) -> None:
    """Serve until interrupted; `options` override the environment's settings.

    Raises:
        ArchmeterError: if a setting, the database or the address cannot be used. It is found out
            here, once, because a worker that fails to start can only show a traceback.
    """
    settings = _settings({key: value for key, value in options.items() if value is not None})
    _check_address(settings.host, settings.port)
    Store(settings.database_url, threads=1).close()

    # Workers are new processes: the environment is how they learn what was chosen here.
    for name, value in settings.model_dump().items():
        os.environ[f"ARCHMETER_{name.upper()}"] = str(value)
    uvicorn.run(
        "archmeter.app.http.server:application",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        access_log=settings.access_log,
        server_header=False,
    )


def application() -> FastAPI:
    """The service of a process that does nothing else."""
    from archmeter.app.http.main import create_app  # noqa: PLC0415 - only the processes that serve need it

    app = create_app()
    # What was imported stays: collections need not look at it again and again.
    gc.collect()
    gc.freeze()
    return app


def _settings(options: dict[str, Any]) -> Settings:
    try:
        return Settings(**options)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        raise InvalidRequest(field_errors(errors, options, Settings)) from error


def _check_address(host: str, port: int) -> None:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise CannotListen(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
