"""The frame, signing in, the inbox, finding."""

from tests.api.world import ADMIN
from tests.web.registry import Form, Page

PAGES = (
    Page("/", is_drawn=False),
    Page("/static/{digest}/{name:path}", "/static/0/accede.css", is_drawn=False),
    Page("/stream", is_drawn=False),
    Page("/login", by=None),
    Page("/problems", by=None),
    Page("/problems/{name}", "/problems/internal", by=None),
    Page("/login/second", by=None, is_drawn=False),
    Page("/own/sessions"),
    Page("/inbox"),
    Page("/inbox", "/inbox?process=reading-circle", by=ADMIN),
    Page("/inbox/reading", "/inbox/reading?task={case}/{step}"),
    Page("/search", "/search?q=张"),
    Page("/search", "/search?q=nobody-at-all"),
    Page("/search/units", "/search/units?q=circle", is_drawn=False),
)

FORMS = (
    Form("/login", fields={"login": "nobody", "password": "nothing", "to": "/"}, by=None),
    Form("/login/code", fields={"code": "123456"}, by=None),
    Form("/login/recovery", fields={"recovery": "ABCD-EFGH"}, by=None),
    Form("/login/app", by=None),
    Form("/login/app/confirm", fields={"code": "123456"}, by=None),
    Form("/logout", by=None),
    Form("/own/language", fields={"language": "zh", "back": "/inbox"}),
    Form("/own/theme", fields={"theme": "auto", "back": "/inbox"}),
    Form("/own/unit", fields={"unit": "", "back": "/inbox"}),
    Form("/own/sessions/end", fields={"session": "nobodys"}),
)
