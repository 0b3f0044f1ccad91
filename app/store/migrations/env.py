"""Run by Alembic. The connection, its lock and its transaction belong to app.store.migrate."""

from alembic import context

from archmeter.app.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters tables by copying them
)
context.run_migrations()
