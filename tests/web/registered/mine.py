"""One's own application."""

from tests.api.world import SUBJECT
from tests.web.registry import Page

PAGES = (
    Page("/mine", by=SUBJECT),
    Page("/mine", "/mine?nobody"),
)
