"""Starting an application."""

from tests.api.world import SUBJECT
from tests.web.registry import Form, Page

PAGES = (
    Page("/start", by=SUBJECT),
    Page("/start/{draft_id}", "/start/{draft}?stage=who", by=SUBJECT),
    Page("/start/{draft_id}", "/start/{draft}?stage=papers", by=SUBJECT),
    Page("/start/{draft_id}", "/start/{draft}?stage=check", by=SUBJECT),
)

FORMS = (
    Form("/start", fields={"process": "ballot", "unit": "circle-1"}, by=SUBJECT),
    Form("/start/{draft_id}/who", "/start/{draft}/who", {"occurred_on": "2025-03-01"}, by=SUBJECT),
    Form("/start/{draft_id}/materials", "/start/{draft}/materials", by=SUBJECT),
    Form("/start/{draft_id}/submit", "/start/{draft}/submit", by=SUBJECT),
    Form("/start/{draft_id}/discard", "/start/{other_draft}/discard", by=SUBJECT),
)
