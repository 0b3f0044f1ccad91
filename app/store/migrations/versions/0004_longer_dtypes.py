"""Types of weights and activations have longer names than 16 letters: autocast-bfloat16."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for them."""
    _resize(32)


def downgrade() -> None:
    """Drop what does not fit; it can be counted again."""
    op.execute(
        "DELETE FROM audits WHERE analysis_id IN (SELECT id FROM analyses WHERE length(dtype) > 16)"
    )
    op.execute("DELETE FROM analyses WHERE length(dtype) > 16")
    _resize(16)


def _resize(letters: int) -> None:
    # SQLite alters a table by dropping it after a copy, and with its rows go audits, by cascade.
    copies = op.get_bind().dialect.name == "sqlite"
    if copies:
        op.execute("CREATE TEMPORARY TABLE kept_audits AS SELECT * FROM audits")
    with op.batch_alter_table("analyses") as table:
        table.alter_column("dtype", type_=sa.String(letters), existing_nullable=False)
    if copies:
        op.execute("INSERT OR IGNORE INTO audits SELECT * FROM kept_audits")
        op.execute("DROP TABLE kept_audits")
