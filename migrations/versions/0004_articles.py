"""The reading rooms

Revision: 0004
Stands on: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('articles',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('room', sa.Enum('articles', 'pathways', 'stages', name='room', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('summary', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('content_notes', sa.JSON(), nullable=False),
    sa.Column('sources', sa.JSON(), nullable=False),
    sa.Column('editor_notes', sa.JSON(), nullable=False),
    sa.Column('related', sa.JSON(), nullable=False),
    sa.Column('reviewed_on', sa.Date(), nullable=False),
    sa.Column('review_due', sa.Date(), nullable=False),
    sa.Column('picture_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint('review_due > reviewed_on', name=op.f('ck_articles_review_comes_again')),
    sa.ForeignKeyConstraint(['picture_id'], ['pictures.id'], name=op.f('fk_articles_picture_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_articles')),
    sa.UniqueConstraint('room', 'slug', name=op.f('uq_articles_room_slug'))
    )


def downgrade() -> None:
    op.drop_table('articles')
