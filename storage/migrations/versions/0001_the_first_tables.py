"""The first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('alert',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident', sa.Integer(), nullable=True),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('severity', sa.SmallInteger(), nullable=False),
    sa.Column('created_ms', BIG, nullable=False),
    sa.Column('due_ms', BIG, nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('first_failed_ms', BIG, nullable=True),
    sa.Column('claimed_ms', BIG, nullable=True),
    sa.Column('doubtful', sa.Boolean(), nullable=False),
    sa.Column('handed_to', sa.String(), nullable=True),
    sa.Column('handed_from', sa.String(), nullable=True),
    sa.Column('delivered_ms', BIG, nullable=True),
    sa.Column('dead_ms', BIG, nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alert_incident'), ['incident'], unique=False)
        batch_op.create_index('ix_alert_waiting', ['channel', 'id'], unique=False, sqlite_where=sa.text('delivered_ms IS NULL AND dead_ms IS NULL'), postgresql_where=sa.text('delivered_ms IS NULL AND dead_ms IS NULL'))

    op.create_table('channel',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('at_ms', BIG, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('config',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.Column('applied_ms', BIG, nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('delivery',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident', sa.Integer(), nullable=True),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('began_ms', BIG, nullable=False),
    sa.Column('at_ms', BIG, nullable=False),
    sa.Column('ok', sa.Boolean(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('alerts', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delivery_at_ms'), ['at_ms'], unique=False)
        batch_op.create_index(batch_op.f('ix_delivery_incident'), ['incident'], unique=False)

    op.create_table('event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident', sa.Integer(), nullable=False),
    sa.Column('at_ms', BIG, nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('by', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_event_incident'), ['incident'], unique=False)

    op.create_table('evidence',
    sa.Column('check', sa.Integer(), nullable=False),
    sa.Column('at_ms', BIG, nullable=False),
    sa.Column('location', sa.SmallInteger(), nullable=False),
    sa.Column('late_ms', sa.Integer(), nullable=False),
    sa.Column('status', sa.SmallInteger(), nullable=False),
    sa.Column('cause', sa.SmallInteger(), nullable=False),
    sa.Column('total_us', sa.Integer(), nullable=False),
    sa.Column('http_status', sa.Integer(), nullable=True),
    sa.Column('vendor_code', sa.String(), nullable=True),
    sa.Column('request_id', sa.String(), nullable=True),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('exchange', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('check', 'at_ms', 'location')
    )
    op.create_table('incident',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('integration', sa.Integer(), nullable=True),
    sa.Column('started_ms', BIG, nullable=False),
    sa.Column('opened_ms', BIG, nullable=False),
    sa.Column('status', sa.SmallInteger(), nullable=False),
    sa.Column('cause', sa.SmallInteger(), nullable=False),
    sa.Column('party', sa.String(), nullable=True),
    sa.Column('severity', sa.SmallInteger(), nullable=False),
    sa.Column('resolved_ms', BIG, nullable=True),
    sa.Column('closed_ms', BIG, nullable=True),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incident_group_id'), ['group_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_incident_integration'), ['integration'], unique=False)
        batch_op.create_index('ix_incident_open', ['id'], unique=False, sqlite_where=sa.text('closed_ms IS NULL'), postgresql_where=sa.text('closed_ms IS NULL'))
        batch_op.create_index(batch_op.f('ix_incident_started_ms'), ['started_ms'], unique=False)

    op.create_table('integration',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('created_ms', BIG, nullable=False),
    sa.Column('archived_ms', BIG, nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('slug')
    )
    op.create_table('lease',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('process', sa.Integer(), nullable=True),
    sa.Column('taken_ms', BIG, nullable=False),
    sa.Column('flush', BIG, nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('location',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('slug')
    )
    op.create_table('message',
    sa.Column('incident', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('ref', sa.Text(), nullable=False),
    sa.Column('at_ms', BIG, nullable=False),
    sa.PrimaryKeyConstraint('incident', 'channel')
    )
    op.create_table('notice',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('at_ms', BIG, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('key')
    )
    op.create_table('pack',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('check', sa.Integer(), nullable=False),
    sa.Column('location', sa.SmallInteger(), nullable=False),
    sa.Column('day_ms', BIG, nullable=False),
    sa.Column('results', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('phases', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('check', 'location', 'day_ms')
    )
    op.create_table('page',
    sa.Column('check', sa.Integer(), nullable=False),
    sa.Column('at_ms', BIG, nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('headline', sa.Text(), nullable=False),
    sa.Column('link', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('check', 'at_ms'),
    sqlite_with_rowid=False
    )
    op.create_table('period',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('integration', sa.Integer(), nullable=False),
    sa.Column('start_ms', BIG, nullable=False),
    sa.Column('end_ms', BIG, nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.Column('closed_ms', BIG, nullable=False),
    sa.Column('author', sa.String(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('replaces', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('period', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_period_integration'), ['integration'], unique=False)
        batch_op.create_index(batch_op.f('ix_period_start_ms'), ['start_ms'], unique=False)

    op.create_table('phase',
    sa.Column('check', sa.Integer(), nullable=False),
    sa.Column('location', sa.SmallInteger(), nullable=False),
    sa.Column('at_ms', BIG, nullable=False),
    sa.Column('dns_us', sa.Integer(), nullable=True),
    sa.Column('connect_us', sa.Integer(), nullable=True),
    sa.Column('tls_us', sa.Integer(), nullable=True),
    sa.Column('first_byte_us', sa.Integer(), nullable=True),
    sa.Column('transfer_us', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('check', 'location', 'at_ms'),
    sqlite_with_rowid=False
    )
    op.create_table('ping',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('check', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('at_ms', BIG, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('ping', schema=None) as batch_op:
        batch_op.create_index('ix_ping_check_at', ['check', 'at_ms'], unique=False)

    op.create_table('process',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('host', sa.String(), nullable=False),
    sa.Column('pid', sa.Integer(), nullable=False),
    sa.Column('pid_started_ms', BIG, nullable=False),
    sa.Column('started_ms', BIG, nullable=False),
    sa.Column('beat_ms', BIG, nullable=False),
    sa.Column('leads', sa.Boolean(), nullable=False),
    sa.Column('ended_ms', BIG, nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('process', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_process_beat_ms'), ['beat_ms'], unique=False)

    op.create_table('request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('by', sa.String(), nullable=True),
    sa.Column('at_ms', BIG, nullable=False),
    sa.Column('accepted_ms', BIG, nullable=True),
    sa.Column('done_ms', BIG, nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('request', schema=None) as batch_op:
        batch_op.create_index('ix_request_waiting', ['id'], unique=False, sqlite_where=sa.text('done_ms IS NULL'), postgresql_where=sa.text('done_ms IS NULL'))

    op.create_table('result',
    sa.Column('check', sa.Integer(), nullable=False),
    sa.Column('location', sa.SmallInteger(), nullable=False),
    sa.Column('at_ms', BIG, nullable=False),
    sa.Column('late_ms', sa.Integer(), nullable=False),
    sa.Column('status', sa.SmallInteger(), nullable=False),
    sa.Column('cause', sa.SmallInteger(), nullable=False),
    sa.Column('total_us', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('check', 'location', 'at_ms'),
    sqlite_with_rowid=False
    )
    op.create_table('rollup',
    sa.Column('scope', sa.SmallInteger(), nullable=False),
    sa.Column('subject', sa.Integer(), nullable=False),
    sa.Column('width_ms', sa.Integer(), nullable=False),
    sa.Column('start_ms', BIG, nullable=False),
    sa.Column('results', sa.Integer(), server_default='0', nullable=False),
    sa.Column('up_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('degraded_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('theirs_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('ours_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('path_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('unsure_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('short_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('short_ours_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('maintenance_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('unknown_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('causes', sa.Text(), nullable=True),
    sa.Column('histogram', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('scope', 'subject', 'width_ms', 'start_ms')
    )
    op.create_table('signal',
    sa.Column('check', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('at_ms', BIG, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('check', 'kind')
    )
    op.create_table('span',
    sa.Column('check', sa.Integer(), nullable=False),
    sa.Column('location', sa.SmallInteger(), nullable=False),
    sa.Column('start_ms', BIG, nullable=False),
    sa.Column('end_ms', BIG, nullable=True),
    sa.Column('status', sa.SmallInteger(), nullable=False),
    sa.Column('cause', sa.SmallInteger(), nullable=False),
    sa.Column('gap_ms', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('check', 'location', 'start_ms'),
    sqlite_with_rowid=False
    )
    op.create_table('state',
    sa.Column('check', sa.Integer(), nullable=False),
    sa.Column('location', sa.SmallInteger(), nullable=False),
    sa.Column('status', sa.SmallInteger(), nullable=False),
    sa.Column('since_ms', BIG, nullable=False),
    sa.Column('failing', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('check', 'location')
    )
    op.create_table('summary',
    sa.Column('scope', sa.SmallInteger(), nullable=False),
    sa.Column('subject', sa.Integer(), nullable=False),
    sa.Column('status', sa.SmallInteger(), server_default='3', nullable=False),
    sa.Column('since_ms', BIG, nullable=True),
    sa.Column('failing', sa.Integer(), server_default='0', nullable=False),
    sa.Column('fail_after', sa.Integer(), server_default='0', nullable=False),
    sa.Column('maintained', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('seen_ms', BIG, nullable=True),
    sa.Column('first_ms', BIG, nullable=True),
    sa.Column('folded_ms', BIG, server_default='0', nullable=False),
    sa.Column('figures', sa.LargeBinary(), nullable=True),
    sa.Column('bars', sa.Text(), server_default='', nullable=False),
    sa.Column('sparkline', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('scope', 'subject')
    )
    op.create_table('verdict',
    sa.Column('check', sa.Integer(), nullable=False),
    sa.Column('location', sa.SmallInteger(), nullable=False),
    sa.Column('start_ms', BIG, nullable=False),
    sa.Column('end_ms', BIG, nullable=True),
    sa.Column('cause', sa.SmallInteger(), nullable=False),
    sa.Column('party', sa.String(), nullable=False),
    sa.Column('incident', sa.Integer(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('check', 'location', 'start_ms')
    )
    with op.batch_alter_table('verdict', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_verdict_incident'), ['incident'], unique=False)

    op.create_table('version',
    sa.Column('topic', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('topic')
    )
    op.create_table('window',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('start_ms', BIG, nullable=False),
    sa.Column('end_ms', BIG, nullable=False),
    sa.Column('integrations', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by', sa.String(), nullable=True),
    sa.Column('origin', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('window', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_window_end_ms'), ['end_ms'], unique=False)

    op.create_table('check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('integration', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.String(), nullable=False),
    sa.Column('configured_at_ms', BIG, nullable=False),
    sa.Column('address', sa.String(), nullable=True),
    sa.Column('archived_ms', BIG, nullable=True),
    sa.ForeignKeyConstraint(['integration'], ['integration.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('address'),
    sa.UniqueConstraint('integration', 'slug')
    )
