"""Patterns over many cases, and the report on fairness."""

from tests.api.world import AUDITOR
from tests.web.registry import Form, Page

PAGES = (
    Page("/audit/patterns", by=AUDITOR),
    Page("/audit/patterns", "/audit/patterns?pattern=wave", by=AUDITOR),
    Page("/audit/patterns", "/audit/patterns?pattern=load"),
    Page("/audit/patterns/{run}/{number}", "/audit/patterns/{look}/1", by=AUDITOR),
    Page("/audit/patterns/{run}/{number}", "/audit/patterns/{look}/2", by=AUDITOR),
    Page("/audit/fairness", by=AUDITOR),
    Page("/audit/fairness/{form}", "/audit/fairness/xlsx", by=AUDITOR, is_drawn=False),
)

FORMS = (Form("/audit/patterns", by=AUDITOR),)
