"""What Alembic runs: on a connection it is given, never on one of its own."""

from __future__ import annotations

from alembic import context

from storage.models import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
