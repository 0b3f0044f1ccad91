"""Connections: which databases are spoken to, and how each is tuned."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from archmeter.app.ask.errors import StoreUnavailable

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another; writes take under a millisecond each."""

MMAP_BYTES = 256 * 1024 * 1024
"""Pages read straight from the file's mapping: no copy through a read call."""

_ACCEPTED = "sqlite:///path/to/file.db or postgresql://user@host/database"


def parse_url(text: str) -> URL:
    """Read a database URL.

    Raises:
        StoreUnavailable: if it is not one this service can keep its answers in.
    """
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise StoreUnavailable(
            f"not a database URL: {text!r}; accepted: {_ACCEPTED}", accepted=_ACCEPTED
        ) from error
    match url.get_backend_name(), url.database:
        case "sqlite", None | "" | ":memory:":
            # Connections, workers and the hot path's own reader must all see the same data.
            raise StoreUnavailable(
                f"an in-memory database cannot be shared; accepted: {_ACCEPTED}",
                accepted=_ACCEPTED,
            )
        case "sqlite", _:
            return url.set(drivername="sqlite+pysqlite")
        case "postgresql", _:
            return url.set(drivername="postgresql+psycopg")
        case backend, _:
            raise StoreUnavailable(
                f"unsupported database {backend!r}; accepted: {_ACCEPTED}", accepted=_ACCEPTED
            )


def sqlite_path(url: URL) -> Path | None:
    """The file behind an SQLite URL; None for another database."""
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    return Path(url.database)


def connect(url: URL, *, pool_size: int) -> Engine:
    """An engine with at most one connection per thread that uses it."""
    if sqlite_path(url) is None:
        try:
            return create_engine(url, pool_size=pool_size, max_overflow=2, pool_pre_ping=True)
        except ModuleNotFoundError as error:
            raise StoreUnavailable(
                f"PostgreSQL needs the {error.name} package: pip install 'archmeter[postgresql]'"
            ) from error
    engine = create_engine(url, pool_size=pool_size, max_overflow=2)
    event.listen(engine, "connect", _tune_sqlite)
    return engine


def _tune_sqlite(connection: "DBAPIConnection", _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    # With a write-ahead log, NORMAL survives a crash of the process; only a power cut can lose
    # the latest answers, which can be computed again.
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute(f"PRAGMA mmap_size = {MMAP_BYTES}")
    cursor.close()
