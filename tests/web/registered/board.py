"""The board and the calendar."""

from tests.api.world import ADMIN
from tests.web.registry import Page

PAGES = (
    Page("/board"),
    Page("/board", "/board?process=reading-circle", by=ADMIN),
    Page("/board/list", "/board/list?process=reading-circle&stage=joining"),
    Page("/board/list", "/board/list?overdue=true"),
    Page("/calendar"),
    Page("/calendar", "/calendar?month=2024-01"),
    Page("/calendar.ics", is_drawn=False),
)
