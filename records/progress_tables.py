"""The tables reports count: stays in stages, and steps that were done. Made of events, as the case's row is.

Each is read from its second index alone, a period at a time; what only some may see, case by case: the
rows of one lie together.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from records.columns import Day
from records.schema import ID, NAME, metadata

stage_stays = Table(
    "stage_stays",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    # Of the event with which it began.
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("process", NAME, nullable=False),
    Column("stage", NAME, nullable=False),
    Column("entered_on", Day, nullable=False),
    # Null, like how many days it lasted, while it does.
    Column("left_on", Day),
    Column("days", Integer),
    # What the person became by finishing the stage.
    Column("standing", NAME),
    # How the case ended in it, where it did before the stage was finished.
    Column("outcome", NAME),
    Index("ix_stage_stays_ended", "process", "left_on", "stage", "days", "standing", "outcome", "entered_on"),
)

done_steps = Table(
    "done_steps",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    # Of the event that says so.
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("process", NAME, nullable=False),
    Column("stage", NAME, nullable=False),
    Column("step", NAME, nullable=False),
    # The first day on which it could be done.
    Column("ready_on", Day, nullable=False),
    Column("due_on", Day),
    Column("done_on", Day, nullable=False),
    # Days from the first of these to the last.
    Column("waited", Integer, nullable=False),
    # Days after its deadline, 0 where it was in time; null where it had none.
    Column("late", Integer),
    # The actor of the definition as whom it was done; null where time did it.
    Column("done_as", String(160)),
    Index("ix_done_steps_done", "process", "done_on", "step", "waited", "late", "done_as"),
    sqlite_with_rowid=False,
)
