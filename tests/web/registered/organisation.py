"""People, units, processes."""

from tests.api.world import ADMIN
from tests.web.registry import Form, Page

PAGES = (
    Page("/people"),
    Page("/people", "/people?q=nobody-at-all"),
    Page("/people/{person_id}"),
    Page("/people/{person_id}", "/people/{person_id}?by=admin", by=ADMIN),
    Page("/people/add", by=ADMIN),
    Page("/units"),
    Page("/units/{unit_id}"),
    Page("/units/{unit_id}/add", by=ADMIN),
    Page("/units/{unit_id}/change", by=ADMIN),
    Page("/units/{unit_id}/close", by=ADMIN),
    Page("/admin", by=ADMIN),
    Page("/admin/import", by=ADMIN),
    Page("/admin/delegations", by=ADMIN),
    Page("/admin/erasures", by=ADMIN),
    Page("/processes"),
    Page("/processes/{process_id}", "/processes/{process}"),
    Page("/processes/{process_id}/differences", "/processes/{process}/differences"),
)

FORMS = (
    Form("/people/add", fields={"name": "新人"}, by=ADMIN),
    Form("/people/{person_id}/posts/end", fields={"post": "none", "reason": "none"}, by=ADMIN),
    Form("/units/{unit_id}/add", fields={"name": "新读书会"}, by=ADMIN),
    Form("/units/{unit_id}/change", fields={"name": "新名称"}, by=ADMIN),
    Form("/units/{unit_id}/close", fields={"reason": "none"}, by=ADMIN),
    Form("/units/{unit_id}/closing", by=ADMIN),
    Form("/admin/import", fields={"then": "check"}, by=ADMIN),
    Form("/admin/erasures", fields={"person": "none"}, by=ADMIN),
    Form("/admin/erasures/confirm", fields={"erasure": "none"}, by=ADMIN),
    Form("/people/{person_id}/posts", fields={"role": "reviewer", "unit": "nowhere"}, by=ADMIN),
    Form("/units/{unit_id}/plans", fields={"of": "reading-circle member", "year": "2025", "planned": "3"}),
    Form("/processes/check", fields={"draft": "process: nothing"}),
)
