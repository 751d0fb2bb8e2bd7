"""Facts of members are of their own streams."""

from datetime import UTC, datetime

from telephony.call.duty_facts import DutiesCarried, MemberPaused
from telephony.call.house import House

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_members_fact_is_of_the_members_stream() -> None:
    assert MemberPaused(at=NOW, member="anna", by="chef", reason="Lunch").stream == "member/anna"


def test_what_is_carried_is_of_the_system() -> None:
    assert DutiesCarried(at=NOW, duties=House().duty.carry()).stream == "system"
