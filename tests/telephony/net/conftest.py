"""On each loop the service may run on: the transports of uvloop are not those of asyncio."""

import asyncio

import pytest
import uvloop

from tests.support.streams import Loops


@pytest.fixture(name="loops", params=["asyncio", "uvloop"])
def _loops(request: pytest.FixtureRequest) -> Loops:
    return uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop
