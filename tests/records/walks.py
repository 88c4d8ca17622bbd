"""Acts on the reading circle's case through the record: a whole way, as many tables as a way can fill."""

from datetime import date, timedelta

from domain.acts import EntryRecord, Start, StepAct, Withdraw
from domain.working_days import WorkingCalendar
from records.recording import lock, record, record_due
from tests.builders import HOST, SECRETARY, SUBJECT, a_library, noon
from tests.records.organisations import known

LIBRARY = a_library()
PROCESS = LIBRARY.find("reading-circle", "1")
BEGIN = date(2025, 3, 3)
TALK = date(2025, 3, 10)
END = date(2026, 3, 10)


def start(connection, case="case-1", on=BEGIN, subject=SUBJECT, unit="circle-1", **more):
    about = known(connection, PROCESS, unit, subject, on, subject=subject)
    act = Start(
        known=about,
        occurred_on=on,
        case=case,
        subject=subject,
        calendar=WorkingCalendar(version="none"),
        **more,
    )
    return record(connection, PROCESS, None, act, noon(on))


def act_on(connection, step, on, by, *, case="case-1", expected_head=None, now=None, **parts):
    locked = lock(connection, LIBRARY, case)
    about = known(connection, locked.process, locked.case, by, on)
    act = StepAct(known=about, occurred_on=on, step=step, **parts)
    return record(connection, locked.process, locked, act, now or noon(on), expected_head=expected_head)


def withdraw(connection, on=BEGIN, case="case-1"):
    locked = lock(connection, LIBRARY, case)
    about = known(connection, locked.process, locked.case, SUBJECT, on)
    return record(connection, locked.process, locked, Withdraw(known=about, occurred_on=on), noon(on))


def due(connection, on, case="case-1"):
    return record_due(connection, LIBRARY, case, noon(on))


def the_whole_way(database):
    """From the application to membership, each act in a transaction of its own."""
    assess = EntryRecord(kind="assessment")
    notice = END + timedelta(days=20)
    works = [
        lambda c: start(c, fields={"letter": "想读书"}),
        lambda c: due(c, BEGIN + timedelta(days=1)),
        lambda c: act_on(c, "talk", TALK - timedelta(days=1), SECRETARY, outcome="postponed"),
        lambda c: act_on(c, "talk", TALK, SECRETARY, outcome="done"),
        lambda c: act_on(c, "trial", date(2025, 9, 1), SECRETARY, entry=assess),
        lambda c: act_on(c, "trial", date(2026, 3, 1), SECRETARY, entry=assess),
        lambda c: due(c, END + timedelta(days=1)),
        lambda c: act_on(
            c, "notice", END + timedelta(days=2), SECRETARY, entry=EntryRecord(kind="published")
        ),
        lambda c: due(c, notice),
        lambda c: act_on(c, "notice", notice, SECRETARY, outcome="done"),
        lambda c: act_on(c, "admit", notice, HOST, outcome="admitted", now=noon(notice + timedelta(days=1))),
    ]
    for work in works:
        database.write_now(work)
