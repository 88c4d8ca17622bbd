"""Documents."""

from tests.api.world import SUBJECT
from tests.web.registry import Page

PAGES = (
    Page("/cases/{case_id}/materials"),
    Page("/materials/{material_id}", by=SUBJECT),
    Page("/materials/{material_id}/preview", by=SUBJECT, is_drawn=False),
)
