"""The routes of an application are those their modules made."""

from fastapi.routing import APIRoute

from api.app import create_app, ways


def test_no_route_is_made_twice():
    """One that is included in another router is made anew there, which took a third of an API's start."""
    assert {type(route) for route in ways().routes} == {APIRoute}


def test_programs_are_told_of_problems_at_each_address_and_of_no_page(world):
    described = create_app(world.parts).openapi()["paths"]
    assert ways().page_addresses
    assert not ways().page_addresses & set(described)
    for address in described.values():
        assert all({"4XX", "5XX"} <= set(told["responses"]) for told in address.values())
