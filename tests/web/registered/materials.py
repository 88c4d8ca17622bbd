"""Documents."""

from tests.api.world import SUBJECT
from tests.web.registry import Form, Page

PAGES = (
    Page("/cases/{case_id}/materials"),
    Page("/cases/{case_id}/materials/anew"),
    Page("/materials/{material_id}", by=SUBJECT),
    Page("/materials/{material_id}/preview", by=SUBJECT, is_drawn=False),
)

FORMS = (
    Form("/cases/{case_id}/materials", fields={"step": "talk"}),
    Form("/cases/{case_id}/materials/anew", fields={"head": "0" * 64}),
)
