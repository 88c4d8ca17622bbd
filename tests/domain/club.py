"""A small sound definition into which tests plant one fault at a time."""

from __future__ import annotations

from domain.reading import check

CLUB = """\
process: club-membership
version: "1"
title: {zh: 入会, en: Joining the club}
source: {zh: 章程, en: Charter}
in_force: {from: 2020-01-01}
unit_kinds:
  club: {zh: 俱乐部, en: Club}
  league: {zh: 联盟, en: League}
starts_in: club
standings:
  guest: {zh: 来宾, en: Guest}
  candidate: {zh: 候补, en: Candidate}
  member: {zh: 会员, en: Member}
first_standing: guest
roles:
  club.secretary: {title: {zh: 秘书, en: Secretary}}
  league.clerk: {title: {zh: 干事, en: Clerk}}
case_roles:
  sponsors:
    title: {zh: 介绍人, en: Sponsors}
    count: {min: 1, max: 2}
    standing: member
    not: [subject]
    bars: [{restriction: warned, level: late, basis: "3"}]
    basis: "3"
bodies:
  assembly: {title: {zh: 大会, en: Assembly}, unit: club, standing: member, basis: "4"}
  board:
    title: {zh: 理事会, en: Board}
    unit: club
    roles: [secretary]
    needs_full_members: 7
    instead: assembly
    basis: "4"
grounds:
  ill: {zh: 患病, en: Ill}
restrictions:
  warned: {zh: 警告, en: Warned}
materials:
  application: {title: {zh: 申请书, en: Application}}
  minutes: {title: {zh: 会议记录, en: Minutes}, source: national}
outcomes:
  joined: {title: {zh: 入会, en: Joined}, kind: reached}
  not-approved: {title: {zh: 未获批准, en: Not approved}, kind: refused, told: [subject, club.secretary]}
  withdrawn: {title: {zh: 撤回, en: Withdrawn}, kind: left}
whole_case:
  withdraw: [subject]
  transfer: [club.secretary]
stages:
  - id: applying
    title: {zh: 申请, en: Applying}
    standing: candidate
    steps:
      - id: application
        kind: record
        title: {zh: 申请, en: Application}
        by: subject
        materials: [application]
        fields:
          - {id: mobile, title: {zh: 流动, en: Mobile}, type: boolean}
          - {id: track, title: {zh: 类别, en: Track}, type: choice, choices: [short, long]}
        rules:
          - {type: age, at_least: 18, basis: "1"}
      - id: talk
        kind: record
        title: {zh: 谈话, en: Talk}
        by: club.secretary
        due: {within: P1M, of: application, basis: "2", escalate: [league.clerk]}
        outcomes: {done: next, postponed: again}
      - id: sponsors
        kind: appoint
        title: {zh: 介绍人, en: Sponsors}
        by: [club.secretary]
        role: sponsors
  - id: joining
    title: {zh: 入会, en: Joining}
    standing: member
    outcome: joined
    steps:
      - id: trial
        kind: period
        title: {zh: 考察, en: Trial}
        by: sponsors
        starts: talk
        lasts: P12M
        basis: "5"
        entries:
          - id: assessment
            title: {zh: 考察, en: Assessment}
            by: [sponsors]
            every: P6M
            at_least: 2
            basis: "5"
        extension: {times: 1, at_least: 6, at_most: 12, basis: "5"}
      - id: notice
        kind: notice
        after: []
        title: {zh: 公示, en: Notice}
        by: club.secretary
        window: P5WD
        window_basis: "6"
        both_places_when: {field: application.mobile}
      - id: review
        kind: decision
        title: {zh: 审查, en: Review}
        by: league.clerk
        when: {unit: league}
        outcomes:
          passed: next
          back: {return_to: notice, needs_reason: true}
          refused: {end: not-approved}
        rules:
          - {type: separation, steps: [talk], case_roles: [sponsors], basis: gen}
      - id: vote
        kind: meeting
        title: {zh: 表决, en: Vote}
        by: club.secretary
        body: assembly
        after: [notice, review]
        not_before:
          - {wait: P5D, of: notice.ends, basis: "7"}
          - {of: trial.ends, basis: "7"}
        due: {within: P1M, of: notice.ends, basis: "7"}
        quorum: {more_than: 1/2, of: eligible, basis: "8"}
        carried: {more_than: 1/2, of: eligible, basis: "8"}
        materials: [minutes]
        fields:
          - id: months
            title: {zh: 月数, en: Months}
            type: integer
            for_outcomes: [extended]
            required: true
            at_least: 6
            at_most: 12
        rules:
          - {type: standing, who: sponsors, standing: member, basis: "3"}
          - {type: count, step: trial, entry: assessment, at_least: 2, basis: "5"}
          - {type: document, materials: [application], basis: "1"}
        outcomes:
          carried: next
          extended: {extend: trial, months: months, return_to: notice}
          lost: {end: not-approved}
"""
"""Two stages, all six kinds of step, a sound definition."""


def plant(*changes: tuple[str, str], text: str = CLUB) -> str:
    """Return the text with a fault in it. Each text to be replaced stands in it exactly once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the definition"
        text = text.replace(old, new)
    return text


def line_of(words: str, text: str) -> int:
    """Return the line, from 1, of words that stand in the text exactly once."""
    assert text.count(words) == 1, f"{words!r} stands {text.count(words)} times in the definition"
    return text.count("\n", 0, text.index(words)) + 1


def fault(old: str, new: str, says: str, at: str | None = None) -> tuple[str, str]:
    """Return a faulty definition, and what is to be told: the line of `at` (or of `new`) and a sentence."""
    faulty = plant((old, new))
    return faulty, f"{line_of(new if at is None else at, faulty)}: {says}"


def told(text: str) -> list[str]:
    """Return what is wrong with a definition, as `line: problem`."""
    return [f"{problem.line}: {problem.problem.en}" for problem in check(text, "club.yaml")]
