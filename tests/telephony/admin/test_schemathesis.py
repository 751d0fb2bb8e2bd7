"""schemathesis reads the API's own document and asks the API over a town in memory, with all its checks."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case, SerializationContext
from schemathesis.config import SchemathesisConfig

from telephony.admin.bodies import WavBody
from telephony.admin.openapi import document
from telephony.admin.routes import OPERATIONS
from telephony.admin.wire import ICAL, TOML
from telephony.tokens import Role
from tests.support.api import Desk

CHECKS = {
    # RFC 6585 3, which it does not know
    "missing_required_header": {"expected-statuses": ["422", "428"]},
    # A race is lost before anybody reads the plan
    "negative_data_rejection": {
        "expected-statuses": ["400", "401", "404", "405", "406", "412", "413", "415", "422", "428"]
    },
    # An ETag that was made up is of no version in force
    "positive_data_acceptance": {"expected-statuses": ["2xx", "404", "412"]},
}
# What no schema tells: what a plan's parts say of each other, cursors, which years, the end of an override,
# which reasons a plan has for a pause
MEANING = {
    "include-operation-id": [
        *("checkPlan", "diffPlan", "applyPlan", "listPlanVersions", "listCalls"),
        *(
            "rollBackPlan",
            "simulatePlan",
            "simulateLoad",
            "diffPlanVersions",
            "readDeviations",
            "diffDeviations",
            "putDeviations",
        ),
        "putRecording",
        *("readHours", "readDue", "explain", "readKeyFigures", "setOverride", "setMemberState"),
    ],
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "404", "412", "422"]}},
}
schema = schemathesis.openapi.from_dict(
    document(OPERATIONS, "test"),
    config=SchemathesisConfig.from_dict({"checks": CHECKS, "operations": [MEANING]}),
)


@schemathesis.serializer(TOML, ICAL, *WavBody().media_types)
def as_toml(_: SerializationContext, value: object) -> bytes:
    """A text is sent as it is; what else is tried is no TOML."""
    return str(value).encode()


EXAMPLES = 15
"""For each operation: with the deterministic ones the whole takes half a minute."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An API that is served by a loop of its own thread."""
    desk = Desk(tmp_path_factory.mktemp("api"))
    started, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def wait(_: Desk) -> None:
        started.set()
        await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(desk.serving(wait)))
    thread.start()
    started.wait()
    yield desk
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """One connection for all: a new one for each of 10,000 requests would take half of the time."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_api_is_what_its_document_says(case: Case[Any], desk: Desk, session: requests.Session) -> None:
    token = f"Bearer {desk.token[Role.ADMIN]}"
    case.call_and_validate(base_url=desk.url, session=session, headers={"Authorization": token})
