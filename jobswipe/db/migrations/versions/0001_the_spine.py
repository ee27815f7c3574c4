"""The first schema: sources, postings, people, swipes, applications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_counter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_change_counter")),
    )
    op.create_table(
        "cluster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster")),
    )
    op.create_table(
        "company",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("key", name=op.f("uq_company_key")),
    )
    op.create_table(
        "http_validator",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_http_validator")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "skill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concept", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
        sa.UniqueConstraint("concept", name=op.f("uq_skill_concept")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("polled", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'paused')", name=op.f("ck_source_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("kind", "board", name=op.f("uq_source_kind_board")),
    )
    op.create_index("ix_source_due", "source", ["state", "next_due_at"], unique=False)
    op.create_table(
        "posting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("cluster_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.Column("raw_hash", sa.String(), nullable=False),
        sa.Column("last_run_id", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("repost_of_id", sa.Integer(), nullable=True),
        sa.Column("requisition_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("apply_url", sa.String(), nullable=True),
        sa.Column("workplace", sa.String(), nullable=True),
        sa.Column("remote_countries", sa.JSON(), nullable=False),
        sa.Column("remote_regions", sa.JSON(), nullable=False),
        sa.Column("employment_type", sa.String(), nullable=True),
        sa.Column("seniority", sa.String(), nullable=True),
        sa.Column("salary_min", sa.Float(), nullable=True),
        sa.Column("salary_max", sa.Float(), nullable=True),
        sa.Column("salary_currency", sa.String(), nullable=True),
        sa.Column("salary_period", sa.String(), nullable=True),
        sa.Column("salary_provenance", sa.String(), nullable=True),
        sa.Column("salary_quote", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_through", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attribution", sa.String(), nullable=True),
        sa.Column("description_text", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_posting_state")),
        sa.CheckConstraint("workplace IN ('remote', 'hybrid', 'onsite')", name=op.f("ck_posting_workplace")),
        sa.CheckConstraint(
            "salary_min IS NULL OR salary_max IS NULL OR salary_min <= salary_max", name=op.f("ck_posting_salary_order")
        ),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_posting_cluster_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_posting_company_id")),
        sa.ForeignKeyConstraint(
            ["repost_of_id"], ["posting.id"], name=op.f("fk_posting_repost_of_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_posting_source_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("source_id", "external_id", name=op.f("uq_posting_source_id_external_id")),
    )
    op.create_index("ix_posting_change_seq", "posting", ["change_seq"], unique=False)
    op.create_index("ix_posting_cluster_id", "posting", ["cluster_id"], unique=False)
    op.create_index("ix_posting_company_id_title_key", "posting", ["company_id", "title_key"], unique=False)
    op.create_index(
        "ix_posting_source_id_state_last_run_id", "posting", ["source_id", "state", "last_run_id"], unique=False
    )
    op.create_table(
        "preference_model",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("last_swipe_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_preference_model_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_preference_model")),
    )
    op.create_table(
        "profile",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("preferences", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_profile_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_profile")),
    )
    op.create_table(
        "resume",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_resume_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resume")),
    )
    op.create_index("ix_resume_person_id_active", "resume", ["person_id", "active"], unique=False)
    op.create_table(
        "source_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("merged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.CheckConstraint(
            "status IN ('running', 'complete', 'partial', 'not_modified', 'failed')", name=op.f("ck_source_run_status")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_source_run_source_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_run")),
    )
    op.create_index("ix_source_run_source_id_id", "source_run", ["source_id", "id"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "stage IN ('saved', 'applied', 'screen', 'interview', 'offer', 'rejected', 'withdrawn')",
            name=op.f("ck_application_stage"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_application_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_application_posting_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("person_id", "posting_id", name=op.f("uq_application_person_id_posting_id")),
    )
    op.create_index("ix_application_person_id_stage", "application", ["person_id", "stage"], unique=False)
    op.create_table(
        "cluster_member",
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("split_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_cluster_member_cluster_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_cluster_member_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("posting_id", name=op.f("pk_cluster_member")),
    )
    op.create_index("ix_cluster_member_cluster_id", "cluster_member", ["cluster_id"], unique=False)
    op.create_table(
        "posting_place",
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_posting_place_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("posting_id", "position", name=op.f("pk_posting_place")),
    )
    op.create_index("ix_posting_place_country_city", "posting_place", ["country", "city"], unique=False)
    op.create_table(
        "posting_skill",
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_posting_skill_posting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_posting_skill_skill_id")),
        sa.PrimaryKeyConstraint("posting_id", "position", name=op.f("pk_posting_skill")),
    )
    op.create_index("ix_posting_skill_skill_id", "posting_skill", ["skill_id"], unique=False)
    op.create_table(
        "posting_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["posting.id"], name=op.f("fk_posting_version_posting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_version")),
        sa.UniqueConstraint("posting_id", "number", name=op.f("uq_posting_version_posting_id_number")),
    )
    op.create_table(
        "resume_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resume_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("anchor", sa.JSON(), nullable=True),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["resume_id"], ["resume.id"], name=op.f("fk_resume_correction_resume_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resume_correction")),
    )
    op.create_index("ix_resume_correction_resume_id", "resume_correction", ["resume_id"], unique=False)
    op.create_table(
        "source_rejection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["source_run.id"], name=op.f("fk_source_rejection_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_rejection")),
    )
    op.create_index("ix_source_rejection_run_id", "source_rejection", ["run_id"], unique=False)
    op.create_table(
        "swipe",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=True),
        sa.Column("model_version", sa.Integer(), nullable=False),
        sa.Column("deck_position", sa.Integer(), nullable=True),
        sa.Column("explored", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("(verdict = 'undo') = (undoes_id IS NOT NULL)", name=op.f("ck_swipe_undo_names_its_swipe")),
        sa.CheckConstraint("verdict IN ('like', 'dislike', 'save', 'skip', 'undo')", name=op.f("ck_swipe_verdict")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_swipe_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_swipe_posting_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["undoes_id"], ["swipe.id"], name=op.f("fk_swipe_undoes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swipe")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_swipe_undoes_id")),
    )
    op.create_index("ix_swipe_person_id_posting_id", "swipe", ["person_id", "posting_id"], unique=False)
    op.create_table(
        "application_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_stage", sa.String(), nullable=True),
        sa.Column("to_stage", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('opened', 'moved', 'note')", name=op.f("ck_application_event_kind")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_event_application_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_event")),
    )
    op.create_index("ix_application_event_application_id", "application_event", ["application_id"], unique=False)

    # The embedded default's one person, and the counter that orders the changes of postings.
    op.execute("INSERT INTO person (created_at) VALUES (CURRENT_TIMESTAMP)")
    op.execute("INSERT INTO change_counter (name, value) VALUES ('posting', 0)")
    # The log of verdicts is append-only: no row of it is ever changed.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER swipe_append_only BEFORE UPDATE ON swipe "
            "BEGIN SELECT RAISE(ABORT, 'swipes are append-only'); END"
        )
    else:
        op.execute(
            "CREATE FUNCTION swipe_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'swipes are append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER swipe_append_only BEFORE UPDATE ON swipe FOR EACH ROW EXECUTE FUNCTION swipe_append_only()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER swipe_append_only")
    else:
        op.execute("DROP TRIGGER swipe_append_only ON swipe")
        op.execute("DROP FUNCTION swipe_append_only()")
    op.drop_index("ix_application_event_application_id", "application_event")
    op.drop_table("application_event")
    op.drop_index("ix_swipe_person_id_posting_id", "swipe")
    op.drop_table("swipe")
    op.drop_index("ix_source_rejection_run_id", "source_rejection")
    op.drop_table("source_rejection")
    op.drop_index("ix_resume_correction_resume_id", "resume_correction")
    op.drop_table("resume_correction")
    op.drop_table("posting_version")
    op.drop_index("ix_posting_skill_skill_id", "posting_skill")
    op.drop_table("posting_skill")
    op.drop_index("ix_posting_place_country_city", "posting_place")
    op.drop_table("posting_place")
    op.drop_index("ix_cluster_member_cluster_id", "cluster_member")
    op.drop_table("cluster_member")
    op.drop_index("ix_application_person_id_stage", "application")
    op.drop_table("application")
    op.drop_index("ix_source_run_source_id_id", "source_run")
    op.drop_table("source_run")
    op.drop_index("ix_resume_person_id_active", "resume")
    op.drop_table("resume")
    op.drop_table("profile")
    op.drop_table("preference_model")
    op.drop_index("ix_posting_source_id_state_last_run_id", "posting")
    op.drop_index("ix_posting_company_id_title_key", "posting")
    op.drop_index("ix_posting_cluster_id", "posting")
    op.drop_index("ix_posting_change_seq", "posting")
    op.drop_table("posting")
    op.drop_index("ix_source_due", "source")
    op.drop_table("source")
    op.drop_table("skill")
    op.drop_table("person")
    op.drop_table("http_validator")
    op.drop_table("company")
    op.drop_table("cluster")
    op.drop_table("change_counter")
