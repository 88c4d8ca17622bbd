"""The OpenAPI document and the application agree: generated requests get documented answers, never a 500."""

import asyncio
import contextlib

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from tests.api.world import ADMIN, SECRETARY, a_world
from tests.thorough import THOROUGH, examples

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]
FEW = hypothesis.settings(
    max_examples=examples(3, 50),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
"""Enough to notice; the table of nasty values goes deeper, and `make thorough` asks more."""


@pytest.fixture
def knocked_at(sqlite_database):
    """The small organisation, for a client without an event loop."""
    return asyncio.run(a_world(sqlite_database))


@pytest.mark.timeout(3600 if THOROUGH else 400)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
def test_generated_requests_get_documented_answers(knocked_at, mode):
    """To make up a request takes four times as long as to answer it: each is sent by two people."""
    app = knocked_at.client._transport.app
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    asked = []

    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        if operation.path == "/v1/session":  # wrong passwords would lock everybody out
            continue

        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        @FEW
        def ask(case):
            for person in (SECRETARY, ADMIN):
                answer = case.call(headers=knocked_at.by(person))
                case.validate_response(answer, checks=CHECKS)
                asked.append((case.operation.label, person))

        # What takes no input cannot be sent a wrong one.
        with contextlib.suppress(Unsatisfiable):
            ask()
    assert len(set(asked)) > 30
