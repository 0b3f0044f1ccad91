"""The hot path: the bytes of an answer that was given before.

A lookup by primary key in a memory-mapped file takes a few microseconds, less than handing it to a
thread would. So on SQLite it runs right in the event loop, over a read-only connection of its own
that no writer can block: with a write-ahead log, readers see the last commit and wait for nobody.
"""

import sqlite3
from collections.abc import Callable
from typing import Protocol
from urllib.parse import quote

from anyio import to_thread
from sqlalchemy import Engine, select

from archmeter.app.ask.records import StoredBody
from archmeter.app.store.engine import MMAP_BYTES, sqlite_path
from archmeter.app.store.tables import analyses, is_key


class BodyReader(Protocol):
    """Finds the stored bytes of an id."""

    async def read(self, key: str) -> StoredBody | None:
        """The stored body; None if this id was never analyzed."""

    def close(self) -> None:
        """Let go of the database."""


class SQLiteBodyReader:
    """Reads inside the event loop; to be used from that one thread."""

    _QUERY = "SELECT etag, body FROM analyses WHERE id = ?"

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(
            f"file:{quote(path)}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )
        self._connection.execute(f"PRAGMA mmap_size = {MMAP_BYTES}")
        self._execute: Callable[..., sqlite3.Cursor] = self._connection.execute

    async def read(self, key: str) -> StoredBody | None:
        """Read without leaving the event loop."""
        # fetchall, not fetchone: it ends the read transaction, so the log can be checkpointed.
        rows = self._execute(self._QUERY, (key,)).fetchall()
        return StoredBody(*rows[0]) if rows else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class ThreadedBodyReader:
    """Reads over SQLAlchemy in a thread, for databases on the other side of a socket."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def read(self, key: str) -> StoredBody | None:
        """Read in a thread of the pool."""
        return await to_thread.run_sync(self._read, key) if is_key(key) else None

    def close(self) -> None:
        """Nothing to do: the engine belongs to the store."""

    def _read(self, key: str) -> StoredBody | None:
        query = select(analyses.c.etag, analyses.c.body).where(analyses.c.id == key)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return StoredBody(row.etag, bytes(row.body)) if row else None


def body_reader(engine: Engine) -> BodyReader:
    """The fastest reader the database allows."""
    path = sqlite_path(engine.url)
    return SQLiteBodyReader(str(path.absolute())) if path else ThreadedBodyReader(engine)
