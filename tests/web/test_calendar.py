"""The calendar as a feed."""

import re

from tests.web.browsers import in_the_loop_of_the_browser
from tests.web.registry import Page

pytestmark = in_the_loop_of_the_browser


async def test_the_feed_is_a_calendar_with_steps_and_cases_and_nobodys_name(furnished):
    answer = await furnished.ask(Page("/calendar.ics"))
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    lines = answer.text.split("\r\n")
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
    plain = answer.text.replace("\r\n ", "")
    assert furnished.things["case"] in plain
    assert not [name for name in furnished.names if name in plain]
    assert len(re.findall("^UID:", plain, re.MULTILINE)) == len(
        set(re.findall("^UID:.*$", plain, re.MULTILINE))
    )
