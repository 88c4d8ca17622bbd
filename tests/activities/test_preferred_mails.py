"""The courier does what people chose of mails: at once, in one mail a day, not at night, or not at all."""

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from temporalio.testing import ActivityEnvironment

from activities.delivering import DeliveringActivities
from domain.preferences import Preferences, Quiet, Required
from domain.values import Text
from records import people
from records import preferences as kept
from records.tables import obligations
from senders.mail import MailSender
from senders.messages import NotNow
from tests.activities.test_delivering import BEGUN, Post, owe_copies
from tests.builders import SECRETARY, noon
from tests.mail_peer import Peer, listening
from tests.records.organisations import an_organisation
from workflows.contract import DeliverAsked

ZONE = ZoneInfo("Asia/Shanghai")
REQUIRED = {
    "tasks": Required(source=Text(zh="细则", en="Rules"), basis="1", says=Text(zh="须告", en="It is told"))
}


class ChoosingPost(Post):
    """The same, with an organisation's zone and people who choose."""

    def __init__(self, database):
        super().__init__(database)
        self.required = {}

    async def begin(self, *cases):
        """Owe the secretary a message for each: of the case that there is, and copies of it."""
        first, *others = cases
        await super().begin(first)
        if others:
            await owe_copies(self, len(others), SECRETARY)

    async def choose(self, **chosen):
        preferences = Preferences(**chosen)
        await self.database.write(
            lambda connection: kept.keep_preferences(connection, SECRETARY, preferences, self.now)
        )

    async def deliver(self, *, limit=50, sender=None):
        work = DeliveringActivities(
            self.database,
            self.library,
            sender or self.sender,
            clock=lambda: self.now,
            zone=ZONE,
            required=self.required,
        )
        return await ActivityEnvironment().run(work.deliver_batch, DeliverAsked(limit=limit))


@pytest.fixture
async def post(database):
    await database.write(an_organisation)
    return ChoosingPost(database)


def clock(hours, day=0):
    return datetime.combine(BEGUN + timedelta(days=day), datetime.min.time(), ZONE) + timedelta(hours=hours)


async def test_what_is_left_to_the_list_is_delivered_by_it(post):
    await post.choose(ways={"tasks": "list"})
    await post.begin("case-1")
    assert (await post.deliver()).delivered == 1
    assert post.sender.taken == []
    assert [(row.status, row.channel) for row in await post.rows()] == [("sent", "in-app")]


async def test_what_has_to_be_told_is_mailed_whatever_was_chosen_before(post):
    await post.choose(ways={"tasks": "list"})
    post.required = REQUIRED
    await post.begin("case-1")
    assert (await post.deliver()).delivered == 1
    assert len(post.sender.taken) == 1


async def test_messages_of_a_day_come_in_one_mail_at_its_hour(post):
    await post.choose(ways={"tasks": "daily"}, daily_at=8 * 60)
    await post.begin("case-1", "case-2", "case-3")
    waiting = await post.deliver()
    assert (waiting.delivered, waiting.failed, waiting.more, waiting.next_at) == (
        0,
        0,
        False,
        clock(8, day=1),
    )
    assert [row.attempts for row in await post.rows()] == [0, 0, 0]

    post.now = clock(8, day=1)
    assert (await post.deliver(limit=1)).delivered == 3
    [mail] = post.sender.taken
    assert (mail.kind, len(mail.day)) == ("daily", 3)
    assert await post.statuses() == ["sent"] * 3
    assert (await post.deliver()).delivered == 0


async def test_a_daily_mail_that_is_not_taken_comes_again_under_the_same_id(post):
    await post.choose(ways={"tasks": "daily"}, daily_at=8 * 60)
    await post.begin("case-1", "case-2")
    await post.deliver()
    post.now, post.sender.troubles = clock(8, day=1), [NotNow("code 450")]
    first = await post.deliver()
    assert (first.delivered, first.failed) == (0, 2)
    post.now = first.next_at
    assert (await post.deliver()).delivered == 2
    ids = sorted(row.message_id for row in await post.rows())
    assert post.sender.taken[0].id not in ids
    assert sorted(one.id for one in post.sender.taken[0].day) == ids


async def test_nothing_is_mailed_at_night(post):
    await post.choose(quiet=Quiet(from_=20 * 60, to=7 * 60))
    post.now = clock(23)
    await post.begin("case-1")
    held = await post.deliver()
    assert (held.delivered, held.next_at) == (0, clock(7, day=1))
    post.now = held.next_at
    assert (await post.deliver()).delivered == 1


async def test_whoever_chooses_anew_is_not_kept_waiting_by_what_was_chosen_before(post):
    await post.choose(ways={"tasks": "daily"})
    await post.begin("case-1")
    assert (await post.deliver()).delivered == 0
    await post.choose(ways={"tasks": "at-once"})
    assert (await post.deliver()).delivered == 1


async def test_mails_are_in_the_language_chosen_for_mails(post):
    await post.database.write(
        lambda connection: people.change_person(connection, SECRETARY, {"language": "zh"})
    )
    await post.choose(language="en", ways={"tasks": "daily"}, daily_at=12 * 60)
    post.now = clock(11)
    await post.begin("case-1", "case-2")
    post.now = clock(12)
    async with listening(Peer()) as peer:
        sender = MailSender(
            f"smtp://127.0.0.1:{peer.port}", sender="a@accede.test", public_url="https://accede.test"
        )
        assert (await post.deliver(sender=sender)).delivered == 2
    [mail] = [message_from_bytes(content, policy=default) for content in peer.taken]
    assert mail["Subject"] == "Daily mail: 2 messages"
    assert mail["Content-Language"] == "en"
    assert mail.get_content().count("https://accede.test/cases/") == 2
    assert "张三" not in mail.get_content()


async def test_whoever_chose_nothing_is_told_as_before(post):
    post.now = noon(BEGUN)
    await post.begin("case-1")
    assert (await post.deliver()).delivered == 1
    query = sa.select(sa.func.count()).select_from(obligations).where(obligations.c.channel == "mail")
    assert await post.database.read(lambda connection: connection.execute(query).scalar_one()) == 1
