"""Corrections, and the phases of old days by the hour"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('correction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('integration', sa.Integer(), nullable=False),
    sa.Column('check', sa.Integer(), nullable=True),
    sa.Column('start_ms', BIG, nullable=False),
    sa.Column('end_ms', BIG, nullable=False),
    sa.Column('bucket', sa.String(), nullable=True),
    sa.Column('party', sa.String(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('author', sa.String(), nullable=False),
    sa.Column('made_ms', BIG, nullable=False),
    sa.Column('replaces', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('correction', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_correction_integration'), ['integration'], unique=False)

    op.create_table('phase_hours',
    sa.Column('check', sa.Integer(), nullable=False),
    sa.Column('location', sa.SmallInteger(), nullable=False),
    sa.Column('day_ms', BIG, nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('check', 'location', 'day_ms'),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index('ix_incident_resolved', ['resolved_ms'], unique=False)
        batch_op.create_index('ix_incident_kind', ['kind', 'id'], unique=False)
        batch_op.create_index('ix_incident_party', ['party', 'id'], unique=False)
        batch_op.create_index('ix_incident_cause', ['cause', 'id'], unique=False)

    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_channel', ['channel', 'id'], unique=False)

    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.create_index('ix_alert_dead', ['dead_ms'], unique=False, sqlite_where=sa.text('dead_ms IS NOT NULL'), postgresql_where=sa.text('dead_ms IS NOT NULL'))
