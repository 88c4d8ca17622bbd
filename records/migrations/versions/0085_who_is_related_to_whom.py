"""Who is related to whom, as far as it keeps people out of deciding about each other."""

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0081"
branch_labels = None
depends_on = None

_ONLY_GROWS = "relation_entries"
_REFUSAL = "relation entries are never changed"


def upgrade() -> None:
    op.create_table(
        "relation_entries",
        sa.Column("relation_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("relative_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("from_on", sa.String(10), nullable=False),
        sa.Column("to_on", sa.String(10), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_relation_entries_person_id"),
        sa.ForeignKeyConstraint(["relative_id"], ["people.id"], name="fk_relation_entries_relative_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name="fk_relation_entries_recorded_by"),
        sa.PrimaryKeyConstraint("relation_id", "number", name="pk_relation_entries"),
    )
    op.create_index("ix_relation_entries_person_id", "relation_entries", ["person_id"])
    op.create_index("ix_relation_entries_relative_id", "relation_entries", ["relative_id"])
    op.create_table(
        "relations",
        sa.Column("relation_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("relative_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("from_on", sa.String(10), nullable=False),
        sa.Column("to_on", sa.String(10), nullable=True),
        sa.Column("stated_by", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_relations_person_id"),
        sa.ForeignKeyConstraint(["relative_id"], ["people.id"], name="fk_relations_relative_id"),
        sa.ForeignKeyConstraint(["stated_by"], ["people.id"], name="fk_relations_stated_by"),
        sa.PrimaryKeyConstraint("relation_id", "person_id", name="pk_relations"),
    )
    op.create_index("ix_relations_person_id", "relations", ["person_id"])
    op.create_index("ix_relations_relative_id", "relations", ["relative_id"])
    op.create_table(
        "case_recusals",
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_recusals_case_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_case_recusals_person_id"),
        sa.PrimaryKeyConstraint("case_id", "person_id", name="pk_case_recusals"),
    )
    op.create_index("ix_case_recusals_person_id", "case_recusals", ["person_id"])
    _let_only_grow()


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP FUNCTION {_ONLY_GROWS}_refuse_change() CASCADE")
    op.drop_table("case_recusals")
    op.drop_table("relations")
    op.drop_table("relation_entries")


def _let_only_grow() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {_ONLY_GROWS}_no_{verb.lower()} BEFORE {verb} ON {_ONLY_GROWS} "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {_ONLY_GROWS}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    for name, verbs, level in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {_ONLY_GROWS}_no_{name} BEFORE {verbs} ON {_ONLY_GROWS} "
            f"FOR EACH {level} EXECUTE FUNCTION {_ONLY_GROWS}_refuse_change()"
        )
