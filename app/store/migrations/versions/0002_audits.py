"""Audits: one row per analysis that other tools have recounted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "audits",
        sa.Column("analysis_id", sa.String(32), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column(
            "report",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("counting_rules", sa.String(16), nullable=False),
        sa.Column("torch_version", sa.String(64), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.current_timestamp(),
        ),
        sa.PrimaryKeyConstraint("analysis_id", name="pk_audits"),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["analyses.id"], name="fk_audits_analysis_id", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    """Drop the table; every audit in it can be repeated."""
    op.drop_table("audits")
