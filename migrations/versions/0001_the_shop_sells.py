"""The shop sells

Revision: 0001
Stands on: 
"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('carts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('checkout_key', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_carts')),
    sa.UniqueConstraint('checkout_key', name=op.f('uq_carts_checkout_key')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_carts_token_hash'))
    )
    with op.batch_alter_table('carts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_carts_used_at'), ['used_at'], unique=False)

    op.create_table('generations',
    sa.Column('group', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('group', name=op.f('pk_generations'))
    )
    op.create_table('jobs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=True),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('promised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('run_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('parked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jobs')),
    sa.UniqueConstraint('key', name=op.f('uq_jobs_key'))
    )
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.create_index('ix_jobs_due', ['run_at'], unique=False, sqlite_where=sa.text('done_at IS NULL AND parked_at IS NULL'), postgresql_where=sa.text('done_at IS NULL AND parked_at IS NULL'))

    op.create_table('orders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('state', sa.Enum('pending', 'paid', 'cancelled', 'review', name='orderstate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('checkout_key', sa.String(), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('line1', sa.String(), nullable=False),
    sa.Column('line2', sa.String(), nullable=False),
    sa.Column('city', sa.String(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('postal_code', sa.String(), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.Column('gift_message', sa.String(), nullable=False),
    sa.Column('shipping_method', sa.String(), nullable=False),
    sa.Column('shipping_name', sa.String(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('goods_minor', sa.Integer(), nullable=False),
    sa.Column('shipping_minor', sa.Integer(), nullable=False),
    sa.Column('total_minor', sa.Integer(), nullable=False),
    sa.CheckConstraint('goods_minor >= 0 and shipping_minor >= 0', name=op.f('ck_orders_amounts_are_not_negative')),
    sa.CheckConstraint('total_minor = goods_minor + shipping_minor', name=op.f('ck_orders_total_is_the_sum_of_its_parts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_orders')),
    sa.UniqueConstraint('reference', name=op.f('uq_orders_reference'))
    )
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.create_index('uq_orders_live_checkout_key', ['checkout_key'], unique=True, sqlite_where=sa.text("state != 'cancelled'"), postgresql_where=sa.text("state != 'cancelled'"))

    op.create_table('periodic_jobs',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_periodic_jobs'))
    )
    op.create_table('pictures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('shelf', sa.Enum('public', 'stories', name='shelf', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('alt', sa.String(), nullable=False),
    sa.Column('from_demonstration', sa.Boolean(), nullable=False),
    sa.CheckConstraint('width > 0 and height > 0', name=op.f('ck_pictures_has_size')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pictures')),
    sa.UniqueConstraint('name', name=op.f('uq_pictures_name'))
    )
    op.create_table('shipping_zones',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('countries', sa.JSON(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('from_demonstration', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipping_zones')),
    sa.UniqueConstraint('name', name=op.f('uq_shipping_zones_name'))
    )
    op.create_table('stripe_watermarks',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('read_until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_stripe_watermarks'))
    )
    op.create_table('webhook_inbox',
    sa.Column('event_id', sa.String(), nullable=False),
    sa.Column('type', sa.String(), nullable=False),
    sa.Column('object_id', sa.String(), nullable=True),
    sa.Column('api_version', sa.String(), nullable=True),
    sa.Column('livemode', sa.Boolean(), nullable=False),
    sa.Column('body_sha256', sa.String(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_webhook_inbox'))
    )
    op.create_table('categories',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('picture_id', sa.Integer(), nullable=True),
    sa.Column('from_demonstration', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['picture_id'], ['pictures.id'], name=op.f('fk_categories_picture_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_categories')),
    sa.UniqueConstraint('slug', name=op.f('uq_categories_slug'))
    )
    op.create_table('collections',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('intro', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('picture_id', sa.Integer(), nullable=True),
    sa.Column('from_demonstration', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['picture_id'], ['pictures.id'], name=op.f('fk_collections_picture_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collections')),
    sa.UniqueConstraint('slug', name=op.f('uq_collections_slug'))
    )
    op.create_table('order_moves',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('was', sa.Enum('pending', 'paid', 'cancelled', 'review', name='was_a_state', native_enum=False, create_constraint=True, length=30), nullable=True),
    sa.Column('now', sa.Enum('pending', 'paid', 'cancelled', 'review', name='now_a_state', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_order_moves_order_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_moves'))
    )
    with op.batch_alter_table('order_moves', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_order_moves_order_id'), ['order_id'], unique=False)

    op.create_table('partners',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('now_known_as', sa.String(), nullable=True),
    sa.Column('also_known_as', sa.JSON(), nullable=False),
    sa.Column('kind', sa.Enum('partner', 'named', 'directory', 'sample', name='partnerkind', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('is_real', sa.Boolean(), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('founded', sa.String(), nullable=True),
    sa.Column('tagline', sa.String(), nullable=False),
    sa.Column('summary', sa.String(), nullable=False),
    sa.Column('goods', sa.JSON(), nullable=False),
    sa.Column('support', sa.JSON(), nullable=False),
    sa.Column('editor_notes', sa.JSON(), nullable=False),
    sa.Column('notice', sa.String(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('picture_id', sa.Integer(), nullable=True),
    sa.Column('from_demonstration', sa.Boolean(), nullable=False),
    sa.CheckConstraint("(kind = 'sample') = (not is_real)", name=op.f('ck_partners_sample_is_not_real')),
    sa.ForeignKeyConstraint(['picture_id'], ['pictures.id'], name=op.f('fk_partners_picture_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partners')),
    sa.UniqueConstraint('id', 'is_real', name=op.f('uq_partners_id_is_real')),
    sa.UniqueConstraint('slug', name=op.f('uq_partners_slug'))
    )
    op.create_table('payment_attempts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('creating', 'open', 'processing', 'paid', 'expired', 'failed', 'void', 'refunding', 'refunded', 'review', name='attemptstate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('idempotency_key', sa.String(), nullable=False),
    sa.Column('params', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('session_id', sa.String(), nullable=True),
    sa.Column('url', sa.String(), nullable=True),
    sa.Column('payment_intent', sa.String(), nullable=True),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('amount_currency', sa.String(), nullable=False),
    sa.Column('cart_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_payment_attempts_amount_is_positive')),
    sa.ForeignKeyConstraint(['cart_id'], ['carts.id'], name=op.f('fk_payment_attempts_cart_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_payment_attempts_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_attempts')),
    sa.UniqueConstraint('idempotency_key', name=op.f('uq_payment_attempts_idempotency_key')),
    sa.UniqueConstraint('order_id', 'n', name=op.f('uq_payment_attempts_order_id_n')),
    sa.UniqueConstraint('session_id', name=op.f('uq_payment_attempts_session_id'))
    )
    with op.batch_alter_table('payment_attempts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payment_attempts_cart_id'), ['cart_id'], unique=False)
        batch_op.create_index('ix_payment_attempts_live_expires', ['expires_at'], unique=False, sqlite_where=sa.text("state IN ('creating', 'open', 'processing')"), postgresql_where=sa.text("state IN ('creating', 'open', 'processing')"))
        batch_op.create_index(batch_op.f('ix_payment_attempts_order_id'), ['order_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payment_attempts_payment_intent'), ['payment_intent'], unique=False)
        batch_op.create_index('uq_payment_attempts_live', ['order_id'], unique=True, sqlite_where=sa.text("state IN ('creating', 'open', 'processing')"), postgresql_where=sa.text("state IN ('creating', 'open', 'processing')"))

    op.create_table('shipping_rates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('zone_id', sa.Integer(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('promise', sa.String(), nullable=False),
    sa.Column('most_grams', sa.Integer(), nullable=False),
    sa.Column('price_minor', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('free_over_minor', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.CheckConstraint('free_over_minor is null or free_over_minor > 0', name=op.f('ck_shipping_rates_free_over_an_amount')),
    sa.CheckConstraint('most_grams > 0', name=op.f('ck_shipping_rates_carries_something')),
    sa.CheckConstraint('price_minor >= 0', name=op.f('ck_shipping_rates_price_is_not_negative')),
    sa.ForeignKeyConstraint(['zone_id'], ['shipping_zones.id'], name=op.f('fk_shipping_rates_zone_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipping_rates')),
    sa.UniqueConstraint('zone_id', 'method', 'most_grams', name=op.f('uq_shipping_rates_zone_id_method_most_grams'))
    )
    with op.batch_alter_table('shipping_rates', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shipping_rates_zone_id'), ['zone_id'], unique=False)

    op.create_table('certificates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('scope', sa.String(), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('licence_number', sa.String(), nullable=True),
    sa.Column('checked_on', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('sources', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partners.id'], name=op.f('fk_certificates_partner_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificates'))
    )
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificates_partner_id'), ['partner_id'], unique=False)

    op.create_table('partner_facts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('claim', sa.String(), nullable=False),
    sa.Column('confidence', sa.Enum('high', 'medium', 'low', name='confidence', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('as_of', sa.String(), nullable=True),
    sa.Column('sources', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partners.id'], name=op.f('fk_partner_facts_partner_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_partner_facts'))
    )
    with op.batch_alter_table('partner_facts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_partner_facts_partner_id'), ['partner_id'], unique=False)

    op.create_table('payment_log',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('was', sa.Enum('creating', 'open', 'processing', 'paid', 'expired', 'failed', 'void', 'refunding', 'refunded', 'review', name='was_a_state', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('now', sa.Enum('creating', 'open', 'processing', 'paid', 'expired', 'failed', 'void', 'refunding', 'refunded', 'review', name='now_a_state', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['payment_attempts.id'], name=op.f('fk_payment_log_attempt_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_log'))
    )
    with op.batch_alter_table('payment_log', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payment_log_attempt_id'), ['attempt_id'], unique=False)

    op.create_table('products',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('category_id', sa.Integer(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('technique', sa.String(), nullable=False),
    sa.Column('country_of_making', sa.String(), nullable=False),
    sa.Column('measures', sa.JSON(), nullable=False),
    sa.Column('measures_are_estimates', sa.Boolean(), nullable=False),
    sa.Column('weight_grams', sa.Integer(), nullable=False),
    sa.Column('care', sa.JSON(), nullable=False),
    sa.Column('named_pieces', sa.Boolean(), nullable=False),
    sa.Column('price_version', sa.Integer(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('notice', sa.String(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('from_demonstration', sa.Boolean(), nullable=False),
    sa.CheckConstraint('price_version > 0', name=op.f('ck_products_price_version_counts_from_one')),
    sa.CheckConstraint('weight_grams > 0', name=op.f('ck_products_weighs_something')),
    sa.ForeignKeyConstraint(['category_id'], ['categories.id'], name=op.f('fk_products_category_id')),
    sa.ForeignKeyConstraint(['partner_id'], ['partners.id'], name=op.f('fk_products_partner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_products')),
    sa.UniqueConstraint('slug', name=op.f('uq_products_slug'))
    )
    with op.batch_alter_table('products', schema=None) as batch_op:
        batch_op.create_index('ix_products_category_id_published_at', ['category_id', 'published_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_products_partner_id'), ['partner_id'], unique=False)
        batch_op.create_index('ix_products_position_id', ['position', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_products_published_at'), ['published_at'], unique=False)

    op.create_table('refunds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.Integer(), nullable=False),
    sa.Column('amount_currency', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('stripe_refund_id', sa.String(), nullable=True),
    sa.Column('state', sa.Enum('requested', 'pending', 'succeeded', 'failed', 'canceled', 'refused', name='refundstate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_refunds_amount_is_positive')),
    sa.ForeignKeyConstraint(['attempt_id'], ['payment_attempts.id'], name=op.f('fk_refunds_attempt_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_refunds_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refunds')),
    sa.UniqueConstraint('key', name=op.f('uq_refunds_key')),
    sa.UniqueConstraint('stripe_refund_id', name=op.f('uq_refunds_stripe_refund_id'))
    )
    with op.batch_alter_table('refunds', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_refunds_attempt_id'), ['attempt_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_refunds_order_id'), ['order_id'], unique=False)

    op.create_table('stories',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('kind', sa.Enum('illustration', 'testimony', 'enterprise', name='storykind', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('partner_is_real', sa.Boolean(), nullable=False),
    sa.Column('storyteller_reference', sa.String(), nullable=True),
    sa.Column('display_name', sa.String(), nullable=True),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('before_words', sa.JSON(), nullable=False),
    sa.Column('now_words', sa.JSON(), nullable=False),
    sa.Column('pathway', sa.Enum('authorities', 'escape', 'earned_release', 'walked_away', 'prevention', 'not_shared', name='pathway', native_enum=False, create_constraint=True, length=30), nullable=True),
    sa.Column('stage', sa.Enum('safety', 'freedom', 'education', 'financial_stability', 'health', name='stage', native_enum=False, create_constraint=True, length=30), nullable=True),
    sa.Column('content_notes', sa.JSON(), nullable=False),
    sa.Column('editor_note', sa.String(), nullable=True),
    sa.Column('sources', sa.JSON(), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.Column('words_hash', sa.String(), nullable=False),
    sa.Column('drawing_hash', sa.String(), nullable=True),
    sa.Column('drawing_id', sa.Integer(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('from_demonstration', sa.Boolean(), nullable=False),
    sa.CheckConstraint("(kind = 'enterprise') = (display_name is null)", name=op.f('ck_stories_enterprise_has_no_name')),
    sa.CheckConstraint("(kind = 'enterprise') = (storyteller_reference is null)", name=op.f('ck_stories_enterprise_has_no_storyteller')),
    sa.CheckConstraint("kind != 'enterprise' or (sources is not null and length(cast(sources as text)) > 4)", name=op.f('ck_stories_enterprise_has_sources')),
    sa.CheckConstraint("kind != 'illustration' or not partner_is_real", name=op.f('ck_stories_illustration_only_with_sample_partner')),
    sa.CheckConstraint("kind != 'testimony' or partner_is_real", name=op.f('ck_stories_testimony_only_with_real_partner')),
    sa.ForeignKeyConstraint(['drawing_id'], ['pictures.id'], name=op.f('fk_stories_drawing_id')),
    sa.ForeignKeyConstraint(['partner_id', 'partner_is_real'], ['partners.id', 'partners.is_real'], name=op.f('fk_stories_partner_id_partner_is_real')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stories')),
    sa.UniqueConstraint('reference', name=op.f('uq_stories_reference')),
    sa.UniqueConstraint('slug', name=op.f('uq_stories_slug'))
    )
    with op.batch_alter_table('stories', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stories_partner_id'), ['partner_id'], unique=False)

    op.create_table('collection_products',
    sa.Column('collection_id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['collection_id'], ['collections.id'], name=op.f('fk_collection_products_collection_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_collection_products_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('collection_id', 'product_id', name=op.f('pk_collection_products'))
    )
    with op.batch_alter_table('collection_products', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_collection_products_product_id'), ['product_id'], unique=False)

    op.create_table('consents',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Enum('web_story', 'product_page', 'hang_tag_qr', 'newsletter', 'social', 'press', 'search_indexing', name='channel', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('words_hash', sa.String(), nullable=False),
    sa.Column('drawing_hash', sa.String(), nullable=True),
    sa.Column('granted_on', sa.Date(), nullable=False),
    sa.Column('publish_not_before', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('risk_reviewed_on', sa.Date(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('expires_on > granted_on', name=op.f('ck_consents_ends_after_it_begins')),
    sa.CheckConstraint('publish_not_before >= granted_on', name=op.f('ck_consents_reflection_comes_first')),
    sa.ForeignKeyConstraint(['story_id'], ['stories.id'], name=op.f('fk_consents_story_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consents')),
    sa.UniqueConstraint('story_id', 'channel', 'granted_on', name=op.f('uq_consents_story_id_channel_granted_on'))
    )
    with op.batch_alter_table('consents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consents_story_id'), ['story_id'], unique=False)

    op.create_table('price_breakdowns',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('price_version', sa.Integer(), nullable=False),
    sa.Column('dated', sa.Date(), nullable=False),
    sa.Column('makers', sa.Integer(), nullable=False),
    sa.Column('materials', sa.Integer(), nullable=False),
    sa.Column('programmes', sa.Integer(), nullable=False),
    sa.Column('shipping', sa.Integer(), nullable=False),
    sa.Column('shop', sa.Integer(), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('note', sa.String(), nullable=True),
    sa.CheckConstraint('makers + materials + programmes + shipping + shop = 100', name=op.f('ck_price_breakdowns_adds_up_to_the_price')),
    sa.CheckConstraint('makers >= 0 and materials >= 0 and programmes >= 0 and shipping >= 0 and shop >= 0', name=op.f('ck_price_breakdowns_parts_are_not_negative')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_price_breakdowns_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_price_breakdowns')),
    sa.UniqueConstraint('product_id', 'price_version', name=op.f('uq_price_breakdowns_product_id_price_version'))
    )
    op.create_table('product_materials',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=False),
    sa.CheckConstraint('percent between 1 and 100', name=op.f('ck_product_materials_percent_is_a_share')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_product_materials_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('product_id', 'position', name=op.f('pk_product_materials'))
    )
    op.create_table('product_pictures',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('picture_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('hero', 'detail', 'scale', 'extra', name='picturerole', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.ForeignKeyConstraint(['picture_id'], ['pictures.id'], name=op.f('fk_product_pictures_picture_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_product_pictures_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('product_id', 'position', name=op.f('pk_product_pictures'))
    )
    op.create_table('product_stories',
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('story_reference', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_product_stories_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('product_id', 'story_reference', name=op.f('pk_product_stories'))
    )
    with op.batch_alter_table('product_stories', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_product_stories_story_reference'), ['story_reference'], unique=False)

    op.create_table('variants',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('sku', sa.String(), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('price_minor', sa.Integer(), nullable=False),
    sa.Column('price_currency', sa.String(), nullable=False),
    sa.Column('picture_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('length(sku) between 1 and 40', name=op.f('ck_variants_sku_has_a_length')),
    sa.CheckConstraint('price_minor >= 0', name=op.f('ck_variants_price_is_not_negative')),
    sa.ForeignKeyConstraint(['picture_id'], ['pictures.id'], name=op.f('fk_variants_picture_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_variants_product_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_variants')),
    sa.UniqueConstraint('sku', name=op.f('uq_variants_sku'))
    )
    with op.batch_alter_table('variants', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_variants_product_id'), ['product_id'], unique=False)

    op.create_table('cart_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('cart_id', sa.Integer(), nullable=False),
    sa.Column('variant_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('seen_price_minor', sa.Integer(), nullable=False),
    sa.Column('seen_price_currency', sa.String(), nullable=False),
    sa.CheckConstraint('quantity between 1 and 20', name=op.f('ck_cart_lines_quantity_within_cap')),
    sa.ForeignKeyConstraint(['cart_id'], ['carts.id'], name=op.f('fk_cart_lines_cart_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['variant_id'], ['variants.id'], name=op.f('fk_cart_lines_variant_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cart_lines')),
    sa.UniqueConstraint('cart_id', 'variant_id', name=op.f('uq_cart_lines_cart_id_variant_id'))
    )
    with op.batch_alter_table('cart_lines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cart_lines_variant_id'), ['variant_id'], unique=False)

    op.create_table('order_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('variant_id', sa.Integer(), nullable=True),
    sa.Column('sku', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('options', sa.String(), nullable=False),
    sa.Column('partner', sa.String(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('price_minor', sa.Integer(), nullable=False),
    sa.Column('price_currency', sa.String(), nullable=False),
    sa.Column('stock', sa.Enum('held', 'taken', 'released', name='holdstate', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_order_lines_quantity_is_positive')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_order_lines_order_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['variant_id'], ['variants.id'], name=op.f('fk_order_lines_variant_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_lines'))
    )
    with op.batch_alter_table('order_lines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_order_lines_order_id'), ['order_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_order_lines_variant_id'), ['variant_id'], unique=False)

    op.create_table('stock',
    sa.Column('variant_id', sa.Integer(), nullable=False),
    sa.Column('on_hand', sa.Integer(), nullable=False),
    sa.Column('held', sa.Integer(), nullable=False),
    sa.CheckConstraint('held >= 0 and held <= on_hand', name=op.f('ck_stock_held_within_stock')),
    sa.ForeignKeyConstraint(['variant_id'], ['variants.id'], name=op.f('fk_stock_variant_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('variant_id', name=op.f('pk_stock'))
    )


def downgrade() -> None:
    op.drop_table('stock')
    with op.batch_alter_table('order_lines', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_order_lines_variant_id'))
        batch_op.drop_index(batch_op.f('ix_order_lines_order_id'))

    op.drop_table('order_lines')
    with op.batch_alter_table('cart_lines', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cart_lines_variant_id'))

    op.drop_table('cart_lines')
    with op.batch_alter_table('variants', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_variants_product_id'))

    op.drop_table('variants')
    with op.batch_alter_table('product_stories', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_product_stories_story_reference'))

    op.drop_table('product_stories')
    op.drop_table('product_pictures')
    op.drop_table('product_materials')
    op.drop_table('price_breakdowns')
    with op.batch_alter_table('consents', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consents_story_id'))

    op.drop_table('consents')
    with op.batch_alter_table('collection_products', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_collection_products_product_id'))

    op.drop_table('collection_products')
    with op.batch_alter_table('stories', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stories_partner_id'))

    op.drop_table('stories')
    with op.batch_alter_table('refunds', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_refunds_order_id'))
        batch_op.drop_index(batch_op.f('ix_refunds_attempt_id'))

    op.drop_table('refunds')
    with op.batch_alter_table('products', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_products_published_at'))
        batch_op.drop_index('ix_products_position_id')
        batch_op.drop_index(batch_op.f('ix_products_partner_id'))
        batch_op.drop_index('ix_products_category_id_published_at')

    op.drop_table('products')
    with op.batch_alter_table('payment_log', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payment_log_attempt_id'))

    op.drop_table('payment_log')
    with op.batch_alter_table('partner_facts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_partner_facts_partner_id'))

    op.drop_table('partner_facts')
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_certificates_partner_id'))

    op.drop_table('certificates')
    with op.batch_alter_table('shipping_rates', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shipping_rates_zone_id'))

    op.drop_table('shipping_rates')
    with op.batch_alter_table('payment_attempts', schema=None) as batch_op:
        batch_op.drop_index('uq_payment_attempts_live', sqlite_where=sa.text("state IN ('creating', 'open', 'processing')"), postgresql_where=sa.text("state IN ('creating', 'open', 'processing')"))
        batch_op.drop_index(batch_op.f('ix_payment_attempts_payment_intent'))
        batch_op.drop_index(batch_op.f('ix_payment_attempts_order_id'))
        batch_op.drop_index('ix_payment_attempts_live_expires', sqlite_where=sa.text("state IN ('creating', 'open', 'processing')"), postgresql_where=sa.text("state IN ('creating', 'open', 'processing')"))
        batch_op.drop_index(batch_op.f('ix_payment_attempts_cart_id'))

    op.drop_table('payment_attempts')
    op.drop_table('partners')
    with op.batch_alter_table('order_moves', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_order_moves_order_id'))

    op.drop_table('order_moves')
    op.drop_table('collections')
    op.drop_table('categories')
    op.drop_table('webhook_inbox')
    op.drop_table('stripe_watermarks')
    op.drop_table('shipping_zones')
    op.drop_table('pictures')
    op.drop_table('periodic_jobs')
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.drop_index('uq_orders_live_checkout_key', sqlite_where=sa.text("state != 'cancelled'"), postgresql_where=sa.text("state != 'cancelled'"))

    op.drop_table('orders')
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.drop_index('ix_jobs_due', sqlite_where=sa.text('done_at IS NULL AND parked_at IS NULL'), postgresql_where=sa.text('done_at IS NULL AND parked_at IS NULL'))

    op.drop_table('jobs')
    op.drop_table('generations')
    with op.batch_alter_table('carts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_carts_used_at'))

    op.drop_table('carts')
