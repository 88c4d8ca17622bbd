"""Reports."""

from tests.api.world import PARENT, SUBJECT
from tests.web.registry import Page

PAGES = (
    Page("/reports"),
    Page("/reports", "/reports?process=reading-circle&from=2024-01-01&to=2026-12-31", by=PARENT),
    *(
        Page("/reports/{report}", f"/reports/{name}?process=reading-circle&from=2024-01-01&to=2026-12-31")
        for name in ("funnel", "stages", "deadlines", "workload", "admissions")
    ),
    Page("/reports/{report}", "/reports/stages", by=SUBJECT),
    Page("/reports/{report}", "/reports/funnel?unit=circle-2", by=PARENT),
    Page("/reports/{report}/table.xlsx", "/reports/funnel/table.xlsx", is_drawn=False),
)
