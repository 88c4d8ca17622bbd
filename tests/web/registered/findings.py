"""Audit: the overview, findings, and what is said of them."""

from tests.api.world import AUDITOR
from tests.web.registry import Form, Page

PAGES = (
    Page("/audit", by=AUDITOR),
    Page("/findings"),
    Page("/findings", "/findings?rule=A01&state=raised&level=late", by=AUDITOR),
    Page("/findings", "/findings?state=dismissed"),
    Page("/findings", "/findings?kind=pattern", by=AUDITOR),
    Page("/findings/{finding_id}", "/findings/{finding}"),
    Page("/findings/{finding_id}", "/findings/{pattern}"),
)

FORMS = (
    Form("/findings/{finding_id}/{saying}", "/findings/{finding}/explain", fields={"reason": "寄失"}),
    Form("/cases/{case_id}/findings", fields={"detail": "申请书没有写明日期，需要补充。"}, by=AUDITOR),
    Form("/cases/{case_id}/audit"),
)
