"""Renderings: one row per static chart."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "renderings",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.current_timestamp(),
        ),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_renderings"),
    )
    op.create_index("ix_renderings_created_at", "renderings", ["created_at"])


def downgrade() -> None:
    """Drop the table; every chart in it can be drawn again."""
    op.drop_table("renderings")
