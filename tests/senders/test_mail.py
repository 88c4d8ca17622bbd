from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import Text
from senders.in_app import InAppSender
from senders.mail import MailSender, compose, in_one_line
from senders.messages import Message, NotNow, Refused
from senders.texts import write
from tests.mail_peer import Peer, listening

PUBLIC = "https://accede.example"


def a_message(**changes: object) -> Message:
    given_parts: dict[str, object] = {
        "id": "7f@accede.example",
        "to": "zhang@example.org",
        "language": "en",
        "kind": "reminder",
        "case": "c1",
        "process": Text(zh="发展党员", en="Membership development"),
        "step": Text(zh="支部大会讨论", en="Branch meeting votes"),
        "due_on": date(2026, 7, 1),
        "today": date(2026, 6, 24),
        "created_at": datetime(2026, 6, 24, 1, 2, 3, tzinfo=UTC),
    }
    return Message.model_validate(given_parts | changes)


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with listening(Peer()) as up:
        yield up


def a_sender(port: int, timeout: float = 5) -> MailSender:
    return MailSender(
        f"smtp://127.0.0.1:{port}",
        sender="Accede <no-reply@accede.example>",
        public_url=PUBLIC,
        timeout=timeout,
    )


async def test_a_server_takes_many_messages_in_one_round(peer):
    async with a_sender(peer.port).round() as sending:
        for number in range(3):
            await sending.send(a_message(id=f"{number}@accede.example"))

    assert peer.ids == ["<0@accede.example>", "<1@accede.example>", "<2@accede.example>"]


async def test_the_same_duty_is_sent_with_the_same_message_id_and_the_same_bytes(peer):
    for _ in range(2):
        async with a_sender(peer.port).round() as sending:
            await sending.send(a_message())

    assert peer.taken[0] == peer.taken[1]


@pytest.mark.parametrize("answer", ["550 5.1.1 zhang@example.org unknown", "553 no"])
async def test_a_recipient_refused_for_good_is_not_tried_again_and_not_named(peer, answer):
    peer.rcpt_answers = [answer]
    async with a_sender(peer.port).round() as sending:
        with pytest.raises(Refused) as refused:
            await sending.send(a_message())

    assert "zhang" not in str(refused.value)
    assert peer.taken == []


async def test_a_message_after_a_refused_one_still_arrives(peer):
    peer.rcpt_answers = ["550 unknown"]
    async with a_sender(peer.port).round() as sending:
        with pytest.raises(Refused):
            await sending.send(a_message(id="1@accede.example"))
        await sending.send(a_message(id="2@accede.example"))

    assert peer.ids == ["<2@accede.example>"]


@pytest.mark.parametrize(
    "rcpt, data",
    [(["450 greylisted"], []), ([], ["451 try later"])],
    ids=["the recipient is greylisted", "the message is put off"],
)
async def test_what_a_server_does_not_take_now_may_be_tried_again(peer, rcpt, data):
    peer.rcpt_answers, peer.data_answers = rcpt, data
    async with a_sender(peer.port).round() as sending:
        with pytest.raises(NotNow):
            await sending.send(a_message())
        await sending.send(a_message())

    assert peer.ids == ["<7f@accede.example>"]


async def test_a_message_refused_for_its_contents_is_not_tried_again(peer):
    peer.data_answers = ["554 looks like spam"]
    async with a_sender(peer.port).round() as sending:
        with pytest.raises(Refused):
            await sending.send(a_message())


async def test_silence_after_taking_leaves_it_open_and_the_next_message_uses_a_new_connection(peer):
    peer.data_answers = [None]
    async with a_sender(peer.port, timeout=0.3).round() as sending:
        with pytest.raises(NotNow):
            await sending.send(a_message())
        await sending.send(a_message(id="next@accede.example"))

    assert peer.ids == ["<7f@accede.example>", "<next@accede.example>"]


async def test_a_server_that_is_away_means_later():
    async with listening(Peer()) as gone:
        port = gone.port
    async with a_sender(port, timeout=1).round() as sending:
        with pytest.raises(NotNow, match="no connection"):
            await sending.send(a_message())


@pytest.mark.parametrize(
    "address",
    [
        "",
        "zhang",
        "@example.org",
        "zhang@",
        "a@example.org, b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org\nb@example.org",
        "<a@example.org>",
        "a@example.org\x00",
    ],
)
async def test_an_address_that_is_none_or_more_than_one_is_refused(peer, address):
    async with a_sender(peer.port).round() as sending:
        with pytest.raises(Refused):
            await sending.send(a_message(to=address))

    assert peer.taken == []


@given(st.text(max_size=80))
def test_no_title_adds_a_header(title: str):
    tricky = f"{title}\r\nBcc: everybody@example.org\n\n{title}"
    mail = compose(a_message(step=Text(zh=tricky, en=tricky)), sender="a@accede.example", public_url=PUBLIC)

    headers = mail.as_bytes().split(b"\r\n\r\n")[0]
    read = message_from_bytes(mail.as_bytes(), policy=default)
    assert read["Bcc"] is None
    assert b"\nBcc" not in headers
    assert set(read.keys()) == set(mail.keys())


@given(st.text())
def test_one_line_is_one_line(text: str):
    assert len(in_one_line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    "kind",
    [
        "task-opened",
        "ready",
        "reminder",
        "overdue",
        "returned",
        "closed",
        "transfer-proposed",
        "correction-proposed",
        "something-newer",
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_duty_has_words_in_both_languages_and_a_link(kind, language):
    subject, text = write(a_message(kind=kind, language=language), PUBLIC)

    assert subject.endswith({"zh": "支部大会讨论", "en": "Branch meeting votes"}[language])
    assert f"{PUBLIC}/cases/c1" in text
    assert "2026-07-01" in text
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    "today, en, zh",
    [
        (date(2026, 6, 24), "in 7 days", "还有7天"),
        (date(2026, 6, 30), "tomorrow", "还有1天"),
        (date(2026, 7, 1), "today", "今天"),
        (date(2026, 7, 3), "2 days ago", "已过2天"),
    ],
)
def test_a_message_says_how_long_there_is(today, en, zh):
    assert f"2026-07-01 ({en})" in write(a_message(today=today), PUBLIC)[1]
    assert f"2026-07-01（{zh}）" in write(a_message(today=today, language="zh"), PUBLIC)[1]


def test_a_message_about_the_end_of_a_case_gives_its_outcome_in_the_words_of_the_process():
    message = a_message(
        kind="closed", step=None, due_on=None, outcome=Text(zh="成为正式党员", en="Full member")
    )

    subject, text = write(message, PUBLIC)

    assert subject == "Ended: Membership development"
    assert "Outcome: Full member" in text
    assert "Due" not in text


async def test_without_a_mail_server_the_list_in_the_application_is_the_delivery():
    sender = InAppSender()
    async with sender.round() as sending:
        await sending.send(a_message())

    assert sender.channel == "in-app"


@pytest.mark.parametrize(
    "language, says",
    [
        ("en", "李 四 is told as the substitute of 王五: Secretary"),
        ("zh", "李 四作为王五的代理人收到此通知，所代理的职务：书记"),
    ],
)
def test_a_substitute_is_told_by_which_post_and_for_whom_with_both_names(language, says):
    lent = {"post": Text(zh="书记", en="Secretary"), "substitute": "李\n四", "owner": "王五"}
    _, text = write(a_message(language=language, lent=lent), PUBLIC)
    assert says in text
    _, for_oneself = write(a_message(language=language), PUBLIC)
    assert says not in for_oneself


@pytest.mark.parametrize(
    "language, counted", [("en", "Cases short of people: 2"), ("zh", "人员不足的个案：2件")]
)
def test_a_message_about_several_cases_lists_each_with_its_day_and_where_to_look(language, counted):
    lines = [
        {"case": f"c{number}", "step": Text(zh="谈话", en="Talk"), "from_on": date(2026, 7, number)}
        for number in (1, 2)
    ]
    subject, text = write(a_message(kind="understaffed", lines=lines, language=language), PUBLIC)
    assert subject == counted
    for number in (1, 2):
        assert f"2026-07-0{number}" in text
        assert f"{PUBLIC}/cases/c{number}" in text
    one_subject, one = write(a_message(kind="understaffed", lines=lines[:1], language=language), PUBLIC)
    assert one_subject == write(a_message(kind="understaffed", language=language), PUBLIC)[0]
    assert one == write(a_message(kind="understaffed", language=language), PUBLIC)[1]
