"""A process in which the members of a circle vote, and what tests do in it."""

from __future__ import annotations

from dataclasses import replace

from domain.library import Library
from domain.reading import read_process
from records import organisation
from tests.api.world import SECRETARY, SINCE

ADMISSION = """\
process: admission
version: "1"
title: {zh: 接纳, en: Admission}
source: {zh: 章程, en: Charter}
in_force: {from: 2020-01-01}
unit_kinds: {circle: {zh: 读书会, en: Circle}}
starts_in: circle
standings: {guest: {zh: 来宾, en: Guest}, member: {zh: 会员, en: Member}}
first_standing: guest
roles:
  circle.secretary: {title: {zh: 秘书, en: Secretary}}
  circle.host: {title: {zh: 主持人, en: Host}}
  circle.clerk: {title: {zh: 干事, en: Clerk}}
bodies:
  circle.members: {title: {zh: 会员大会, en: Members}, unit: circle, standing: member, basis: "2"}
grounds: {abroad: {zh: 出国, en: Abroad, consent: finding, resolution: finding, basis: "4"}}
recusal: {id: kin, relations: [spouse, parent, child, sibling], basis: "3"}
materials: {minutes: {title: {zh: 记录, en: Minutes}}, letter: {title: {zh: 信, en: Letter}}}
outcomes:
  joined: {title: {zh: 入会, en: Joined}, kind: reached}
  withdrawn: {title: {zh: 撤回, en: Withdrawn}, kind: left}
whole_case:
  withdraw: [subject]
  correct: [circle.secretary, circle.host]
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
        fields: [{id: wish, title: {zh: 愿望, en: Wish}, type: text, required: false}]
      - id: vote
        kind: meeting
        title: {zh: 表决, en: Vote}
        by: [circle.secretary, circle.host]
        body: circle.members
        quorum: {more_than: 1/2, of: eligible, basis: "2"}
        carried: {more_than: 1/2, of: eligible, basis: "2"}
        materials: [{id: minutes, required: false}]
        fields: [{id: notes, title: {zh: 讨论, en: Discussion}, type: text}]
        outcomes: {carried: next, lost: again}
      - id: file
        kind: record
        title: {zh: 归档, en: File}
        by: [circle.secretary, circle.host]
        materials: [{id: letter, required: false}]
      - id: look
        kind: decision
        title: {zh: 审查, en: Look}
        by: [circle.secretary, circle.host, circle.clerk]
        need: 2
        optional: true
        after: apply
        fields: [{id: view, title: {zh: 意见, en: View}, type: text}]
        outcomes: {passed: next}
"""
NOTES = "有人说他的哥哥在场不妥"
SOURCE = {"source": "干部人事档案"}


def admitting(made, process=ADMISSION):
    """Return the small organisation with a process in which the members of a circle vote."""
    library = Library.of([read_process(process, "admission.yaml")])
    made.parts = replace(made.parts, library=library)
    made.client._transport.app.state.parts = made.parts
    return made


async def a_case(world):
    return await world.start(process="admission")


async def reads(world, case, who):
    return (await world.get(f"/v1/cases/{case['id']}", who)).json()


async def roster(world, case, who=SECRETARY, step="vote", query=""):
    return await world.get(f"/v1/cases/{case['id']}/steps/{step}/roster{query}", who)


async def relate(world, person, relative, by, kind="sibling", **more):
    asked = {"relative": relative, "kind": kind, **SOURCE, **more}
    return await world.post(f"/v1/people/{person}/relations", by, asked)


async def vote(world, case, by, *, eligible, head=None, **more):
    now = {"id": case["id"], "head": head or (await reads(world, case, by))["head"]}
    meeting = {"eligible": eligible, "present": eligible, "yes": eligible, **more.pop("meeting", {})}
    return await world.act(now, "vote", by, meeting=meeting, fields={"notes": NOTES}, **more)


async def handed_in(world, by, text=b"minutes of the meeting"):
    files = {"file": ("minutes.txt", text)}
    return (await world.client.post("/v1/materials", files=files, headers=world.by(by))).json()["id"]


async def clerk(world, person):
    """Somebody with a post by which he decides, too."""
    await world.parts.database.write(
        lambda c: organisation.add_post(c, person_id=person, role="clerk", unit_id="circle-1", from_on=SINCE)
    )
