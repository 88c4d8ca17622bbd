"""Meetings that treat several cases."""

from tests.web.registry import Form, Page

PAGES = (Page("/meetings"), Page("/meetings/{agenda_id}", "/meetings/{agenda}"))

FORMS = (
    Form("/meetings", fields={"process": "reading-circle", "unit": "circle-1", "body": "members"}),
    Form("/meetings/{agenda_id}", "/meetings/{agenda}", fields={"occurred_on": "2025-03-01"}),
    Form("/meetings/{agenda_id}/discard", "/meetings/{other_agenda}/discard"),
)
