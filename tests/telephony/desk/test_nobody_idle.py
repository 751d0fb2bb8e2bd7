"""Whatever callers, members and mobiles do: nobody is left without a turn while somebody is free for them, be
it who is called back or who holds the line. So nobody is where `give_turns` stops because one place would
have two turns."""

from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from routing.tables import Tables
from telephony.call import callback_facts as b
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.call import LegState, Phase
from telephony.call.facts import Origin
from telephony.desk.reconcile import disagreements
from telephony.desk.turns import next_turn
from tests.support.calls import CALLER, contact, registered
from tests.support.plans import BYGGLOV, MAIN, PEOPLE, tables_of
from tests.support.queue_town import NUMBERS, TRUNKS, QueueTown

NET = """
[trunks.net]
peers = ["192.0.2.40"]
gateways = ["192.0.2.40", "192.0.2.41"]
outside = true
channels = 3
"""
CALLERS = (CALLER, "+46701740606", "+46701740607")
MEMBERS = ("amina", "bengt", "david")


def tables(strategy: str) -> Tables:
    """Amina has a mobile alone, bengt a phone and a mobile; both queues have both."""
    people = PEOPLE.replace('["kc1"]', '[], mobile = "+46701740699"')
    people = people.replace('["kc2"]', '["kc2"], mobile = "+46701740698"')
    queue = "callback = true\nwrap_up_seconds = 10\nmissed_limit = 2\nretry_seconds = 3\nmax_waiting = 8"
    groups = "".join(
        f"""
[groups.{key}]
name = "{key}"
members = {members}
strategy = "{strategy}"
ring_seconds = 15
[groups.{key}.queue]
{queue}
"""
        for key, members in (("kc", '["amina", "bengt"]'), ("bygglov", '["david", "bengt", "amina"]'))
    )
    return tables_of(people=people, groups=groups, numbers=NUMBERS, trunks=TRUNKS + NET)


TABLES = {strategy: tables(strategy) for strategy in ("linear", "all", "longest_idle")}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            (
                *("calls", "calls", "asks", "answers", "answers", "confirms", "declines"),
                *("a leg ends", "a leg ends", "plays out", "time", "phone", "pauses", "resumes", "trunk"),
            )
        ),
        st.integers(0, 11),
    ),
    min_size=30,
    max_size=90,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(TABLES)), STEPS)
def test_nobody_waits_while_somebody_is_free_for_them(strategy: str, steps: list[tuple[str, int]]) -> None:
    town = QueueTown("kc2", "bygg1", tables=TABLES[strategy])
    for made, (what, number) in enumerate(steps):
        _step(town, what, number, made)
        _network_follows(town)
        _check(town)


def _step(town: QueueTown, what: str, number: int, made: int) -> None:
    of_member: dict[str, Any] = {"at": town.now, "member": MEMBERS[number % 3], "by": ""}
    match what:
        case "calls":
            town.arrives((MAIN, BYGGLOV)[number % 2], f"c{made:03}", caller=CALLERS[number % 3])
        case "time":
            town.wait(number * 2)
        case "phone":
            contacts = [contact("kc2", made + 3, expires=9000)] if number % 2 else []
            town.feed(registered("kc2", *contacts, at=town.now))
        case "pauses":
            town.feed(d.MemberPaused(**of_member, reason="lunch"))
        case "resumes":
            town.feed(d.MemberResumed(**of_member))
        case "trunk":  # somebody else takes a channel of theirs
            town.arrives("+46853061999", f"t{made:03}", origin=Origin.TRUNK, origin_name="net")
        case _:
            _in_call(town, what, number)


def _in_call(town: QueueTown, what: str, number: int) -> None:
    """It happens in one of the calls in which it may, if there is one."""
    calls = [call for _, call in sorted(town.switchboard.calls.items())]
    rung = [leg for call in calls for leg in call.ringing()]
    rung += [call.caller for call in calls if call.phase is Phase.CALLING]
    match what:
        case "asks" if waits := [call.caller.id for call in calls if call.phase is Phase.WAITING]:
            town.see(m.KeyPressed, waits[number % len(waits)], key="1")
        case "answers" if rung:
            town.see(f.MemberAnswered, rung[number % len(rung)].id)
        case "confirms" if asked := [leg.id for leg in rung if leg.state is LegState.ASKED]:
            town.see(m.KeyPressed, asked[number % len(asked)], key="1")
        case "declines" if rung:
            town.see(f.MemberRefused, rung[number % len(rung)].id, status=(486, 503, 480, 302)[number % 4])
        case "a leg ends" if legs := [leg.id for call in calls for leg in call.open_legs()]:
            town.see(f.LegHungUp, legs[number % len(legs)])
        case "plays out":
            for call in calls:
                if call.phase is Phase.ANNOUNCING:
                    town.see(f.AnnouncementEnded, call.caller.id)
        case _:
            pass


def _network_follows(town: QueueTown) -> None:
    """What was taken back ends, and whatever else of calls that are over."""
    while True:
        over = [
            leg.id
            for call in town.switchboard.calls.values()
            for leg in call.open_legs()
            if leg.withdrawn or leg.gone or not call.is_live
        ]
        if not over:
            return
        town.taken_back(over[0])


def _check(town: QueueTown) -> None:
    house, calls = town.switchboard.house, town.switchboard.calls

    def caller_of(call: str) -> str:
        callbacks = house.queues.callbacks()
        return callbacks[call].number if call in callbacks else calls[call].arrived.caller or ""

    groups = list(town.tables.groups)
    left = next_turn(town.tables, house, groups, caller_of, house.queues.may_be_tried, town.now, 0.0)
    assert left is None, f"{left} has no turn"
    for member in MEMBERS:
        legs = {leg.partition(".")[0] for leg in house.legs_of(member)}
        assert len(legs) <= 1, f"{member} has {legs}"
    tried = [
        house.queues.callback(one).number for one in house.queues.callbacks() if house.queues.is_tried(one)
    ]
    assert len(tried) == len(set(tried)), "somebody is called twice at once"
    assert house.channels("net") <= 3 + sum(call.startswith("t") for call in calls)
    known = {leg.id for call in calls.values() for leg in call.open_legs()}
    assert list(disagreements(house, calls, known.__contains__, town.now)) == []
    settled = [fact for fact in town.seen if isinstance(fact, b.CallbackKept | b.CallbackOwed)]
    assert len({fact.callback for fact in settled}) == len(settled)
