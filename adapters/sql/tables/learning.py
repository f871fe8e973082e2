"""Dialogue log, review queue, annotations and the record of models.

| table | one row is |
|---|---|
| `turn` | one message of a resident: masked text, what was understood and done |
| `forgotten_person` | a pseudonym whose late log entries must be dropped |
| `question` | one distinct masked text that is worth a look |
| `question_signal` | one reason why, by one turn |
| `question_cluster` | near-duplicate questions, labelled in one action |
| `cluster_band` | a MinHash band of a cluster's leader, to find its like |
| `annotation` | one operator's decision on one question |
| `learning_mark` | how far the harvest has come |
| `model_version` | one model of the registry |
| `promotion` | one change of the serving model, asked for, done or refused |
| `training_job` | one training, evaluation or request to promote, with its progress |
| `learning_audit` | who did what |
"""

import sqlalchemy as sa

from adapters.sql.tables.metadata import UtcDateTime, metadata

_Instant = UtcDateTime

turn = sa.Table(
    "turn",
    metadata,
    sa.Column("message", sa.String(32), primary_key=True),
    sa.Column("person", sa.String(32), nullable=False),
    sa.Column("at", _Instant, nullable=False),
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
    sa.Column("answer", sa.Text, nullable=False, server_default="[]"),
    sa.Column("offered", sa.Text, nullable=False, server_default="[]"),
    sa.Column("stored_at", _Instant, nullable=False, index=True),
)
sa.Index("ix_turn_at", turn.c.at)
sa.Index("ix_turn_person", turn.c.person, turn.c.at)

forgotten_person = sa.Table(
    "forgotten_person",
    metadata,
    sa.Column("person", sa.String(32), primary_key=True),
    sa.Column("at", _Instant, nullable=False),
)

question_cluster = sa.Table(
    "question_cluster",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("leader", sa.Text, nullable=False),
    sa.Column("score", sa.Float, nullable=False, default=0.0),
    sa.Column("n_questions", sa.Integer, nullable=False, default=0),
    sa.Column("n_persons", sa.Integer, nullable=False, default=0),
    sa.Column("n_turns", sa.Integer, nullable=False, default=0),
    sa.Column("is_open", sa.Boolean, nullable=False, default=True),
    sa.Column("claimed_by", sa.String(64), nullable=True),
    sa.Column("claimed_until", _Instant, nullable=True),
    sa.Column("created_at", _Instant, nullable=False),
)
sa.Index(
    "ix_question_cluster_open", question_cluster.c.is_open, question_cluster.c.score
)

cluster_band = sa.Table(
    "cluster_band",
    metadata,
    sa.Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("cluster", sa.Integer, primary_key=True, autoincrement=False),
)
sa.Index("ix_cluster_band_cluster", cluster_band.c.cluster)

question = sa.Table(
    "question",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(32), nullable=False, unique=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("cluster", sa.Integer, nullable=False, index=True),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("version", sa.Integer, nullable=False, default=0),
    sa.Column("split", sa.String(8), nullable=False),
    sa.Column("score", sa.Float, nullable=False, default=0.0),
    sa.Column("n_persons", sa.Integer, nullable=False, default=0),
    sa.Column("n_turns", sa.Integer, nullable=False, default=0),
    sa.Column("ranking", sa.Text, nullable=False),
    sa.Column("decision", sa.String(16), nullable=False),
    sa.Column("facets", sa.Text, nullable=False),
    sa.Column("emergency", sa.String(40), nullable=True),
    sa.Column("model", sa.String(80), nullable=False),
    sa.Column("suggested", sa.String(80), nullable=False),
    sa.Column("held_by", sa.String(64), nullable=True),
    sa.Column("first_at", _Instant, nullable=False),
    sa.Column("last_at", _Instant, nullable=False),
)
sa.Index("ix_question_status", question.c.status, question.c.score)

question_signal = sa.Table(
    "question_signal",
    metadata,
    sa.Column("turn", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("question", sa.Integer, nullable=False, index=True),
    sa.Column("person", sa.String(32), nullable=False, index=True),
    sa.Column("at", _Instant, nullable=False),
    sa.Column("weight", sa.Float, nullable=False),
    sa.Column("suggested", sa.String(80), nullable=False),
)

annotation = sa.Table(
    "annotation",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("question", sa.Integer, nullable=False, index=True),
    sa.Column("batch", sa.String(32), nullable=False, index=True),
    sa.Column("decision", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("label", sa.String(80), nullable=False),
    sa.Column("facets", sa.Text, nullable=True),
    sa.Column("emergency", sa.String(40), nullable=True),
    sa.Column("split", sa.String(8), nullable=False),
    sa.Column("despite", sa.Text, nullable=False, default=""),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("at", _Instant, nullable=False),
    sa.Column("undone_by", sa.String(64), nullable=True),
    sa.Column("undone_at", _Instant, nullable=True),
    sa.Column("written_at", _Instant, nullable=True),
)
sa.Index("ix_annotation_decision", annotation.c.decision, annotation.c.at)

learning_mark = sa.Table(
    "learning_mark",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

model_version = sa.Table(
    "model_version",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("created_at", _Instant, nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
    sa.Column("manifest", sa.Text, nullable=False),
    sa.Column("report", sa.Text, nullable=True),
    sa.Column("failures", sa.Text, nullable=True),
    sa.Column("removed_at", _Instant, nullable=True),
)

promotion = sa.Table(
    "promotion",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("model", sa.String(80), nullable=False),
    sa.Column("before", sa.String(80), nullable=False),
    sa.Column("asked_by", sa.String(64), nullable=False),
    sa.Column("asked_at", _Instant, nullable=False),
    sa.Column("approved_by", sa.String(64), nullable=True),
    sa.Column("done_at", _Instant, nullable=True),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("override", sa.Text, nullable=False),
    sa.Column("replay", sa.Text, nullable=True),
)

training_job = sa.Table(
    "training_job",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, default=""),
    sa.Column("argument", sa.Text, nullable=False, default=""),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("stage", sa.String(40), nullable=False),
    sa.Column("progress", sa.Float, nullable=False),
    sa.Column("asked_by", sa.String(64), nullable=False),
    sa.Column("pid", sa.Integer, nullable=True),
    sa.Column("model", sa.String(80), nullable=True),
    sa.Column("error", sa.Text, nullable=False, default=""),
    sa.Column("started_at", _Instant, nullable=False),
    sa.Column("seen_at", _Instant, nullable=False),
    sa.Column("finished_at", _Instant, nullable=True),
)

sa.Index(
    "uq_training_job_running",
    training_job.c.state,
    unique=True,
    sqlite_where=training_job.c.state == "running",
    postgresql_where=training_job.c.state == "running",
)

learning_audit = sa.Table(
    "learning_audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", _Instant, nullable=False, index=True),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)

TABLES = (
    turn,
    forgotten_person,
    question_cluster,
    cluster_band,
    question,
    question_signal,
    annotation,
    learning_mark,
    model_version,
    promotion,
    training_job,
    learning_audit,
)
"""In the order of their creation."""
