"""One's own messages, and how one is told."""

from tests.web.registry import Form, Page

PAGES = (
    Page("/messages"),
    Page("/messages", "/messages?topic=comments&only=unread"),
    Page("/messages/{message_id}", "/messages/{message}", is_drawn=False),
    Page("/own/notices"),
)

_CHOSEN = {
    "tasks": "daily",
    "deadlines": "at-once",
    "results": "daily",
    "comments": "list",
    "staffing": "list",
}

FORMS = (
    Form("/messages/read", fields={"all": "1"}),
    Form(
        "/own/notices",
        fields={**_CHOSEN, "daily_at": "08:00", "quiet_from": "", "quiet_to": "", "language": ""},
    ),
)
