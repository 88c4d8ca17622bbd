"""No page is left out of what is asked of all of them."""

from fastapi.routing import iter_route_contexts

from api.app import create_app_from
from settings import Settings
from tests.web.registry import drawn_pages, every_form, every_page
from web.installing import is_page


def routes(method):
    app = create_app_from(Settings())
    return {
        found.path
        for found in iter_route_contexts(app.routes)
        if is_page(found.endpoint) and method in (found.methods or ())
    }


def test_every_page_and_every_form_is_registered():
    assert len(drawn_pages()) > 5
    assert {page.route for page in every_page()} == routes("GET")
    assert {form.route for form in every_form()} == routes("POST")


def test_no_page_is_registered_twice():
    names = [page.name for page in every_page()]
    assert len(names) == len(set(names))
