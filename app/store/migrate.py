"""Bring the database to this version's tables: once at start, whoever starts first.

Several workers start at the same moment. The lock is taken before the first connection, because
SQLite's switch to a write-ahead log fails at once, without waiting, while another process connects.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from filelock import FileLock
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from archmeter.app.ask.errors import StoreUnavailable
from archmeter.app.store.engine import sqlite_path

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK_TIMEOUT_S = 60
_ADVISORY_LOCK = 0x6172_6368_6D65_7465
"""An arbitrary number that only archmeter's migrations lock (it spells "archmete")."""


def migrate(engine: Engine) -> None:
    """Create or upgrade the tables; return at once if they are current.

    Raises:
        StoreUnavailable: if the database cannot be opened or written.
    """
    shown = engine.url.render_as_string(hide_password=True)
    try:
        with _exclusive(engine) as connection:
            _upgrade(connection)
    except (OSError, SQLAlchemyError, CommandError) as error:
        cause = error.orig if isinstance(error, OperationalError) else error
        reason = " ".join(str(cause).split())
        raise StoreUnavailable(f"cannot use the database {shown}: {reason}") from error


@contextmanager
def _exclusive(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that no other process migrates beside."""
    path = sqlite_path(engine.url)
    if path is None:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            yield connection
        return

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock", timeout=_LOCK_TIMEOUT_S):
        with engine.connect() as connection:
            # The mode is a property of the file and cannot change inside a transaction.
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        with engine.begin() as connection:
            yield connection


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
