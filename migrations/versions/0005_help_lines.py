"""Help lines by country

Revision: 0005
Stands on: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('help_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('kind', sa.Enum('trafficking', 'human_rights', 'police', 'police_confidential', 'women_children', 'social_assistance', 'labour_and_anonymous', 'general', name='linekind', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('numbers', sa.JSON(), nullable=False),
    sa.Column('also', sa.JSON(), nullable=False),
    sa.Column('sms', sa.String(), nullable=True),
    sa.Column('url', sa.String(), nullable=True),
    sa.Column('hours', sa.String(), nullable=True),
    sa.Column('languages', sa.String(), nullable=True),
    sa.Column('emergency_number', sa.String(), nullable=True),
    sa.Column('said_beside', sa.String(), nullable=True),
    sa.Column('verification', sa.Enum('operator_site', 'government_site', 'two_independent_secondary', 'single_secondary', 'number_not_seen', name='verification', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('display', sa.Boolean(), nullable=False),
    sa.Column('last_checked_on', sa.Date(), nullable=False),
    sa.Column('recheck_by', sa.Date(), nullable=False),
    sa.Column('notes', sa.String(), nullable=True),
    sa.Column('sources', sa.JSON(), nullable=False),
    sa.CheckConstraint('not display or json_array_length(numbers) > 0', name=op.f('ck_help_lines_displayed_has_a_number')),
    sa.CheckConstraint('not display or json_array_length(sources) > 0', name=op.f('ck_help_lines_displayed_has_a_source')),
    sa.CheckConstraint("not display or verification not in ('single_secondary', 'number_not_seen')", name=op.f('ck_help_lines_displayed_was_verified')),
    sa.CheckConstraint('recheck_by > last_checked_on', name=op.f('ck_help_lines_is_checked_again_later')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_help_lines')),
    sa.UniqueConstraint('country', 'name', name=op.f('uq_help_lines_country_name'))
    )


def downgrade() -> None:
    op.drop_table('help_lines')
