"""Forms say on paper what was entered, in either language, and nothing their reader is not shown."""

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from domain.forms import FORM_KINDS, forms_of
from domain.library import Library
from domain.reading import read_process
from records.definitions import read_library
from records.form_lists import BadForms, read_forms
from tests.api.world import AUDITOR, HOST, NOBODY, PARENT, SECRETARY, SIBLING, SUBJECT, a_circle
from tests.builders import a_case

GUILD = """\
process: guild
version: "1"
title: {zh: 入会, en: Joining the guild}
source: {zh: 章程, en: Charter}
in_force: {from: 2020-01-01}
unit_kinds: {circle: {zh: 读书会, en: Circle}, committee: {zh: 委员会, en: Committee}}
starts_in: circle
standings: {guest: {zh: 来宾, en: Guest}, member: {zh: 会员, en: Member}}
first_standing: guest
roles:
  circle.secretary: {title: {zh: 秘书, en: Secretary}}
  committee.chair: {title: {zh: 主席, en: Chair}}
bodies:
  circle.members: {title: {zh: 会员大会, en: Meeting of members}, unit: circle, standing: member, basis: "7"}
materials:
  talk-record: {code: 1-2, title: {zh: 谈话记录, en: Record of the talk}}
outcomes:
  joined: {title: {zh: 入会, en: Joined}, kind: reached}
  refused: {title: {zh: 未获通过, en: Not admitted}, kind: refused}
  withdrawn: {title: {zh: 撤回, en: Withdrawn}, kind: left}
whole_case: {withdraw: [subject], correct: [circle.secretary, committee.chair]}
stages:
  - id: joining
    title: {zh: 接纳, en: Admission}
    standing: member
    outcome: joined
    steps:
      - id: apply
        kind: record
        title: {zh: 申请, en: Apply}
        by: subject
      - id: talk
        kind: record
        title: {zh: 谈话, en: Talk}
        by: circle.secretary
        basis: "6"
        materials: [{id: talk-record, level: late}]
        fields:
          - {id: motive, title: {zh: 入会动机, en: Motive}}
          - {id: books, title: {zh: 读过的书, en: Books read}, type: integer}
      - id: vote
        kind: meeting
        title: {zh: 表决, en: Vote}
        by: circle.secretary
        body: circle.members
        basis: "7"
        quorum: {more_than: 1/2, of: eligible, basis: "7"}
        carried: {more_than: 1/2, of: eligible, basis: "8"}
        outcomes: {carried: next, lost: again}
      - id: approve
        kind: decision
        title: {zh: 批准, en: Approval}
        by: committee.chair
        outcomes: {approve: next, refuse: {end: refused, needs_reason: true}}
"""


def text_of(pdf):
    pages = PdfReader(io.BytesIO(pdf)).pages
    # A line that is too long for its column is broken, and a space may stand beside digits.
    return "".join("".join(page.extract_text().split()) for page in pages)


async def read(world, case, form, by=SECRETARY, language="zh"):
    answer = await world.get(f"/v1/cases/{case['id']}/forms/{form}?language={language}", by)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return text_of(answer.content)


@pytest.fixture
def guild(world):
    """The world with a process that talks, meets and asks those above."""
    library = Library.of([a_circle(), read_process(GUILD, "guild.yaml")])
    object.__setattr__(world.parts, "library", library)
    object.__setattr__(world.parts, "forms", {"guild": {"talk-record": "talk"}})
    return world


async def done(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["case"]


async def talked(guild):
    case = await guild.start(process="guild", occurred_on="2025-03-03")
    talk = {"outcome": "done", "occurred_on": "2025-03-05", "fields": {"motive": "想多读书", "books": 17}}
    return await done(await guild.act(case, "talk", SECRETARY, reason="材料后补", **talk))


async def voted(guild, case):
    meeting = {"eligible": 2, "present": 2, "yes": 2, "no": 0, "abstain": 0, "attended": [SECRETARY, HOST]}
    vote = {"occurred_on": "2025-03-08", "meeting": meeting}
    return await done(await guild.act(case, "vote", SECRETARY, **vote))


async def test_a_case_has_the_forms_its_process_asks_for_and_those_of_its_kinds_of_step(guild):
    case = await talked(guild)
    listed = (await guild.get(f"/v1/cases/{case['id']}/forms", SECRETARY)).json()["items"]
    assert [(one["id"], one["kind"], one["state"]) for one in listed] == [
        ("case.way", "way", "case"),
        ("case.papers", "papers", "case"),
        ("apply.record", "record", "done"),
        ("talk.talk-record", "talk", "done"),
        ("vote.minutes", "minutes", "open"),
        ("approve.decision", "decision", "ahead"),
        ("approve.reply", "reply", "ahead"),
    ]
    talk = listed[3]
    assert (talk["title"], talk["code"], talk["step_title"]) == ("谈话记录", "1-2", "谈话")


@pytest.mark.parametrize(
    "language, said",
    [
        (
            "zh",
            [
                "谈话记录",
                "谈话对象张三",
                "谈话人李四",
                "2025年3月5日",
                "入会动机：想多读书",
                "读过的书：17",
                "章程第6条",
            ],
        ),
        (
            "en",
            [
                "Recordofthetalk",
                "张三",
                "5March2025",
                "Motive:想多读书",
                "Booksread:17",
                "Charter,article6",
            ],
        ),
    ],
)
async def test_what_was_entered_once_is_what_is_printed(guild, language, said):
    case = await talked(guild)
    printed = await read(guild, case, "talk.talk-record", language=language)
    assert [one for one in said if one not in printed] == []


async def test_minutes_have_the_roster_the_count_and_what_it_had_to_reach(guild):
    case = await voted(guild, await talked(guild))
    printed = await read(guild, case, "vote.minutes")
    for said in ("会员大会", "1李四✓", "2王五✓", "须达到2人（第7条）是", "须达到2人（第8条）是", "通过"):
        assert said in printed, said


async def test_whose_opinions_in_writing_were_counted_is_in_minutes_history_and_timeline(guild):
    by_half = GUILD.replace(
        'more_than: 1/2, of: eligible, basis: "7"', 'at_least: 1/2, of: eligible, basis: "7"'
    )
    opened = by_half.replace(
        "body: circle.members", "body: circle.members\n        ballot: open\n        written: true"
    )
    object.__setattr__(guild.parts, "library", Library.of([a_circle(), read_process(opened, "guild.yaml")]))
    case = await talked(guild)
    opinions = [{"person": HOST, "says": "yes"}]
    meeting = {"eligible": 2, "present": 1, "written": 1, "yes": 2, "attended": [SECRETARY]}
    act = {"occurred_on": "2025-03-08", "meeting": meeting}
    bare = await guild.act(case, "vote", SECRETARY, **act)
    assert (bare.status_code, bare.json()["rule"]) == (422, "vote.opinions")
    await done(
        await guild.act(case, "vote", SECRETARY, **{**act, "meeting": meeting | {"opinions": opinions}})
    )
    assert "2王五有书面意见：赞成" in await read(guild, case, "vote.minutes")
    history = (await guild.get(f"/v1/cases/{case['id']}/history", SECRETARY)).json()["items"]
    voted_on = next(one for one in history if one["step"] == "vote" and one["type"] == "step-completed")
    assert voted_on["data"]["meeting"]["opinions"] == opinions
    page = await guild.get(f"/cases/{case['id']}", SECRETARY)
    assert "书面意见：王五 · 赞成" in " ".join(page.text.split())
    own = (await guild.get(f"/v1/cases/{case['id']}/history", SUBJECT)).text
    assert HOST not in own


async def test_before_a_meeting_its_minutes_name_those_who_may_sign_in_and_no_numbers(guild):
    printed = await read(guild, await talked(guild), "vote.minutes")
    assert "王五" in printed
    assert "✓" not in printed
    assert "空白处尚未登记" in printed


async def test_those_above_answer_with_day_body_count_and_outcome(guild):
    case = await voted(guild, await talked(guild))
    empty = await read(guild, case, "approve.reply")
    assert "＿＿年" in empty
    case = await done(await guild.act(case, "approve", PARENT, outcome="approve", occurred_on="2025-03-09"))
    reply = await read(guild, case, "approve.reply")
    for said in (
        "第一读书会：",
        "经2025年3月9日委员会研究",
        "关于“批准”的意见为：同意",
        "委员会（盖章）2025年3月9日",
    ):
        assert said in reply, said
    told = await read(guild, case, "case.outcome", by=SUBJECT)
    assert "张三：" in told
    assert "结果为：入会" in told


async def test_a_form_says_what_the_person_was_when_its_step_was_done(guild):
    case = await voted(guild, await talked(guild))
    await done(await guild.act(case, "approve", PARENT, outcome="approve", occurred_on="2025-03-09"))
    assert "身份来宾" in await read(guild, case, "apply.record")
    assert "身份会员" in await read(guild, case, "case.way")


async def test_nobody_prints_what_he_is_not_shown(guild):
    case = await voted(guild, await talked(guild))
    whole = [await read(guild, case, form) for form in ("talk.talk-record", "vote.minutes", "case.way")]
    own = [
        await read(guild, case, form, by=SUBJECT) for form in ("talk.talk-record", "vote.minutes", "case.way")
    ]
    for secret in ("想多读书", "材料后补", "李四", "✓"):
        assert any(secret in text for text in whole), secret
        assert all(secret not in text for text in own), secret
    assert all("未向其显示的内容留空" in text for text in own)
    assert all("未向其显示的内容留空" not in text for text in whole)


async def test_a_corrected_value_is_printed_by_what_it_became(guild):
    case = await voted(guild, await talked(guild))
    history = (await guild.get(f"/v1/cases/{case['id']}/history", SECRETARY)).json()["items"]
    seq = next(one["seq"] for one in history if one["step"] == "talk" and one["type"] == "step-completed")
    change = {"seq": seq, "path": "fields.books", "value": 71}
    asked = {"occurred_on": "2025-03-10", "reason": "笔误", "change": change}
    path = f"/v1/cases/{case['id']}/correct"
    proposed = await done(await guild.post(path, SECRETARY, asked, if_match=f'"{case["head"]}"'))
    assert "读过的书：17" in await read(guild, case, "talk.talk-record")
    confirm = {"occurred_on": "2025-03-10", "confirms": proposed["proposals"][0]["seq"]}
    await done(await guild.post(path, PARENT, confirm, if_match=f'"{proposed["head"]}"'))
    assert "读过的书：71" in await read(guild, case, "talk.talk-record")
    assert "更正" in await read(guild, case, "case.way")


async def test_a_form_is_the_same_byte_by_byte_until_something_changes(guild):
    case = await talked(guild)
    path = f"/v1/cases/{case['id']}/forms/case.way"
    first = (await guild.get(path, SECRETARY)).content
    guild.clock.pass_by(timedelta(days=4))
    assert (await guild.get(path, SECRETARY)).content == first
    await voted(guild, case)
    assert (await guild.get(path, SECRETARY)).content != first


async def test_what_somebody_wrote_is_text_on_a_form_and_nothing_else(world):
    hostile = '#panic("x") $ * _ @a <b> \\ `'
    case = await world.start(fields={"letter": hostile})
    assert "".join(hostile.split()) in await read(world, case, "apply.record", by=SUBJECT)


async def test_a_form_there_is_not_is_not_found(guild):
    case = await talked(guild)
    for form in ("vote.reply", "talk.minutes", "case.outcome", "nothing"):
        answer = await guild.get(f"/v1/cases/{case['id']}/forms/{form}", SECRETARY)
        assert answer.status_code == 404
    for stranger in (NOBODY, SIBLING):
        answer = await guild.get(f"/v1/cases/{case['id']}/forms/case.way", stranger)
        assert answer.status_code == 404
    assert (await guild.get(f"/v1/cases/{case['id']}/forms/case.way", AUDITOR)).status_code == 200


async def test_notices_and_periods_have_their_registers(world):
    case = await world.start(occurred_on="2024-01-02", reason="补录")
    answer = await world.act(case, "talk", SECRETARY, outcome="done", occurred_on="2024-01-10", reason="补录")
    case = await done(answer)
    entry = {"kind": "assessment"}
    for day in (date(2024, 6, 3), date(2024, 12, 2)):
        given = {"occurred_on": day.isoformat(), "entry": entry, "reason": "表现良好"}
        case = await done(await world.act(case, "trial", SECRETARY, **given))
    register = await read(world, case, "trial.register")
    for said in ("2024年6月3日考察记录表现良好李四", "2024年12月2日考察记录", "2024年1月10日–2025年1月10日"):
        assert said in register, said
    assert {"notice.notice", "notice.objections"} <= {
        one["id"] for one in (await world.get(f"/v1/cases/{case['id']}/forms", SECRETARY)).json()["items"]
    }
    assert "公示期5个工作日" in await read(world, case, "notice.notice")


@pytest.mark.parametrize(
    "text, told",
    [
        ("guild: {sonnet: [talk-record]}", "is not a list"),
        ("guild: {talk: [talk-notes]}", "no material talk-notes"),
    ],
)
def test_a_list_of_forms_that_names_what_is_not_there_is_refused(tmp_path, text, told):
    library = Library.of([read_process(GUILD, "guild.yaml")])
    (tmp_path / "forms.yaml").write_text(text)
    with pytest.raises(BadForms, match=told):
        read_forms(tmp_path, library)


def test_the_list_beside_the_definitions_names_materials_they_have():
    folder = Path(__file__).resolve().parents[2] / "processes"
    library = read_library(folder)
    asked = read_forms(folder, library)["membership-development"]
    latest = library.family("membership-development")[-1]
    case, _ = a_case()
    fresh = case.model_copy(update={"steps": {}, "stage": latest.stages[0].id})
    kinds = {one.kind for one in forms_of(latest, fresh, asked)}
    assert kinds == set(FORM_KINDS) - {"outcome"}


async def test_a_roll_names_the_people_of_the_cases_one_sees_and_nobody_else(world):
    await world.start()
    await world.start(process="ballot", subject=NOBODY, by=NOBODY)
    answer = await world.get("/v1/rolls?standing=guest&language=zh", SECRETARY)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    whole = text_of(answer.content)
    assert "来宾名册" in whole
    # Both began on one day: then by name.
    assert "1周九第一读书会来宾2025年3月10日表决2张三第一读书会来宾2025年3月10日申请" in whole
    own = text_of((await world.get("/v1/rolls?language=en", SUBJECT)).content)
    assert "1inall" in own
    assert "周九" not in own
    assert "0inall" in text_of((await world.get("/v1/rolls?language=en", SIBLING)).content)
