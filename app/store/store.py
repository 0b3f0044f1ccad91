"""The store: records in, summaries and bytes out."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Self

from sqlalchemy import RowMapping, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from archmeter.app.ask.records import AuditRecord, AuditVerdict, Record, Rendering, Summary
from archmeter.app.ask.totals import TOTALS
from archmeter.app.store.engine import connect, parse_url
from archmeter.app.store.hot import body_reader
from archmeter.app.store.migrate import migrate
from archmeter.app.store.query import AUDITED, SUMMARY_COLUMNS, Search, page
from archmeter.app.store.tables import analyses, audits, is_key, renderings


class Store:
    """Every answer given so far. Safe to use from any thread, except `body`: the event loop's."""

    def __init__(self, database_url: str, *, threads: int = 4) -> None:
        """Open the database, creating or upgrading it first.

        Raises:
            StoreUnavailable: if it cannot be opened or written.
        """
        self._engine = connect(parse_url(database_url), pool_size=threads)
        migrate(self._engine)
        self._reader = body_reader(self._engine)
        self.body = self._reader.read

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._reader.close()
        self._engine.dispose()

    def insert(self, record: Record) -> bool:
        """Store a record unless its id is there already; says whether it was new.

        One statement, so two requests for the same new analysis cannot collide.
        """
        summary = record.summary
        statement = (
            self._insert(analyses)
            .on_conflict_do_nothing(index_elements=[analyses.c.id])
            .returning(analyses.c.id)
        )
        known = {**asdict(summary), **summary.figures, **record.stored._asdict()}
        values = {column.name: known[column.name] for column in analyses.c}
        with self._engine.begin() as connection:
            return connection.execute(statement, values).first() is not None

    def summaries(self, keys: Sequence[str]) -> dict[str, Summary]:
        """The analyses among `keys` that are stored, by id."""
        query = (
            select(*SUMMARY_COLUMNS)
            .select_from(AUDITED)
            .where(analyses.c.id.in_(filter(is_key, keys)))
        )
        with self._engine.connect() as connection:
            found = connection.execute(query).mappings()
            return {row["id"]: _summary(row) for row in found}

    def search(self, search: Search) -> tuple[int, list[Summary]]:
        """How many analyses match, and one page of them."""
        total, rows = page(search)
        with self._engine.connect() as connection:
            count = connection.scalar(total) or 0
            return count, [_summary(row) for row in connection.execute(rows).mappings()]

    def keep_audit(self, audit: AuditRecord) -> None:
        """Store a second opinion in the place of an earlier one."""
        statement = self._insert(audits)
        columns = (column.name for column in audits.c if not column.primary_key)
        later = {name: statement.excluded[name] for name in columns}
        with self._engine.begin() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=[audits.c.analysis_id], set_=later),
                {**asdict(audit), "report": dict(audit.report)},
            )

    def audit(self, key: str) -> AuditRecord | None:
        """The second opinion on an analysis; None if there is none."""
        with self._engine.connect() as connection:
            found = connection.execute(select(audits).where(audits.c.analysis_id == key))
            row = found.mappings().one_or_none()
        return AuditRecord(**{**row, "created_at": _utc(row["created_at"])}) if row else None

    def keep_rendering(self, key: str, rendering: Rendering, *, most: int) -> None:
        """Store a static chart; where there are more than so many, the oldest give way."""
        statement = self._insert(renderings).on_conflict_do_nothing(
            index_elements=[renderings.c.id]
        )
        values = {"id": key, **rendering._asdict(), "created_at": datetime.now(UTC)}
        newest = select(renderings.c.id).order_by(renderings.c.created_at.desc()).limit(most)
        with self._engine.begin() as connection:
            connection.execute(statement, values)
            held = connection.scalar(select(func.count()).select_from(renderings)) or 0
            if held > most:
                connection.execute(delete(renderings).where(renderings.c.id.not_in(newest)))

    def rendering(self, key: str) -> Rendering | None:
        """A static chart; None if it was never drawn, or gave way."""
        columns = select(renderings.c.media_type, renderings.c.body)
        with self._engine.connect() as connection:
            row = connection.execute(columns.where(renderings.c.id == key)).one_or_none()
        return Rendering(*row) if row else None

    def ping(self) -> None:
        """Ask the database for nothing, to see whether it answers."""
        with self._engine.connect() as connection:
            connection.execute(select(1))

    def _insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        if self._engine.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)


def _summary(row: RowMapping) -> Summary:
    known = {
        **row,
        "figures": {name: row[name] for name in TOTALS},
        "created_at": _utc(row["created_at"]),
        "audit": _VERDICTS[row["agrees"]],
    }
    return Summary(**{field.name: known[field.name] for field in fields(Summary)})


_VERDICTS: dict[bool | None, AuditVerdict | None] = {True: "agrees", False: "differs", None: None}


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:  # SQLite keeps no time zone: what was written as UTC comes naive
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)
