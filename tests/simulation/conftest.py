import pytest

from tests.simulation.hard_day import HardDay
from tests.simulation.scale import seeds

CALLS = 500


@pytest.fixture(scope="session", params=seeds(101, 3))
def hard_day(request: pytest.FixtureRequest) -> HardDay:
    """A day that is over; it is the same one for every test of a seed."""
    return HardDay(request.param, CALLS)
