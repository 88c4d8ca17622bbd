"""What audits found, and every word about it."""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0105"
branch_labels = None
depends_on = None

_GROW = ("evaluations", "finding_words")


def upgrade() -> None:
    op.create_table(
        "evaluations",
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("book", sa.String(64), nullable=False),
        sa.Column("on_day", sa.String(10), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=True),
        sa.Column("verdicts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_evaluations_case_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name="fk_evaluations_asked_by"),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_evaluations"),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(20), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("step", sa.String(80), nullable=True),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("basis", sa.String(80), nullable=False),
        sa.Column("version", sa.String(80), nullable=False),
        sa.Column("unit_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("present", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("raised_at", sa.String(27), nullable=False),
        sa.Column("changed_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_findings_case_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_findings_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.UniqueConstraint("case_id", "rule", "place", name="uq_findings_case_id_rule_place"),
    )
    op.create_index("ix_findings_unit_id_state", "findings", ["unit_id", "state"])
    op.create_index("ix_findings_raised_at_id", "findings", ["raised_at", "id"])
    op.create_table(
        "finding_words",
        sa.Column("finding_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("said_by", sa.String(64), nullable=True),
        sa.Column("post", sa.String(64), nullable=True),
        sa.Column("on_behalf_of", sa.String(64), nullable=True),
        sa.Column("said_at", sa.String(27), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("evaluation", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name="fk_finding_words_finding_id"),
        sa.ForeignKeyConstraint(["said_by"], ["people.id"], name="fk_finding_words_said_by"),
        sa.PrimaryKeyConstraint("finding_id", "number", name="pk_finding_words"),
    )
    for table in _GROW:
        _let_only_grow(table)


def downgrade() -> None:
    for table in ("finding_words", "findings", "evaluations"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        for table in _GROW:
            op.execute(f"DROP FUNCTION {table}_refuse_change()")


def _let_only_grow(table: str) -> None:
    refusal = f"{table} are never changed".replace("_", " ")
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
    )
    for name, verbs, level in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {verbs} ON {table} "
            f"FOR EACH {level} EXECUTE FUNCTION {table}_refuse_change()"
        )
