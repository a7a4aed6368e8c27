"""The audit trail

Revision: 0002
Stands on: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

REFUSE = "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
CLASHES = {'audit_lines': 'id = NEW.id', 'audit_links': 'position = NEW.position OR line_id = NEW.line_id'}


def upgrade() -> None:
    op.create_table('audit_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('what', sa.Enum('sign_in', 'sign_in_failed', 'sign_out', 'password_changed', 'password_reset', 'second_factor_added', 'second_factor_removed', 'recovery_code_used', 'role_changed', 'invitation', 'account_disabled', 'device_signed_out', 'consent_read', 'data_exported', 'order_refunded', 'story_published', 'story_withdrawn', name='act', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_lines'))
    )
    with op.batch_alter_table('audit_lines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_lines_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_lines_subject'), ['subject'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_lines_who'), ['who'], unique=False)

    op.create_table('audit_links',
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.Column('previous', sa.String(), nullable=False),
    sa.CheckConstraint('position > 0', name=op.f('ck_audit_links_position_counts_from_one')),
    sa.ForeignKeyConstraint(['line_id'], ['audit_lines.id'], name=op.f('fk_audit_links_line_id')),
    sa.PrimaryKeyConstraint('position', name=op.f('pk_audit_links')),
    sa.UniqueConstraint('line_id', name=op.f('uq_audit_links_line_id'))
    )
    make_append_only()


def make_append_only() -> None:
    if op.get_context().dialect.name == 'sqlite':
        for table, clash in CLASHES.items():
            op.execute(f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table} {REFUSE}")
            op.execute(f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} {REFUSE}")
            op.execute(f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {clash}) {REFUSE}")
    else:
        op.execute("CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$")
        for table in CLASHES:
            op.execute(f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse()")
            op.execute(f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()")


def downgrade() -> None:
    op.drop_table('audit_links')
    op.drop_table('audit_lines')
    if op.get_context().dialect.name != 'sqlite':
        op.execute("DROP FUNCTION audit_refuse()")
