"""The organisation of the table: two trees, and everybody who asks, in the roles and places it names."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Connection

from domain.library import Library
from domain.reading import read_process
from records import accounts, organisation, standings, units
from tests.access.table import Caller, Table
from tests.api.world import NOON, PASSWORD, SINCE, add_somebody, give_token

TODAY = NOON.date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)

KEEPER, FARMER, APPLICANT = "person-keeper", "person-farmer", "person-applicant"
"""Who prepares what is asked about: a secretary of the unit, one of another tree, and another subject."""
OWN, FAR = "circle-1", "circle-9"

UNITS = (
    ("committee-1", "committee", None),
    (OWN, "circle", "committee-1"),
    ("group-1", "group", OWN),
    ("circle-2", "circle", "committee-1"),
    ("committee-9", "committee", None),
    (FAR, "circle", "committee-9"),
)
PLACES = {
    "own": OWN,
    "parent": "committee-1",
    "child": "group-1",
    "sibling": "circle-2",
    "other-tree": FAR,
}
JOINING = """\
process: joining
version: "1"
title: {zh: 入会, en: Joining}
source: {zh: 章程, en: Charter}
in_force: {from: 2020-01-01}
unit_kinds: {circle: {zh: 读书会, en: Circle}}
starts_in: circle
one_open_case: false
standings: {guest: {zh: 来宾, en: Guest}, member: {zh: 会员, en: Member}}
first_standing: guest
roles:
  circle.secretary: {title: {zh: 秘书, en: Secretary}}
  circle.deputy: {title: {zh: 副秘书, en: Deputy}}
  circle.reviewer: {title: {zh: 审查人, en: Reviewer}}
  circle.organiser: {title: {zh: 组织员, en: Organiser}}
bodies:
  circle.officers: {title: {zh: 会务组, en: Officers}, unit: circle, roles: [secretary, deputy], basis: "1"}
case_roles:
  introducers: {title: {zh: 介绍人, en: Introducers}, count: {min: 1, max: 1}, not: [subject], basis: "1"}
materials: {scan: {title: {zh: 扫描件, en: Scan}}}
outcomes:
  joined: {title: {zh: 入会, en: Joined}, kind: reached}
  refused: {title: {zh: 未获通过, en: Refused}, kind: refused}
  withdrawn: {title: {zh: 撤回, en: Withdrawn}, kind: left}
whole_case:
  withdraw: [subject]
  suspend: [circle.secretary]
  resume: [circle.secretary]
  transfer: [circle.secretary]
  correct: [circle.secretary, circle.deputy]
  appeal: [subject]
  recuse: [circle.secretary]
stages:
  - id: asking
    title: {zh: 申请, en: Asking}
    standing: member
    outcome: joined
    steps:
      - id: apply
        kind: record
        title: {zh: 申请, en: Apply}
        by: subject
        fields: [{id: letter, title: {zh: 申请书, en: Letter}, type: text}]
        materials: [{id: scan, required: false}]
      - id: introducers
        kind: appoint
        title: {zh: 确定介绍人, en: Names the introducer}
        by: circle.secretary
        role: introducers
        basis: "1"
      - id: talk
        kind: record
        title: {zh: 谈话, en: Talk}
        by: [circle.secretary, circle.deputy]
        after: [introducers]
      - id: plan
        kind: record
        title: {zh: 计划, en: Plan}
        by: circle.organiser
        after: [introducers]
      - id: opinion
        kind: record
        title: {zh: 意见, en: Opinion}
        by: introducers
        after: [introducers]
      - id: statement
        kind: record
        title: {zh: 说明, en: Statement}
        by: subject
        after: [introducers]
      - id: review
        kind: decision
        title: {zh: 审查, en: Review}
        by: circle.reviewer
        after: [introducers]
        outcomes: {approve: next, refuse: {end: refused}}
      - id: hearing
        kind: meeting
        title: {zh: 听取意见, en: Hearing}
        by: circle.secretary
        after: [introducers]
        optional: true
        body: circle.officers
        carried: {more_than: 1/2, of: eligible, basis: "1"}
        outcomes: {heard: next, lost: again}
"""


@cache
def a_library() -> Library:
    return Library.of([read_process(JOINING, "joining.yaml")])


def person_of(caller: Caller) -> str:
    """The id of the person a caller is."""
    return f"person-{caller.who}-{caller.place}" if caller.place else f"person-{caller.who}"


def populate(connection: Connection, table: Table) -> dict[str, str]:
    """Write the organisation, and return a token for each person who has one."""
    for unit, kind, parent in UNITS:
        units.add_unit(connection, id=unit, kind=kind, name=unit, parent=parent)
    password = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    tokens = {}
    for caller in table.callers:
        person = person_of(caller)
        add_somebody(connection, person, str(caller))
        if caller.who != "anonymous":
            tokens[person] = give_token(connection, person, password_hash=password)
        if caller.place:
            _give_place(connection, caller)
    for person, post in ((KEEPER, ("secretary", OWN)), (FARMER, ("secretary", FAR)), (APPLICANT, None)):
        add_somebody(connection, person, person, post)
        tokens[person] = give_token(connection, person)
    for person, unit in (("person-member", OWN), ("person-introducer", OWN), (FARMER, FAR)):
        standings.set_standing(connection, person, "member", unit, SINCE, source="import")
    early = "person-early-secretary"
    organisation.add_post(
        connection, id=f"post-{early}", person_id=early, role="secretary", unit_id=OWN, from_on=TOMORROW
    )
    _lend(connection, "person-late-substitute", "secretary", YESTERDAY)
    return tokens | _of_nobody(connection)


def _give_place(connection: Connection, caller: Caller) -> None:
    person, role = person_of(caller), "admin" if caller.who == "administrator" else caller.who
    if caller.place == "delegated":
        _lend(connection, person, role, TODAY)
        return
    organisation.add_post(
        connection,
        id=f"post-{person}",
        person_id=person,
        role=role,
        unit_id=PLACES.get(caller.place, OWN),
        from_on=SINCE,
        to_on=YESTERDAY if caller.place == "expired" else None,
    )


def _lend(connection: Connection, person: str, role: str, last: date) -> None:
    """Lend somebody the post of another in the unit of the case."""
    lender = f"{person}-lender"
    add_somebody(connection, lender, "出借人", (role, OWN))
    organisation.add_delegation(
        connection, post_id=f"post-{lender}", substitute=person, from_on=SINCE, to_on=last
    )


def _of_nobody(connection: Connection) -> dict[str, str]:
    """Three secretaries of the unit whose tokens and sessions stand for nobody any more."""
    secrets = {}
    for who in ("revoked-token", "ended-session", "shut-login"):
        person = f"person-{who}"
        organisation.add_post(
            connection, person_id=person, role="secretary", unit_id=OWN, from_on=SINCE, id=f"post-{person}"
        )
        begun = NOON - timedelta(hours=2)
        secrets[person] = accounts.begin(
            connection, login=person, now=begun, kind="token", lasts=timedelta(hours=1)
        )
    secrets["person-revoked-token"] = accounts.begin(
        connection, login="person-revoked-token", now=NOON, kind="token", lasts=None
    )
    accounts.end(connection, secrets["person-revoked-token"])
    accounts.disable(connection, "person-shut-login")
    return secrets
