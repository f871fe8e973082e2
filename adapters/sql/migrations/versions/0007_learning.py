"""Dialogue log, annotations and the model registry."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = (
    "turn",
    "forgotten_person",
    "question_cluster",
    "cluster_band",
    "question",
    "question_signal",
    "annotation",
    "learning_mark",
    "model_version",
    "promotion",
    "training_job",
    "learning_audit",
)


def upgrade() -> None:
    """Creates the tables."""
    _create_log_and_queue()
    _create_models()


def _create_log_and_queue() -> None:
    op.create_table(
        "turn",
        sa.Column("message", sa.String(32), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("model", sa.String(80), nullable=False),
        sa.Column("latency_ms", sa.Integer, nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("margin", sa.Float, nullable=False),
        sa.Column("ranking", sa.Text, nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("facets", sa.Text, nullable=False),
        sa.Column("emergency", sa.String(40), nullable=True),
        sa.Column("intent", sa.String(40), nullable=False),
        sa.Column("item", sa.String(80), nullable=True),
        sa.Column("chosen", sa.Boolean, nullable=False),
        sa.Column("grid", sa.String(40), nullable=True),
        sa.Column("actions", sa.Text, nullable=False),
        sa.Column("parts", sa.Text, nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message", name="pk_turn"),
    )
    op.create_index("ix_turn_at", "turn", ["at"])
    op.create_index("ix_turn_person", "turn", ["person", "at"])
    op.create_index("ix_turn_stored_at", "turn", ["stored_at"])
    op.create_table(
        "forgotten_person",
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_forgotten_person"),
    )
    op.create_table(
        "question_cluster",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("leader", sa.Text, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("n_questions", sa.Integer, nullable=False),
        sa.Column("n_persons", sa.Integer, nullable=False),
        sa.Column("n_turns", sa.Integer, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("claimed_by", sa.String(64), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_question_cluster"),
    )
    op.create_index(
        "ix_question_cluster_open", "question_cluster", ["is_open", "score"]
    )
    op.create_table(
        "cluster_band",
        sa.Column("band", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("cluster", sa.Integer, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("band", "cluster", name="pk_cluster_band"),
    )
    op.create_index("ix_cluster_band_cluster", "cluster_band", ["cluster"])
    op.create_table(
        "question",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("cluster", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("split", sa.String(8), nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("n_persons", sa.Integer, nullable=False),
        sa.Column("n_turns", sa.Integer, nullable=False),
        sa.Column("ranking", sa.Text, nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("facets", sa.Text, nullable=False),
        sa.Column("emergency", sa.String(40), nullable=True),
        sa.Column("model", sa.String(80), nullable=False),
        sa.Column("suggested", sa.String(80), nullable=False),
        sa.Column("held_by", sa.String(64), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
        sa.UniqueConstraint("key", name="uq_question_key"),
    )
    op.create_index("ix_question_cluster", "question", ["cluster"])
    op.create_index("ix_question_status", "question", ["status", "score"])
    op.create_table(
        "question_signal",
        sa.Column("turn", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("question", sa.Integer, nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("suggested", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("turn", "kind", name="pk_question_signal"),
    )
    op.create_index("ix_question_signal_person", "question_signal", ["person"])
    op.create_index("ix_question_signal_question", "question_signal", ["question"])
    op.create_table(
        "annotation",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("question", sa.Integer, nullable=False),
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("facets", sa.Text, nullable=True),
        sa.Column("emergency", sa.String(40), nullable=True),
        sa.Column("split", sa.String(8), nullable=False),
        sa.Column("despite", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(64), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_annotation"),
    )
    op.create_index("ix_annotation_batch", "annotation", ["batch"])
    op.create_index("ix_annotation_decision", "annotation", ["decision", "at"])
    op.create_index("ix_annotation_question", "annotation", ["question"])
    op.create_table(
        "learning_mark",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_learning_mark"),
    )


def _create_models() -> None:
    op.create_table(
        "model_version",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("manifest", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=True),
        sa.Column("failures", sa.Text, nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_model_version"),
    )
    op.create_table(
        "promotion",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("model", sa.String(80), nullable=False),
        sa.Column("before", sa.String(80), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(64), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("override", sa.Text, nullable=False),
        sa.Column("replay", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_promotion"),
    )
    op.create_index("ix_promotion_state", "promotion", ["state"])
    op.create_table(
        "training_job",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("argument", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("pid", sa.Integer, nullable=True),
        sa.Column("model", sa.String(80), nullable=True),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_training_job"),
    )
    op.create_index("ix_training_job_state", "training_job", ["state"])
    is_running = sa.text("state = 'running'")
    op.create_index(
        "uq_training_job_running",
        "training_job",
        ["state"],
        unique=True,
        sqlite_where=is_running,
        postgresql_where=is_running,
    )
    op.create_table(
        "learning_audit",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learning_audit"),
    )
    op.create_index("ix_learning_audit_at", "learning_audit", ["at"])


def downgrade() -> None:
    """Drops the tables."""
    for name in reversed(TABLES):
        op.drop_table(name)
