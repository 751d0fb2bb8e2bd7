"""What every desk has in common."""

import pytest

from telephony.admin.errors import NotFound
from telephony.administration.desk import found
from tests.support.office import Office


def test_what_is_not_there_is_said_by_name(office: Office) -> None:
    assert found("it", "thing") == "it"
    with pytest.raises(NotFound, match="there is no thing"):
        found(None, "thing")


def test_a_desk_reads_the_tables_of_the_plan_in_force(office: Office) -> None:
    assert office.desk.tables is office.desk.keeper.in_force.tables
