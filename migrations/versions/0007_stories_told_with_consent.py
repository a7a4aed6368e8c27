"""Stories in revisions and languages, consent after ISO/IEC TS 27560, the desk's records

Words are carried over as drafts. Consents are not: what the new record asks was never asked, and cannot be filled in
by a machine. The address of a story that was withdrawn stays gone.

Revision: 0007
Stands on: 0006
"""

import hashlib
import json
from datetime import datetime, timezone

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

ACTS = ('sign_in', 'sign_in_failed', 'sign_out', 'password_changed', 'password_reset', 'second_factor_added', 'second_factor_removed', 'recovery_code_used', 'role_changed', 'invitation', 'account_disabled', 'device_signed_out', 'consent_read', 'data_exported', 'order_refunded', 'story_published', 'story_withdrawn')
MORE_ACTS = ('consent_recorded', 'risk_reviewed', 'story_approved', 'story_hidden', 'story_shown_again', 'story_erased', 'channel_closed', 'card_made', 'data_restored')
REFUSE = "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
CLASHES = {'audit_lines': 'id = NEW.id', 'audit_links': 'position = NEW.position OR line_id = NEW.line_id'}
DATES = {
    'sqlite': {
        'reflection_comes_first': "publish_not_before >= date(granted_on, '+7 days')",
        'ends_within_36_months': "expires_on <= min(date(granted_on, '+36 months'), date(granted_on, 'start of month', '+37 months', '-1 day'))",
    },
    'postgresql': {
        'reflection_comes_first': "publish_not_before >= granted_on + 7",
        'ends_within_36_months': "expires_on <= granted_on + interval '36 months'",
    },
}


def upgrade() -> None:
    connection = op.get_bind()
    stories = connection.execute(sa.text("SELECT * FROM stories ORDER BY id")).mappings().all()
    withdrawn = set(connection.execute(sa.text("SELECT story_id FROM consents WHERE channel = 'web_story' AND withdrawn_at IS NOT NULL")).scalars())
    op.drop_table('consents')
    op.drop_table('stories')
    create_tables()
    op.add_column('partners', sa.Column('has_twenty_makers', sa.Boolean(), server_default=sa.false(), nullable=False))
    widen_audit(ACTS + MORE_ACTS)
    moment = datetime.now(timezone.utc)
    if op.get_context().dialect.name == 'sqlite':
        moment = moment.replace(tzinfo=None).isoformat(' ')
    for row in stories:
        if row['id'] in withdrawn:
            slug_hash = hashlib.sha256(f"address of a story: {row['slug']}".encode()).hexdigest()
            connection.execute(sa.text("INSERT INTO gone_addresses (slug_hash, gone_since) VALUES (:slug_hash, :moment)"), {'slug_hash': slug_hash, 'moment': moment})
        else:
            carry_over(connection, row, moment)
    if op.get_context().dialect.name == 'postgresql':
        op.execute("SELECT setval(pg_get_serial_sequence('stories', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) FROM stories")


def carry_over(connection, row, moment) -> None:
    # JSON columns come back parsed from one driver and as text from the other; they go in as text.
    values = {name: json.dumps(value) if isinstance(value, (list, dict)) else value for name, value in row.items()}
    values |= {'moment': moment, 'is_current': True}
    connection.execute(sa.text(
        "INSERT INTO stories (id, reference, slug, kind, partner_id, partner_is_real, storyteller_reference, display_name, language, pathway, stage, outcomes, content_notes, helped_by, country, sources, drawing_id, position, revision, from_demonstration)"
        " VALUES (:id, :reference, :slug, :kind, :partner_id, :partner_is_real, :storyteller_reference, :display_name, :language, :pathway, :stage, '[]', :content_notes, '[]', :country, :sources, :drawing_id, :position, 0, :from_demonstration)"
    ), values)
    connection.execute(sa.text(
        "INSERT INTO wordings (story_id, language, number, is_current, title, text, before_words, now_words, editor_note, words_hash, drawing_hash, written_at)"
        " VALUES (:id, :language, 1, :is_current, :title, :text, :before_words, :now_words, :editor_note, :words_hash, :drawing_hash, :moment)"
    ), values)


def create_tables() -> None:
    dates = DATES[op.get_context().dialect.name]
    op.create_table('stories',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('slug', sa.String(), nullable=True),
    sa.Column('kind', sa.Enum('illustration', 'testimony', 'enterprise', name='storykind', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('partner_is_real', sa.Boolean(), nullable=False),
    sa.Column('storyteller_reference', sa.String(), nullable=True),
    sa.Column('display_name', sa.String(), nullable=True),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('pathway', sa.Enum('authorities', 'escape', 'earned_release', 'walked_away', 'prevention', 'not_shared', name='pathway', native_enum=False, create_constraint=True, length=30), nullable=True),
    sa.Column('stage', sa.Enum('safety', 'freedom', 'education', 'financial_stability', 'health', name='stage', native_enum=False, create_constraint=True, length=30), nullable=True),
    sa.Column('outcomes', sa.JSON(), nullable=False),
    sa.Column('content_notes', sa.JSON(), nullable=False),
    sa.Column('helped_by', sa.JSON(), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.Column('region', sa.String(), nullable=True),
    sa.Column('sources', sa.JSON(), nullable=False),
    sa.Column('drawing_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('from_demonstration', sa.Boolean(), nullable=False),
    sa.CheckConstraint("(kind = 'enterprise') = (storyteller_reference is null)", name=op.f('ck_stories_enterprise_has_no_storyteller')),
    sa.CheckConstraint("kind != 'enterprise' or display_name is null", name=op.f('ck_stories_enterprise_has_no_name')),
    sa.CheckConstraint("kind != 'enterprise' or erased_at is not null or (sources is not null and length(cast(sources as text)) > 4)", name=op.f('ck_stories_enterprise_has_sources')),
    sa.CheckConstraint("kind != 'illustration' or not partner_is_real", name=op.f('ck_stories_illustration_only_with_sample_partner')),
    sa.CheckConstraint("kind != 'testimony' or partner_is_real", name=op.f('ck_stories_testimony_only_with_real_partner')),
    sa.CheckConstraint("kind = 'enterprise' or erased_at is not null or display_name is not null", name=op.f('ck_stories_told_under_a_name_she_chose')),
    sa.CheckConstraint('(slug is null) = (erased_at is not null)', name=op.f('ck_stories_has_an_address_until_erased')),
    sa.CheckConstraint('erased_at is null or (display_name is null and drawing_id is null and region is null)', name=op.f('ck_stories_erased_is_empty')),
    sa.CheckConstraint('withdrawn_at is null or erased_at is not null', name=op.f('ck_stories_withdrawn_is_erased')),
    sa.ForeignKeyConstraint(['drawing_id'], ['pictures.id'], name=op.f('fk_stories_drawing_id')),
    sa.ForeignKeyConstraint(['partner_id', 'partner_is_real'], ['partners.id', 'partners.is_real'], name=op.f('fk_stories_partner_id_partner_is_real')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stories')),
    sa.UniqueConstraint('reference', name=op.f('uq_stories_reference')),
    sa.UniqueConstraint('slug', name=op.f('uq_stories_slug'))
    )
    op.create_index(op.f('ix_stories_partner_id'), 'stories', ['partner_id'], unique=False)

    op.create_table('wordings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('is_current', sa.Boolean(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('before_words', sa.JSON(), nullable=False),
    sa.Column('now_words', sa.JSON(), nullable=False),
    sa.Column('editor_note', sa.String(), nullable=True),
    sa.Column('words_hash', sa.String(), nullable=False),
    sa.Column('drawing_hash', sa.String(), nullable=True),
    sa.Column('written_by_id', sa.Integer(), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('number > 0', name=op.f('ck_wordings_counts_from_one')),
    sa.CheckConstraint('published_at is null or is_current', name=op.f('ck_wordings_only_the_current_is_published')),
    sa.ForeignKeyConstraint(['story_id'], ['stories.id'], name=op.f('fk_wordings_story_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['written_by_id'], ['users.id'], name=op.f('fk_wordings_written_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wordings')),
    sa.UniqueConstraint('story_id', 'language', 'number', name=op.f('uq_wordings_story_id_language_number'))
    )
    op.create_index(op.f('ix_wordings_story_id'), 'wordings', ['story_id'], unique=False)
    op.create_index('uq_wordings_current', 'wordings', ['story_id', 'language'], unique=True, sqlite_where=sa.text('is_current'), postgresql_where=sa.text('is_current'))

    op.create_table('approvals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('wording_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_approvals_by_id')),
    sa.ForeignKeyConstraint(['wording_id'], ['wordings.id'], name=op.f('fk_approvals_wording_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_approvals')),
    sa.UniqueConstraint('wording_id', 'by_id', name=op.f('uq_approvals_wording_id_by_id'))
    )
    op.create_index(op.f('ix_approvals_wording_id'), 'approvals', ['wording_id'], unique=False)

    op.create_table('consents',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('words_hash', sa.String(), nullable=False),
    sa.Column('drawing_hash', sa.String(), nullable=True),
    sa.Column('web_story', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('product_page', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('hang_tag_qr', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('newsletter', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('social', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('press', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('search_indexing', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('granted_on', sa.Date(), nullable=False),
    sa.Column('publish_not_before', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('explained_by', sa.Enum('interpreter_support_worker', 'support_worker', 'legal_adviser', 'survivor_advocate', name='explainedby', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('conversation_language', sa.String(), nullable=False),
    sa.Column('employer_absent', sa.Boolean(), nullable=False),
    sa.Column('read_back', sa.Boolean(), nullable=False),
    sa.Column('told_pay_independent', sa.Boolean(), nullable=False),
    sa.Column('attested_by', sa.Enum('workshop_guardian', 'social_worker', 'independent_advocate', name='attester', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('attested_on', sa.Date(), nullable=False),
    sa.Column('adult', sa.Boolean(), nullable=False),
    sa.Column('twelve_months_out', sa.Boolean(), nullable=False),
    sa.Column('no_proceedings', sa.Boolean(), nullable=False),
    sa.Column('name_not_hers', sa.Boolean(), nullable=False),
    sa.Column('paid_minor', sa.Integer(), nullable=True),
    sa.Column('paid_currency', sa.String(), nullable=True),
    sa.Column('payment_conditional', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('closed_channels', sa.JSON(), nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(paid_minor is null) = (paid_currency is null)', name=op.f('ck_consents_payment_has_a_currency')),
    *(sa.CheckConstraint(rule, name=op.f(f'ck_consents_{name}')) for name, rule in dates.items()),
    sa.CheckConstraint('adult', name=op.f('ck_consents_adults_only')),
    sa.CheckConstraint('expires_on > granted_on', name=op.f('ck_consents_ends_after_it_begins')),
    sa.CheckConstraint('not payment_conditional', name=op.f('ck_consents_payment_is_never_conditional')),
    sa.ForeignKeyConstraint(['story_id'], ['stories.id'], name=op.f('fk_consents_story_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consents')),
    sa.UniqueConstraint('reference', name=op.f('uq_consents_reference'))
    )
    op.create_index(op.f('ix_consents_story_id'), 'consents', ['story_id'], unique=False)

    op.create_table('risk_reviews',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('reviewed_on', sa.Date(), nullable=False),
    sa.Column('people_at_risk', sa.JSON(), nullable=False),
    sa.Column('result', sa.Enum('may_be_shown', 'with_changes_made', 'not_to_be_shown', name='reviewresult', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('signed_by', sa.String(), nullable=True),
    sa.Column('second_signature', sa.Enum('workshop_guardian', 'social_worker', 'independent_advocate', name='second_signature', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.ForeignKeyConstraint(['story_id'], ['stories.id'], name=op.f('fk_risk_reviews_story_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_reviews'))
    )
    op.create_index(op.f('ix_risk_reviews_story_id'), 'risk_reviews', ['story_id'], unique=False)

    op.create_table('withdrawal_codes',
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['story_id'], ['stories.id'], name=op.f('fk_withdrawal_codes_story_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('story_id', name=op.f('pk_withdrawal_codes')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_withdrawal_codes_code_hash'))
    )

    op.create_table('gone_addresses',
    sa.Column('slug_hash', sa.String(), nullable=False),
    sa.Column('gone_since', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('slug_hash', name=op.f('pk_gone_addresses'))
    )

    op.create_table('story_tasks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('kind', sa.Enum('search_engine', 'archive', 'withdrawal_asked', name='taskkind', native_enum=False, create_constraint=True, length=30), nullable=False),
    sa.Column('story_reference', sa.String(), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('sealed_address', sa.String(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_story_tasks')),
    sa.UniqueConstraint('reference', name=op.f('uq_story_tasks_reference'))
    )
    op.create_index(op.f('ix_story_tasks_story_reference'), 'story_tasks', ['story_reference'], unique=False)

    op.create_table('clock_marks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('latest', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_marks'))
    )



def widen_audit(acts) -> None:
    kind = sa.Enum(*acts, name='act', native_enum=False, create_constraint=True, length=30)
    if op.get_context().dialect.name != 'sqlite':
        op.drop_constraint(op.f('ck_audit_lines_act'), 'audit_lines', type_='check')
        words = ', '.join(f"'{act}'" for act in acts)
        op.create_check_constraint(op.f('ck_audit_lines_act'), 'audit_lines', f"what IN ({words})")
        return
    # SQLite changes no check: both tables are made anew, with their rows, and with the triggers that went with them.
    for table in ('audit_links', 'audit_lines'):
        op.execute(f"CREATE TABLE {table}_before AS SELECT * FROM {table}")
        op.drop_table(table)
    op.create_table('audit_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('what', kind, nullable=False),
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
    for table in ('audit_lines', 'audit_links'):
        op.execute(f"INSERT INTO {table} SELECT * FROM {table}_before")
        op.drop_table(f'{table}_before')
    for table, clash in CLASHES.items():
        op.execute(f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table} {REFUSE}")
        op.execute(f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} {REFUSE}")
        op.execute(f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {clash}) {REFUSE}")


def downgrade() -> None:
    """The old tables come back empty: they know neither languages nor how consent was asked."""
    for table in ('clock_marks', 'story_tasks', 'gone_addresses', 'withdrawal_codes', 'risk_reviews', 'consents', 'approvals', 'wordings', 'stories'):
        op.drop_table(table)
    op.drop_column('partners', 'has_twenty_makers')
    if not op.get_bind().execute(sa.text("SELECT 1 FROM audit_lines LIMIT 1")).first():
        widen_audit(ACTS)  # a line is never taken away, so one that tells of a new act keeps the wider check
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
