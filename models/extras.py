"""Libraries that not every installation has, and what to install where one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from archmeter.models.errors import ArchmeterError

EXTRA_OF = {
    "alembic": "serve",
    "cachetools": "serve",
    "fastapi": "serve",
    "filelock": "serve",
    "fvcore": "torch",
    "jinja2": "serve",
    "markdown_it": "serve",
    "mcp": "mcp",
    "mdit_py_plugins": "serve",
    "numpy": "torch",
    "psycopg": "postgresql",
    "pyarrow": "serve",
    "pydantic_settings": "serve",
    "sqlalchemy": "serve",
    "torch": "torch",
    "uvicorn": "serve",
    "vl_convert": "serve",
}
"""The extra of ``pip install 'archmeter[…]'`` that brings each library."""


class MissingExtra(ArchmeterError, ImportError):
    """Something that is asked for needs a library that is not installed."""

    code = "missing_extra"

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"this needs {library}: pip install 'archmeter[{extra}]'")


@contextmanager
def explained() -> Iterator[None]:
    """Say which extra to install where an import inside fails for want of it.

    Raises:
        MissingExtra: in place of the ModuleNotFoundError of a library of an extra.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in EXTRA_OF:
            raise
        raise MissingExtra(library, EXTRA_OF[library]) from error
