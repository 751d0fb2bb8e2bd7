"""Calls that wait for SIP's long timers or a whole announcement: all at once, each looked at for itself."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from telephony.call import facts as f
from telephony.call.facts import EndedBy, Outcome
from telephony.demo.sound import RATE, read_prompt
from tests.support.live_town import CLOSED, CLOSED_EARLY, KONTAKTCENTER, Town, town
from tests.support.sipp import SIP_PORT, SippRun

ANNOUNCEMENT_SECONDS = len(read_prompt("closed")) / RATE


class Silence:
    """An address where everything is received and nothing answered."""

    def __init__(self, host: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, SIP_PORT))
        self._socket.setblocking(False)

    def __enter__(self) -> "Silence":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def heard(self) -> list[str]:
        """The methods that came since last asked."""
        methods = []
        while True:
            try:
                methods.append(self._socket.recv(65535).decode().partition(" ")[0])
            except BlockingIOError:
                return methods


@dataclass
class Evening:
    """The calls of these tests, begun together."""

    town: Town
    silence: Silence
    unconfirmed: SippRun
    unconfirmed_member: SippRun
    closed: SippRun
    closed_early: SippRun
    in_need: SippRun
    rescue: SippRun


@pytest.fixture(name="evening", scope="module")
def _evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    with town(tmp_path_factory.mktemp("evening")) as built, Silence(built.first_sos) as silence:
        built.register("anna", "cecilia")
        start = built.sipp.start
        member, rescue = (
            start("member_answers", built.phone("anna")),
            start("member_answers", built.second_sos),
        )
        yield Evening(
            town=built,
            silence=silence,
            unconfirmed=start("caller_never_acknowledges", built.lines[0], dialled=KONTAKTCENTER),
            unconfirmed_member=member,
            closed=start("caller_waits_for_bye", built.lines[1], dialled=CLOSED),
            closed_early=start(
                "caller_hears_early_announcement", built.lines[2], dialled=CLOSED_EARLY, status="480"
            ),
            in_need=start(
                "caller_talks",
                built.phone("cecilia"),
                dialled="112",
                caller="cecilia",
                domain=built.service.host,
            ),
            rescue=rescue,
        )


def test_112_goes_to_the_next_trunk_when_the_first_is_silent_for_4_s(evening: Evening) -> None:
    evening.rescue.wait()
    record = evening.town.record_of(evening.in_need.wait())

    assert (record.outcome, record.answered_by) == (Outcome.ANSWERED, "trunk/second_sos")
    assert record.emergency
    first, second = (
        fact.at for fact in evening.town.service.facts_of(f.MemberOffered) if fact.call == record.id
    )
    assert 4.0 <= (second - first).total_seconds() < 5.0
    assert evening.silence.heard() == ["INVITE"] * 4  # at 0, 0.5, 1.5 and 3.5 s (timer A)


def test_a_closed_number_is_answered_by_its_announcement(evening: Evening) -> None:
    record = evening.town.record_of(evening.closed.wait(30))

    assert (record.outcome, record.ended_by) == (Outcome.CLOSED, EndedBy.SERVICE)
    assert (record.announcement, record.answered_by, record.talk_seconds) == ("closed", "", None)
    assert record.service_answered_at is not None and record.ended_at is not None
    heard = (record.ended_at - record.service_answered_at).total_seconds()
    assert ANNOUNCEMENT_SECONDS <= heard < ANNOUNCEMENT_SECONDS + 2


def test_a_closed_number_can_say_so_before_any_answer(evening: Evening) -> None:
    record = evening.town.record_of(evening.closed_early.wait(30))

    assert (record.outcome, record.announcement) == (Outcome.CLOSED, "closed")
    assert record.service_answered_at is None


def test_a_200_without_ack_is_repeated_for_32_s_and_then_taken_back(evening: Evening) -> None:
    record = evening.town.record_of(evening.unconfirmed.wait(45))

    evening.unconfirmed_member.wait()
    assert (record.outcome, record.ended_by, record.reason) == (Outcome.LOST, EndedBy.SERVICE, "no_ack")
    assert record.talk_seconds is not None and 32.0 <= record.talk_seconds < 34.0
    # RFC 3261 13.3.1.4: at 0, 0.5, 1.5, 3.5 s and then each 4 s
    assert len(evening.unconfirmed.received("SIP/2.0 200")) == 11


def test_nothing_is_left_of_any_of_them(evening: Evening) -> None:
    evening.town.service.await_idle(40)
    evening.town.assert_calm()
    assert evening.silence.heard() == ["INVITE"] * 3  # 7.5, 15.5, 31.5 s; a CANCEL would need a 1xx
