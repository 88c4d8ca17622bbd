"""How values are written for Temporal, and how much of a failure is."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DefaultFailureConverter, PayloadConverter
from temporalio.exceptions import FailureError


class QuietFailures(DefaultFailureConverter):
    """Writes down the kind of a failure and where it happened, not what it says.

    Messages of libraries like to repeat the values at hand (a database its parameters, a mail server the
    address), and what reaches Temporal is kept and shown. The logs of the worker have the whole message.
    """

    def to_failure(
        self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure
    ) -> None:
        """Fill in `failure`, causes included."""
        super().to_failure(exception, payload_converter, failure)
        if not isinstance(exception, FailureError):
            failure.message = type(exception).__name__


CONVERTER: Final = replace(pydantic_data_converter, failure_converter_class=QuietFailures)
"""What every client and worker uses."""
