"""The tables as SQLAlchemy sees them; the migrations make them, and a test compares the two."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from archmeter.app.ask.totals import TOTALS

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)


def _created_at(*, index: bool) -> Column[datetime]:
    now = func.current_timestamp()
    kind = DateTime(timezone=True)
    return Column("created_at", kind, nullable=False, index=index, server_default=now)


analyses = Table(
    "analyses",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("family", String(64), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("batch", Integer, nullable=False),
    Column("dtype", String(32), nullable=False),
    Column("counting_rules", String(16), nullable=False),
    _created_at(index=True),
    *(Column(name, BigInteger, nullable=False) for name in TOTALS),
    Column("architecture", JSON().with_variant(JSONB, "postgresql"), nullable=False),
    Column("etag", String(40), nullable=False),
    # Last, so that SQLite reads the columns above without touching the pages a body spills into.
    Column("body", LargeBinary, nullable=False),
)
"""One row per question: figures to compare by, the question itself, and the answer's bytes."""

audits = Table(
    "audits",
    metadata,
    Column(
        "analysis_id", String(32), ForeignKey("analyses.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("agrees", Boolean, nullable=False),
    Column("report", JSON().with_variant(JSONB, "postgresql"), nullable=False),
    Column("counting_rules", String(16), nullable=False),
    Column("torch_version", String(64), nullable=False),
    _created_at(index=False),
)
"""The latest second opinion on an analysis. The analysis itself stays as it was first answered."""

renderings = Table(
    "renderings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("media_type", String(64), nullable=False),
    _created_at(index=True),
    Column("body", LargeBinary, nullable=False),
)
"""Static charts by what is drawn: each can be drawn again, so the oldest give way."""


def is_key(text: str) -> bool:
    """Whether a text may be an id at all: PostgreSQL fails on a NUL where SQLite finds nothing."""
    return text.isascii() and text.isalnum()
