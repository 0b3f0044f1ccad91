"""The store: migrations, several starters, and what is refused."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import anyio
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from starlette.testclient import TestClient

from archmeter.app.ask.errors import StoreUnavailable
from archmeter.app.ask.network import Network
from archmeter.app.ask.records import AuditRecord, Record
from archmeter.app.http.main import create_app
from archmeter.app.settings import Settings
from archmeter.app.store import Search, Store
from archmeter.app.store.analyses import record
from archmeter.app.store.engine import connect, parse_url
from archmeter.app.store.migrate import MIGRATIONS
from archmeter.app.store.tables import metadata
from tests.needs import lacking

STARTERS = 6


def resnet18() -> Record:
    """The analysis that these tests store."""
    return record(Network.parse({"architecture": {"preset": "resnet18"}}))


def _start(database_url: str) -> bool:
    """Open the store and insert the analysis that every starter inserts."""
    with Store(database_url) as store:
        return store.insert(resnet18())


def test_several_processes_may_start_on_one_new_database(database_url: str) -> None:
    with ProcessPoolExecutor(STARTERS, mp_context=get_context("spawn")) as pool:
        inserted = list(pool.map(_start, [database_url] * STARTERS))
    assert inserted.count(True) == 1
    with Store(database_url) as store:
        assert store.search(Search())[0] == 1


def test_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    with Store(database_url) as store, store._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def _audit_twice(store: Store, key: str) -> None:
    """The later audit stands, and the list shows it."""
    for agrees in (True, False):
        audit = AuditRecord(key, {"checks": []}, agrees, "1", "2.0", datetime.now(UTC))
        store.keep_audit(audit)
        assert store.audit(key) == audit
    total, (found,) = store.search(Search(audit="differs"))
    assert (total, found.audit) == (1, "differs")
    assert store.search(Search(audit="none")) == (0, [])


def test_an_audit_is_kept_beside_its_analysis(database_url: str) -> None:
    analysis = resnet18()
    with Store(database_url) as store:
        store.insert(analysis)
        assert store.audit(analysis.summary.id) is None
        assert store.search(Search(audit="none"))[0] == 1
        _audit_twice(store, analysis.summary.id)
        assert anyio.run(store.body, analysis.summary.id) == analysis.stored


def _migrate(connection: Connection, step: Callable[[Config, str], None], to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    step(config, to)


def test_migrations_can_be_undone(database_url: str) -> None:
    with Store(database_url) as store, store._engine.begin() as connection:
        _migrate(connection, command.downgrade, "base")
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        assert {name for (name,) in tables} == {"alembic_version"}


def test_a_longer_column_leaves_analyses_and_audits_as_they_are(database_url: str) -> None:
    """SQLite copies the table, and dropping the old one must not take audits with it."""
    analysis, now = resnet18(), datetime.now(UTC)
    audit = AuditRecord(
        analysis.summary.id,
        {"checks": []},
        agrees=True,
        counting_rules="1",
        torch_version="2.0",
        created_at=now,
    )
    with Store(database_url) as store:
        store.insert(analysis)
        store.keep_audit(audit)
        for step, to in ((command.downgrade, "0003"), (command.upgrade, "head")):
            with store._engine.begin() as connection:
                _migrate(connection, step, to)
            assert store.audit(analysis.summary.id) == audit
            assert anyio.run(store.body, analysis.summary.id) == analysis.stored


def test_migrations_are_one_line_of_history() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert len(script.get_heads()) == 1


def test_database_is_tuned_for_readers_beside_a_writer(database_url: str) -> None:
    with Store(database_url) as store, store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "not a database URL"),
        ("sqlite://", "in-memory"),
        ("sqlite:///:memory:", "in-memory"),
        ("mysql://localhost/archmeter", "unsupported database 'mysql'"),
        ("sqlite:////dev/null/archmeter.db", "cannot use the database"),
    ],
)
def test_unusable_database_is_one_clear_line(url: str, words: str) -> None:
    with pytest.raises(StoreUnavailable, match=words) as caught:
        Store(url)
    assert "\n" not in str(caught.value)


def test_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        Store(f"sqlite:///{path}")
    assert path.read_text() == "not a database " * 100


def test_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    with Store(database_url) as store, store._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match="9999"):
        Store(database_url)


def test_password_of_a_database_is_not_shown() -> None:
    url = "postgresql://user:secret@localhost:1/none"
    with pytest.raises(StoreUnavailable) as caught:
        Store(url)
    assert "secret" not in str(caught.value)


def test_path_with_odd_characters_is_only_a_path(tmp_path: Path) -> None:
    name = "a b%20?c#d.db"
    with Store(f"sqlite:///{tmp_path}/{name.replace('?', '%3F')}") as store:
        assert store.search(Search()) == (0, [])
    assert any(path.suffix == ".db" for path in tmp_path.iterdir())


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A throwaway PostgreSQL on a socket of its own, where one is installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = installed[-1] if installed else Path(shutil.which("initdb") or "missing")
    if not initdb.exists():
        lacking("postgresql", "PostgreSQL is not installed")
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    with tempfile.TemporaryDirectory() as directory:
        if user:
            shutil.chown(directory, user)

        def run(program: str, *arguments: str) -> None:
            command = [initdb.with_name(program), "-D", f"{directory}/cluster", *arguments]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user, cwd="/")

        options = f"-c listen_addresses= -c unix_socket_directories={directory} -c fsync=off"
        run("initdb", "-U", "archmeter", "-A", "trust", "--no-sync")
        run("pg_ctl", "-w", "-l", f"{directory}/log", "-o", options, "start")
        try:
            yield f"postgresql://archmeter@/postgres?host={directory}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")


def test_postgresql_is_a_store_like_any_other(postgresql: str) -> None:
    analysis = resnet18()
    with Store(postgresql) as store:
        assert store.insert(analysis)
        assert not store.insert(analysis)
        total, (found,) = store.search(Search(name="RESNET", sort="-macs"))
        assert total == 1
        assert found == analysis.summary
        assert anyio.run(store.body, analysis.summary.id) == analysis.stored
        assert anyio.run(store.body, "nobody") is None
        _audit_twice(store, analysis.summary.id)


def test_store_needs_neither_torch_nor_the_service(tmp_path: Path) -> None:
    program = f"""
import sys
from archmeter.app.store import Store
from tests.needs import lacking
Store("sqlite:///{tmp_path}/light.db").close()
assert not {{"torch", "fastapi", "uvicorn"}} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_engine_is_never_larger_than_its_threads_need(database_url: str) -> None:
    engine = connect(parse_url(database_url), pool_size=3)
    assert engine.pool.size() == 3
    engine.dispose()


def test_several_processes_may_start_on_one_new_postgresql(postgresql: str) -> None:
    with ProcessPoolExecutor(STARTERS, mp_context=get_context("spawn")) as pool:
        inserted = list(pool.map(_start, [postgresql] * STARTERS))
    assert inserted.count(True) == 1


def test_service_runs_on_postgresql(postgresql: str) -> None:
    with TestClient(create_app(Settings(database_url=postgresql))) as client:
        body = {"architecture": {"preset": "resnet18"}}
        created = client.post("/v1/analyses", json=body)
        again = client.post("/v1/analyses", json=body)
        assert (created.status_code, again.status_code) == (201, 200)
        assert client.get(created.headers["location"]).content == created.content
        assert client.get("/v1/analyses", params={"sort": "-macs"}).json()["total"] == 1
        assert client.get("/v1/analyses/%00").status_code == 404
