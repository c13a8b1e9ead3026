"""Every operation of the API keeps its own description, whatever it is asked: a bounded search, the same at each run."""

from __future__ import annotations

from dataclasses import replace

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case

from api.app import application
from api.deps import Deps
from tests.api.conftest import State

BOUNDED = settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def no_database() -> None:
    raise AssertionError("the description is made without a database")


PATHS = application(Deps(no_database)).openapi()["paths"]  # type: ignore[arg-type, return-value]
OPERATIONS = sorted((path, method.upper()) for path, methods in PATHS.items() for method in methods)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_an_answer_is_what_the_description_says(path: str, method: str, state: State) -> None:
    described = schemathesis.openapi.from_asgi("/openapi.json", application(replace(state.deps, answer_s=0.0)))
    described.config.update(base_url="http://testserver")  # asked without the mount, where the description says /api
    operation = described[path][method]

    @BOUNDED
    @given(case=operation.as_strategy())
    def holds(case: Case) -> None:
        case.call_and_validate()

    holds()


def test_every_operation_is_covered() -> None:
    assert {"/v1/status", "/v1/incidents/{ident}", "/v1/sla/{period}", "/v1/deliveries"} <= set(PATHS)
    assert ("/v1/silences", "POST") in OPERATIONS
