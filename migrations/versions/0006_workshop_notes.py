"""Notes to workshops

Revision: 0006
Stands on: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('workshop_notes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'passed', 'handed_over', name='notestate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(text) BETWEEN 10 AND 600', name=op.f('ck_workshop_notes_text_is_short')),
    sa.CheckConstraint("(state = 'waiting') = (moved_at IS NULL)", name=op.f('ck_workshop_notes_waiting_is_unread')),
    sa.ForeignKeyConstraint(['partner_id'], ['partners.id'], name=op.f('fk_workshop_notes_partner_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workshop_notes')),
    sa.UniqueConstraint('partner_id', 'received_at', 'text', name=op.f('uq_workshop_notes_partner_id_received_at_text')),
    sa.UniqueConstraint('reference', name=op.f('uq_workshop_notes_reference'))
    )
    with op.batch_alter_table('workshop_notes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_workshop_notes_moved_at'), ['moved_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_workshop_notes_received_at'), ['received_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('workshop_notes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_workshop_notes_received_at'))
        batch_op.drop_index(batch_op.f('ix_workshop_notes_moved_at'))

    op.drop_table('workshop_notes')
