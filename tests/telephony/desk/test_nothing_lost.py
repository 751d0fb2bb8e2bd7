"""The whole switchboard with queues, whatever callers, members, phones and the clock do: nobody is forgotten,
and the journal tells all of it."""

from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from routing.decision import Branch
from routing.strategy import choose
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call import queue_facts as q
from telephony.call.call import Phase
from telephony.call.house import House
from telephony.call.house_facts import PhoneRegistered
from telephony.desk.turns import next_turn
from tests.support.calls import NOON, contact
from tests.support.plans import BYGGLOV, MAIN
from tests.support.queue_town import URGENT, QueueTown, queue_tables

TABLES = queue_tables(
    "missed_limit = 2\nwrap_up_seconds = 10\nmax_wait_seconds = 300\nmax_waiting = 6\n"
    f'[groups.kc.queue.keys]\n1 = {{ number = "{BYGGLOV}" }}',
    "missed_limit = 0\nretry_seconds = 3\nmax_wait_seconds = 120",
)
NUMBERS = (MAIN, BYGGLOV, MAIN, URGENT)
PHONES = ("kc1", "kc2", "bygg1", "bygg1m")
MEMBERS = ("amina", "bengt", "david")

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            (
                *("calls", "calls", "calls", "member calls", "shows", "answers", "answers", "declines"),
                *("caller leaves", "member leaves", "presses", "time", "time", "phone"),
                *("pauses", "resumes", "logs out", "logs in", "rests"),
            )
        ),
        st.integers(0, 11),
    ),
    min_size=10,
    max_size=70,
)


@settings(max_examples=250, deadline=None)
@given(STEPS)
def test_nobody_is_lost_and_the_journal_tells_all(steps: list[tuple[str, int]]) -> None:
    town = QueueTown("kc1", tables=TABLES)
    for made, (what, number) in enumerate(steps):
        _step(town, what, number, made)
        _withdrawn_end(town)
        _check(town)
    _check_journal(town)
    _all_end(town)


def _step(town: QueueTown, what: str, number: int, made: int) -> None:
    member = MEMBERS[number % len(MEMBERS)]
    group = ("", "kc", "bygglov")[number % 3]
    of_member: dict[str, Any] = {"at": town.now, "member": member, "by": ""}
    match what:
        case "calls":
            town.calls(f"c{made:03}", NUMBERS[number % len(NUMBERS)])
        case "member calls":  # a member waits for colleagues
            _member_calls(town, PHONES[number % 2], f"c{made:03}")
        case "time":
            town.wait(number * 5)
        case "phone":
            _comes_or_goes(town, PHONES[number % len(PHONES)], made + 2)
        case "pauses":
            town.feed(d.MemberPaused(**of_member, reason="lunch"))
        case "resumes":
            town.feed(d.MemberResumed(**of_member))
        case "rests":
            town.feed(d.MemberRested(**of_member))
        case "logs out":
            town.feed(d.MemberLoggedOut(**of_member, group=group))
        case "logs in":
            town.feed(d.MemberLoggedIn(**of_member, group=group))
        case _:
            _in_call(town, what, number)


def _in_call(town: QueueTown, what: str, number: int) -> None:
    """It happens in one of the calls in which it may, if there is one."""
    calls = [call for _, call in sorted(town.switchboard.calls.items())]
    match what:
        case "shows" if ringing := [leg.id for call in calls for leg in call.ringing()]:
            town.see(f.MemberAlerted, ringing[number % len(ringing)])
        case "answers" if ringing := [leg.id for call in calls for leg in call.ringing()]:
            town.answers(ringing[number % len(ringing)])
        case "declines" if ringing := [leg.id for call in calls for leg in call.ringing()]:
            town.see(f.MemberRefused, ringing[number % len(ringing)], status=(486, 480, 603)[number % 3])
        case "caller leaves" if calls:
            town.hangs_up(calls[number % len(calls)].caller.id)
        case "member leaves" if talks := [call for call in calls if call.phase is Phase.TALKING]:
            town.hangs_up(next(leg.id for leg in talks[number % len(talks)].members() if leg.is_open))
        case "presses" if hear := [call for call in calls if call.waiting and call.waiting.said_at]:
            town.see(m.KeyPressed, hear[number % len(hear)].caller.id, key="1")
        case _:
            pass


def _member_calls(town: QueueTown, phone: str, call: str) -> None:
    member = town.tables.phones[phone].person
    if town.switchboard.house.is_registered(phone) and town.switchboard.house.is_free(member):
        town.arrives(MAIN, call, origin=f.Origin.PHONE, origin_name=phone, member=member)


def _comes_or_goes(town: QueueTown, phone: str, device: int) -> None:
    expires = (town.now - NOON) / timedelta(seconds=1) + 3600
    there = town.switchboard.house.is_registered(phone)
    contacts = () if there else (contact(phone, device, expires=expires),)
    town.feed(PhoneRegistered(at=town.now, phone=phone, contacts=contacts))


def _withdrawn_end(town: QueueTown) -> None:
    """The network confirms what was taken back, and whatever else of calls that are over."""
    while True:
        over = [
            leg.id
            for call in town.switchboard.calls.values()
            for leg in call.open_legs()
            if leg.withdrawn or not call.is_live
        ]
        if not over:
            return
        town.taken_back(over[0])


def _check(town: QueueTown) -> None:
    switchboard, house = town.switchboard, town.switchboard.house
    waiting = {call.id: call.waiting for call in switchboard.calls.values() if call.waiting is not None}
    there = {place.call for queue in TABLES.groups for place in house.queues.in_turn(queue)}
    assert there == {call for call, state in waiting.items() if not state.is_turn}
    for call, state in waiting.items():
        found = house.queues.place(call)
        assert found is not None and found[0] == state.queue
        due, timer = switchboard.calls[call].deadline, switchboard.get_timer()
        assert due is not None and timer is not None and town.now < due <= state.leave_at and timer <= due
        if state.is_turn:
            assert switchboard.calls[call].ringing(), "it is their turn, and nobody is rung"
    for member in MEMBERS:
        calls = {leg.partition(".")[0] for leg in house.legs_of(member)}
        assert len(calls) <= 1, f"{member} has {calls}"
    assert all(rest.until > town.now for rest in house.duty.resting().values())
    _check_idle(town, waiting)


def _check_idle(town: QueueTown, waiting: dict[str, Any]) -> None:
    """Nobody waits while somebody is free for them, nor where nobody is there any more."""
    house, callers = town.switchboard.house, town.switchboard.calls

    def caller_of(call: str) -> str:
        return callers[call].arrived.member

    missed = next_turn(TABLES, house, list(TABLES.groups), caller_of, lambda callback: False, town.now, 0.0)
    assert missed is None, f"{missed} is free for {waiting}"
    for queue, group in TABLES.groups.items():
        there = [person for person in group.members if not _has_gone(house, person.key, queue)]
        if choose(there, house, town.now, group=queue) is Branch.NOBODY_THERE:
            assert list(house.queues.in_turn(queue)) == [], f"nobody is there for {waiting}"


def _has_gone(house: House, member: str, queue: str) -> bool:
    """Logged out, or found not to answer: who has taken a pause comes back."""
    pause = house.duty.pause(member)
    return house.duty.logged_out_since(member, queue) is not None or (
        pause is not None and pause.reason == d.MISSED
    )


def _check_journal(town: QueueTown) -> None:
    """A life that reads the journal has the same calls and the same house."""
    other = town.reborn()
    assert other.switchboard.calls == town.switchboard.calls
    assert other.switchboard.first_positions == town.switchboard.first_positions
    assert _shown(other.switchboard.house) == _shown(town.switchboard.house)
    joined = [fact.call for fact in town.journal.facts if isinstance(fact, q.QueueJoined)]
    left = [fact.call for fact in town.journal.facts if isinstance(fact, q.QueueLeft)]
    ended = [fact.call for fact in town.journal.facts if isinstance(fact, f.CallEnded)]
    assert len(ended) == len(set(ended))
    still = [call.id for call in town.switchboard.calls.values() if call.waiting is not None]
    assert sorted([*left, *still]) == sorted(joined)


def _shown(house: House) -> dict[str, object]:
    now = NOON + timedelta(days=1)
    queues = house.queues
    return {
        "busy": {member: sorted(house.legs_of(member)) for member in MEMBERS},
        "legs": house.legs(),
        "registrations": house.registrations(),
        "duties": house.duty.carry(),
        "hunts": house.hunts.carry(now),
        "places": {name: list(queues.in_turn(name)) for name in TABLES.groups},
        "waiting": {name: queues.waiting(name) for name in TABLES.groups},
        "longest": queues.longest(),
    }


def _all_end(town: QueueTown) -> None:
    """Once nobody does anything any more, who waits is rung or told until their time is over: all leave."""
    for _ in range(400):
        if not any(call.waiting is not None for call in town.switchboard.calls.values()):
            return
        town.wait(5)
        _withdrawn_end(town)
        _check(town)
    raise AssertionError("somebody waits for ever")
