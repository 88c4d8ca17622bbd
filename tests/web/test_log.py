"""The page of what administrators did: for auditors, and empty for whoever audits nothing."""

import pytest

from services import sessions
from services.administration import note, note_definitions
from tests.api.world import AUDITOR, HOST, NOON, PASSWORD, SECRETARY
from tests.web.browsers import in_the_loop_of_the_browser

pytestmark = in_the_loop_of_the_browser

HTML = {"accept": "text/html"}


def done(connection, parts):
    """Something of every shape: with a person and none, by somebody and by a command."""
    note_definitions(connection, parts.library, NOON.date(), NOON)
    note(connection, parts, "token-made", by=HOST, person=HOST, id="t", days=3, narrowed=False)
    note(connection, parts, "record-restored", mail_held=False)


@pytest.mark.parametrize("person, shown", [(AUDITOR, True), (SECRETARY, False)])
async def test_auditors_read_what_was_done_and_others_nothing_of_it(site, person, shown):
    parts, client = site.world.parts, site.world.client
    await sessions.end_of_login(parts, HOST, None)
    await parts.write(lambda connection: done(connection, parts))
    await client.post("/login", data={"login": person, "password": PASSWORD, "to": "/"}, headers=HTML)

    answer = await client.get("/log/administration", headers=HTML)

    assert answer.status_code == 200, answer.text
    for said in ("安装流程定义", "结束登录会话", "发放令牌", "从备份恢复", "服务器命令", "王五"):
        assert (said in answer.text) is shown, said
