"""Cases: the list, one case, the forms of steps and of acts on the whole case."""

from tests.api.world import AUDITOR
from tests.web.registry import Form, Page

_A_FORM = "/cases/{case_id}/forms/case.way"

PAGES = (
    Page("/cases"),
    Page("/cases", "/cases?q=nobody-at-all&status=closed"),
    Page("/cases/{case_id}"),
    Page("/cases/{case_id}", "/cases/{case_id}?as_of=2025-03-09"),
    Page("/cases/{case_id}", "/cases/{case_id}?by=auditor", by=AUDITOR),
    Page("/cases/{case_id}/days"),
    Page("/cases/{case_id}/steps/{step_id}", "/cases/{case_id}/steps/{step}"),
    Page("/cases/{case_id}/acts/{kind}", "/cases/{case_id}/acts/withdraw"),
    Page("/cases/{case_id}/acts/{kind}", "/cases/{case_id}/acts/correct"),
    Page("/cases/{case_id}/forms"),
    Page("/cases/{case_id}/forms/{form_id}", _A_FORM),
    Page("/cases/{case_id}/forms/{form_id}/pages/{number}", f"{_A_FORM}/pages/1", is_drawn=False),
)

FORMS = (
    Form("/cases/{case_id}/steps/{step_id}", "/cases/{case_id}/steps/{step}", fields={"head": "0" * 64}),
    Form("/cases/{case_id}/acts/{kind}", "/cases/{case_id}/acts/suspend", fields={"head": "0" * 64}),
)
