"""Comments on a case."""

from tests.web.registry import Form, Page

PAGES = (Page("/cases/{case_id}/comments", "/cases/{commented}/comments"),)

FORMS = (
    Form("/cases/{case_id}/comments", fields={"text": "缺第二页"}),
    Form(
        "/cases/{case_id}/comments/{seq}/withdraw",
        "/cases/{commented}/comments/{comment}/withdraw",
        fields={"reason": "写错了"},
    ),
)
