"""The catalogue desk: versions of what staff edit, prices over time, adjustments of stock, imports, texts of the house

Revision: 0008
Stands on: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

MOMENT = 'moment'
LOW = 'low_at is not null and low_at >= on_hand - held'
PLACES = "'top_left', 'top', 'top_right', 'left', 'centre', 'right', 'bottom_left', 'bottom', 'bottom_right'"


def upgrade() -> None:
    op.create_table('announcements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('link', sa.String(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_shown', sa.Boolean(), nullable=False),
    sa.CheckConstraint('ends_at is null or ends_at > starts_at', name=op.f('ck_announcements_ends_after_it_begins')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_announcements')),
    sa.UniqueConstraint('reference', name=op.f('uq_announcements_reference'))
    )
    with op.batch_alter_table('announcements', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_announcements_starts_at'), ['starts_at'], unique=False)

    op.create_table('change_sets',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('wanted', sa.Integer(), nullable=False),
    sa.Column('left_alone', sa.JSON(), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undoes_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['undoes_id'], ['change_sets.id'], name=op.f('fk_change_sets_undoes_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change_sets')),
    sa.UniqueConstraint('reference', name=op.f('uq_change_sets_reference')),
    sa.UniqueConstraint('undoes_id', name=op.f('uq_change_sets_undoes_id'))
    )
    with op.batch_alter_table('change_sets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_change_sets_at'), ['at'], unique=False)

    op.create_table('house_texts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('summary', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_house_texts')),
    sa.UniqueConstraint('slug', name=op.f('uq_house_texts_slug'))
    )
    op.create_table('revision_heads',
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'subject_id', name=op.f('pk_revision_heads'))
    )
    op.create_table('saved_views',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('listed', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('query', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_views')),
    sa.UniqueConstraint('reference', name=op.f('uq_saved_views_reference')),
    sa.UniqueConstraint('who', 'listed', 'name', name=op.f('uq_saved_views_who_listed_name'))
    )
    op.create_table('unsaved_texts',
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('who', 'subject', name=op.f('pk_unsaved_texts'))
    )
    op.create_table('revisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('change_set_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('number >= 0', name=op.f('ck_revisions_number_counts_from_zero')),
    sa.ForeignKeyConstraint(['change_set_id'], ['change_sets.id'], name=op.f('fk_revisions_change_set_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revisions')),
    sa.UniqueConstraint('kind', 'subject_id', 'number', name=op.f('uq_revisions_kind_subject_id_number'))
    )
    with op.batch_alter_table('revisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_revisions_change_set_id'), ['change_set_id'], unique=False)

    op.create_table('imports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('file_name', sa.String(), nullable=False),
    sa.Column('pictures_name', sa.String(), nullable=True),
    sa.Column('state', sa.Enum('checking', 'checked', 'applying', 'stopped', 'done', 'refused', name='importstate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('mode', sa.Enum('all', 'partial', name='importmode', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=True),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('takes_stock', sa.Boolean(), nullable=False),
    sa.Column('notes', sa.JSON(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('faults', sa.JSON(), nullable=False),
    sa.Column('plan', sa.JSON(), nullable=False),
    sa.Column('change_set_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('done >= 0 and done <= total', name=op.f('ck_imports_done_within_total')),
    sa.ForeignKeyConstraint(['change_set_id'], ['change_sets.id'], name=op.f('fk_imports_change_set_id')),
    sa.ForeignKeyConstraint(['partner_id'], ['partners.id'], name=op.f('fk_imports_partner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_imports')),
    sa.UniqueConstraint('reference', name=op.f('uq_imports_reference'))
    )
    with op.batch_alter_table('imports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_imports_created_at'), ['created_at'], unique=False)

    op.create_table('product_addresses',
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_product_addresses_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('slug', name=op.f('pk_product_addresses'))
    )
    with op.batch_alter_table('product_addresses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_product_addresses_product_id'), ['product_id'], unique=False)

    op.create_table('related_products',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('related_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint('product_id <> related_id', name=op.f('ck_related_products_is_another')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_related_products_product_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['related_id'], ['products.id'], name=op.f('fk_related_products_related_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('product_id', 'related_id', name=op.f('pk_related_products'))
    )
    with op.batch_alter_table('related_products', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_related_products_related_id'), ['related_id'], unique=False)

    op.create_table('price_points',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('variant_id', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('price_minor', sa.Integer(), nullable=False),
    sa.Column('price_currency', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['variant_id'], ['variants.id'], name=op.f('fk_price_points_variant_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_price_points'))
    )
    with op.batch_alter_table('price_points', schema=None) as batch_op:
        batch_op.create_index('ix_price_points_variant_id_since', ['variant_id', 'since'], unique=False)

    op.create_table('stock_adjustments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('variant_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('reason', sa.Enum('received', 'counted', 'damaged', 'corrected', name='reason', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('change', sa.Integer(), nullable=False),
    sa.Column('on_hand', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.CheckConstraint('on_hand >= 0', name=op.f('ck_stock_adjustments_leaves_no_debt')),
    sa.ForeignKeyConstraint(['variant_id'], ['variants.id'], name=op.f('fk_stock_adjustments_variant_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_adjustments'))
    )
    with op.batch_alter_table('stock_adjustments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_adjustments_variant_id'), ['variant_id'], unique=False)

    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.add_column(sa.Column('logo_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_certificates_logo_id'), 'pictures', ['logo_id'], ['id'])
    op.add_column('collection_products', sa.Column('by_rule', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('collections', sa.Column('is_shown', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column('collections', sa.Column('rule', sa.JSON(), nullable=True))
    add('pictures', 'focus', 'VARCHAR(30)', f"DEFAULT 'centre' NOT NULL CONSTRAINT ck_pictures_focus CHECK (focus IN ({PLACES}))")
    op.add_column('pictures', sa.Column('widths', sa.JSON(), server_default='[]', nullable=False))
    add('products', 'published_until', MOMENT, 'CONSTRAINT ck_products_ends_after_it_begins CHECK (published_until is null or published_until > published_at)')
    op.add_column('products', sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('products', sa.Column('changed_at', sa.DateTime(timezone=True), server_default='2026-01-01 00:00:00', nullable=False))
    op.execute('UPDATE products SET changed_at = published_at WHERE published_at IS NOT NULL')
    op.create_index('ix_products_changed_at_id', 'products', ['changed_at', 'id'])
    op.create_index('ix_products_name_id_slug', 'products', ['name', 'id', 'slug'])
    op.create_index('ix_variants_price_minor_product_id', 'variants', ['price_minor', 'product_id'])
    op.add_column('products', sa.Column('search_title', sa.String(), nullable=True))
    op.add_column('products', sa.Column('search_text', sa.String(), nullable=True))
    op.add_column('stock', sa.Column('low_at', sa.Integer(), nullable=True))
    op.create_index('ix_stock_low', 'stock', ['variant_id'], sqlite_where=sa.text(LOW), postgresql_where=sa.text(LOW))
    add('variants', 'compare_at_minor', 'INTEGER', 'CONSTRAINT ck_variants_was_dearer_before CHECK (compare_at_minor is null or compare_at_minor > price_minor)')
    op.add_column('variants', sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True))


def add(table: str, column: str, kind: str, rest: str) -> None:
    """A column with a constraint of its own, in place: a copy of the table would empty those that point at it."""
    if kind == MOMENT:
        kind = 'DATETIME' if op.get_bind().dialect.name == 'sqlite' else 'TIMESTAMP WITH TIME ZONE'
    op.execute(f'ALTER TABLE {table} ADD COLUMN {column} {kind} {rest}')


def downgrade() -> None:
    op.drop_index('ix_stock_low', 'stock')
    op.drop_index('ix_variants_price_minor_product_id', 'variants')
    op.drop_index('ix_products_name_id_slug', 'products')
    op.drop_index('ix_products_changed_at_id', 'products')
    for table, column in (
        ('variants', 'retired_at'), ('variants', 'compare_at_minor'), ('stock', 'low_at'), ('products', 'changed_at'), ('products', 'search_text'),
        ('products', 'search_title'), ('products', 'archived_at'), ('products', 'published_until'),
        ('pictures', 'widths'), ('pictures', 'focus'), ('collections', 'rule'), ('collections', 'is_shown'),
        ('collection_products', 'by_rule'),
    ):
        op.execute(f'ALTER TABLE {table} DROP COLUMN {column}')
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_certificates_logo_id'), type_='foreignkey')
        batch_op.drop_column('logo_id')
    with op.batch_alter_table('stock_adjustments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_adjustments_variant_id'))

    op.drop_table('stock_adjustments')
    with op.batch_alter_table('price_points', schema=None) as batch_op:
        batch_op.drop_index('ix_price_points_variant_id_since')

    op.drop_table('price_points')
    with op.batch_alter_table('related_products', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_related_products_related_id'))

    op.drop_table('related_products')
    with op.batch_alter_table('product_addresses', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_product_addresses_product_id'))

    op.drop_table('product_addresses')
    with op.batch_alter_table('imports', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_imports_created_at'))

    op.drop_table('imports')
    with op.batch_alter_table('revisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_revisions_change_set_id'))

    op.drop_table('revisions')
    op.drop_table('unsaved_texts')
    op.drop_table('saved_views')
    op.drop_table('revision_heads')
    op.drop_table('house_texts')
    with op.batch_alter_table('change_sets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_change_sets_at'))

    op.drop_table('change_sets')
    with op.batch_alter_table('announcements', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_announcements_starts_at'))

    op.drop_table('announcements')
