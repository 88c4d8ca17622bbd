"""People, units, processes."""

from tests.api.world import ADMIN
from tests.web.registry import Form, Page

PAGES = (
    Page("/people"),
    Page("/people", "/people?q=nobody-at-all"),
    Page("/people/{person_id}"),
    Page("/people/{person_id}", "/people/{person_id}?by=admin", by=ADMIN),
    Page("/units"),
    Page("/units/{unit_id}"),
    Page("/processes"),
    Page("/processes/{process_id}", "/processes/{process}"),
    Page("/processes/{process_id}/differences", "/processes/{process}/differences"),
)

FORMS = (
    Form("/people/{person_id}/posts", fields={"role": "reviewer", "unit": "nowhere"}, by=ADMIN),
    Form("/units/{unit_id}/plans", fields={"of": "reading-circle member", "year": "2025", "planned": "3"}),
    Form("/processes/check", fields={"draft": "process: nothing"}),
)
