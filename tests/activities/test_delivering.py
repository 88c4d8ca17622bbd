"""Delivering on a real record: what was accepted is written down once, what was not is tried again."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from temporalio.activity import ActivityCancellationDetails
from temporalio.testing import ActivityEnvironment

from activities.delivering import DeliveringActivities
from domain.acts import Recuse
from domain.library import Library
from domain.reading import read_process
from records import organisation, recording
from records.notifications import LEASE
from records.tables import obligations, people
from senders.mail import MailSender
from senders.messages import Message, NotNow, Refused
from tests.api.admission import ADMISSION
from tests.builders import HOST, SECRETARY, a_library, a_start, known_to, noon
from tests.mail_peer import Peer, listening
from tests.records.organisations import OUTSIDER, an_organisation
from workflows.contract import DeliverAsked, Delivered

BEGUN = date(2025, 3, 3)


class FakeSender:
    """Takes what it is told to take, and remembers it."""

    channel = "mail"

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.troubles: list[Exception] = []

    @asynccontextmanager
    async def round(self) -> AsyncIterator[FakeSender]:
        yield self

    async def send(self, message: Message) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.taken.append(message)


class Post:
    """A record in which somebody is owed messages, and who delivers them."""

    def __init__(self, database) -> None:
        self.database = database
        self.library = a_library()
        self.now = noon(BEGUN)
        self.sender = FakeSender()

    async def begin(self, *cases: str) -> None:
        """Start cases: each owes the secretary one message."""
        process = self.library.editions[0]
        for case in cases:
            start = a_start(case, on=BEGUN)
            await self.database.write(lambda c, a=start: recording.record(c, process, None, a, self.now))

    async def deliver(self, *, limit: int = 50, sender: MailSender | None = None) -> Delivered:
        work = DeliveringActivities(
            self.database, self.library, sender or self.sender, clock=lambda: self.now
        )
        return await ActivityEnvironment().run(work.deliver_batch, DeliverAsked(limit=limit))

    async def rows(self) -> list[Any]:
        query = sa.select(obligations).order_by(obligations.c.id)
        found: list[Any] = await self.database.read(lambda c: list(c.execute(query)))
        return found

    async def statuses(self) -> list[str]:
        return [row.status for row in await self.rows()]


@pytest.fixture
async def post(database) -> Post:
    await database.write(an_organisation)
    made = Post(database)
    await made.begin("case-1")
    return made


async def test_what_waits_is_delivered_once_however_often_the_courier_comes(post):
    first = await post.deliver()
    second = await post.deliver()

    assert (first.delivered, first.failed, first.more, first.next_at) == (1, 0, False, None)
    assert second.delivered == 0
    assert [message.kind for message in post.sender.taken] == ["task-opened"]
    [row] = await post.rows()
    assert (row.status, row.channel, row.sent_at) == ("sent", "mail", post.now)


async def test_a_message_says_what_and_when_and_where_and_no_name(post):
    await post.deliver()

    [message] = post.sender.taken
    assert message.to == f"{SECRETARY}@example.org"
    assert message.step.en == "Talk"
    assert message.due_on == date(2025, 4, 3)
    assert "张三" not in message.model_dump_json()


async def test_what_is_not_taken_now_is_tried_again_later_under_the_same_id(post):
    post.sender.troubles = [NotNow("code 450")]
    first = await post.deliver()
    at_once = await post.deliver()
    post.now = first.next_at
    later = await post.deliver()

    assert (first.failed, at_once.delivered, at_once.failed) == (1, 0, 0)
    assert first.next_at > noon(BEGUN)
    assert later.delivered == 1
    [row] = await post.rows()
    assert (row.status, row.attempts) == ("sent", 2)
    assert post.sender.taken[0].id == row.message_id


async def test_pauses_grow_until_it_is_given_up(post):
    pauses = []
    for _ in range(20):
        post.sender.troubles = [NotNow("away")]
        batch = await post.deliver()
        if batch.next_at is None:
            break
        pauses.append(batch.next_at - post.now)
        post.now = batch.next_at

    assert await post.statuses() == ["failed"]
    assert pauses == sorted(pauses)
    assert len(pauses) >= 10
    assert sum(pauses, timedelta()) > timedelta(days=1) / 2


async def test_what_is_refused_for_good_is_not_tried_again(post):
    post.sender.troubles = [Refused("recipient refused, code 550")]
    batch = await post.deliver()

    assert batch.next_at is None
    [row] = await post.rows()
    assert (row.status, row.failure) == ("failed", "recipient refused, code 550")


async def test_one_message_nobody_foresaw_does_not_hold_up_the_others(post, database):
    await database.write(lambda c: c.execute(sa.update(people).values(language="?" * 2)))
    post.sender.troubles = [ZeroDivisionError()]
    await post.deliver()

    [row] = await post.rows()
    assert (row.status, row.failure) == ("waiting", "ZeroDivisionError")


async def test_whoever_has_no_address_is_told_in_the_application(post, database):
    await database.write(lambda c: c.execute(sa.update(people).values(email=None)))
    batch = await post.deliver()

    assert (batch.delivered, post.sender.taken) == (1, [])
    [row] = await post.rows()
    assert (row.status, row.channel) == ("sent", "in-app")


async def test_without_a_mail_server_everybody_is_told_in_the_application(post):
    work = DeliveringActivities(post.database, post.library, clock=lambda: post.now)
    await ActivityEnvironment().run(work.deliver_batch, DeliverAsked())

    [row] = await post.rows()
    assert (row.status, row.channel) == ("sent", "in-app")


async def test_a_batch_that_takes_long_leaves_the_rest_for_later(post):
    await post.database.write(lambda c: c.execute(sa.update(obligations).values(kind="reminder")))
    slow = post.sender.send

    async def slowly(message: Message) -> None:
        post.now += timedelta(minutes=3)
        await slow(message)

    post.sender.send = slowly
    await owe_copies(post, 3)
    batch = await post.deliver()

    assert batch.delivered == 1
    post.now += timedelta(minutes=10)
    assert (await post.deliver()).delivered == 1
    assert len({message.id for message in post.sender.taken}) == 2


class SlowSender(FakeSender):
    """Takes each message only once it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.is_at_it = asyncio.Event()
        self.go_on = asyncio.Event()

    async def send(self, message: Message) -> None:
        self.is_at_it.set()
        await self.go_on.wait()
        await super().send(message)


def delivering(post: Post, env: ActivityEnvironment) -> asyncio.Task[Delivered]:
    """Begin to deliver beside the test, with many signs of life a second."""
    work = DeliveringActivities(post.database, post.library, post.sender, clock=lambda: post.now, beat=0.01)
    return asyncio.create_task(env.run(work.deliver_batch, DeliverAsked()))


async def test_signs_of_life_are_given_while_one_mail_takes_its_time(post):
    post.sender, env = SlowSender(), ActivityEnvironment()
    beats = itertools.count(1)

    def heard() -> None:
        if next(beats) > 3 and post.sender.is_at_it.is_set():
            post.sender.go_on.set()

    env.on_heartbeat = heard
    batch = await asyncio.wait_for(delivering(post, env), 30)

    assert batch.delivered == 1


async def test_a_round_that_is_taken_away_ends_after_its_mail_and_others_have_the_rest_at_once(post):
    await owe_copies(post, 3)
    post.sender, env = SlowSender(), ActivityEnvironment()
    taken_away = delivering(post, env)
    await post.sender.is_at_it.wait()
    env.cancel(ActivityCancellationDetails(not_found=True))
    post.sender.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await taken_away

    assert len(post.sender.taken) == 1
    assert sorted(await post.statuses()) == ["sent", "waiting", "waiting", "waiting"]
    assert (await post.deliver()).delivered == 3
    assert len({message.id for message in post.sender.taken}) == len(post.sender.taken) == 4
    assert {row.attempts for row in await post.rows()} == {1}


async def test_a_worker_that_stops_finishes_its_mail_and_leaves_the_rest_to_others(post):
    await owe_copies(post, 2)
    post.sender, env = SlowSender(), ActivityEnvironment()
    stopping = delivering(post, env)
    await post.sender.is_at_it.wait()
    env.worker_shutdown()
    post.sender.go_on.set()
    batch = await stopping

    assert (batch.delivered, batch.more) == (1, True)
    assert (await post.deliver()).delivered == 2


async def test_a_worker_that_has_to_end_breaks_off_a_mail_that_takes_too_long(post):
    post.sender, env = SlowSender(), ActivityEnvironment()
    stopping = delivering(post, env)
    await post.sender.is_at_it.wait()
    env.worker_shutdown()
    env.cancel(ActivityCancellationDetails(worker_shutdown=True))
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(stopping, 30)

    assert post.sender.taken == []
    post.sender.go_on.set()
    assert (await post.deliver()).delivered == 0, "it may have been taken, and stays claimed for its time"
    post.now += LEASE
    assert (await post.deliver()).delivered == 1


async def test_more_than_a_batch_is_announced(post):
    await owe_copies(post, 4)

    assert (await post.deliver(limit=3)).more
    assert not (await post.deliver(limit=3)).more
    assert len({message.id for message in post.sender.taken}) == 5


async def test_a_server_that_refuses_falls_silent_and_comes_back_takes_each_message_once_per_id(post):
    await owe_copies(post, 5)
    ids = {f"<{row.message_id}>" for row in await post.rows()}
    peer = Peer()
    async with listening(peer):
        port = peer.port
        peer.rcpt_answers = ["450 later", "250 OK", "250 OK"]
        peer.data_answers = [None, "451 later"]
        await post.deliver(sender=_to(port))
    for _ in range(2):
        post.now += timedelta(minutes=30)
        await post.deliver(sender=_to(port))
    back = Peer()
    async with listening(back, port):
        for _ in range(3):
            post.now += timedelta(hours=1)
            await post.deliver(sender=_to(port))

    accepted = peer.ids + back.ids
    assert set(accepted) == ids
    # Taken before the silence, and so sent again: by its id a mail system knows it as one.
    assert len(accepted) == len(ids) + 1
    assert set(await post.statuses()) == {"sent"}
    assert all(row.attempts >= 1 for row in await post.rows())


def _to(port: int) -> MailSender:
    return MailSender(
        f"smtp://127.0.0.1:{port}", sender="a@accede.example", public_url="http://x", timeout=0.5
    )


async def owe_copies(post: Post, number: int, person: str = HOST) -> None:
    """Owe somebody more of the same, as a busy day would."""
    [row] = await post.rows()
    copies = [
        {**row._mapping, "id": f"copy-{one}", "message_id": f"copy-{one}@accede", "person_id": person}
        for one in range(number)
    ]
    await post.database.write(lambda c: c.execute(sa.insert(obligations), copies))


async def test_a_substitute_is_told_with_both_names_by_which_post(database):
    def lend(connection):
        an_organisation(connection)
        organisation.add_delegation(connection, post_id=f"post-{SECRETARY}", substitute=HOST, from_on=BEGUN)

    await database.write(lend)
    post = Post(database)
    await post.begin("case-1")
    await post.deliver()

    told = {message.to.partition("@")[0]: message.lent for message in post.sender.taken}
    assert told[SECRETARY] is None
    lent = told[HOST]
    assert lent is not None
    assert (lent.post.en, lent.substitute, lent.owner) == ("Secretary", "王五", "李四")


async def test_what_waits_for_somebody_who_keeps_out_since_is_not_sent_and_owed_no_more(database):
    def lend(connection):
        an_organisation(connection)
        organisation.add_delegation(connection, post_id=f"post-{HOST}", substitute=OUTSIDER, from_on=BEGUN)

    await database.write(lend)
    post = Post(database)
    post.library = Library.of([read_process(ADMISSION, "admission.yaml")])
    await post.begin("case-1")
    assert {row.person_id for row in await post.rows()} == {SECRETARY, HOST, OUTSIDER}

    def declare(connection):
        locked = recording.lock(connection, post.library, "case-1")
        act = Recuse(known=known_to(SECRETARY), occurred_on=BEGUN, reason="合伙经商", person=HOST)
        recording.record(connection, locked.process, locked, act, post.now)

    await database.write(declare)
    batch = await post.deliver()

    assert [message.to.partition("@")[0] for message in post.sender.taken] == [SECRETARY]
    assert (batch.delivered, batch.next_at) == (1, None)
    known = {row.person_id: (row.status, row.sent_at) for row in await post.rows()}
    assert known == {
        SECRETARY: ("sent", post.now),
        HOST: ("not-owed", None),
        OUTSIDER: ("not-owed", None),
    }
