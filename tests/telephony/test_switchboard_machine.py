"""Whatever is observed, in whatever order: nothing raises, nothing is given out twice, everything ends."""

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from routing.decision import Origin
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call import menu_facts as m
from telephony.call.actions import Action, Dial, EndLeg
from telephony.call.call import Leg
from tests.support.calls import contact, registered
from tests.support.desk import picture
from tests.support.plans import BYGGLOV, MAIN
from tests.support.small_town import BOX, CLOSED, EMERGENCY, MEMBERS, MENU, PHONES, Town

_OF_ANY_LEG: list[tuple[type[f.LegFact], dict[str, Any]]] = [
    (f.LegHungUp, {}),
    (f.LegLost, {"why": "transport"}),
    (f.LegHeld, {"held": True}),
    (f.LegDialogChanged, {"dialog": {}}),
    (f.LegEnded, {}),
]
_OF_A_CALLER: list[tuple[type[f.LegFact], dict[str, Any]]] = [
    (f.AnnouncementEnded, {"played": True}),
    (f.AnnouncementEnded, {"played": False}),
    (f.AnnouncementEnded, {"played": True}),
    (m.KeyPressed, {"key": "0"}),
    (m.KeyPressed, {"key": "1"}),
    (m.KeyPressed, {"key": "9"}),
]
_OF_A_MEMBER: list[tuple[type[f.LegFact], dict[str, Any]]] = [
    (f.MemberResponded, {}),
    (f.MemberAlerted, {}),
    (f.MemberGaveEarlySound, {}),
    (f.MemberAnswered, {}),
    (f.MemberRefused, {"status": 486}),
    (f.MemberRefused, {"status": 503}),
]


class SwitchboardMachine(RuleBasedStateMachine):
    """The network as it pleases, and a service that may die."""

    def __init__(self) -> None:
        super().__init__()
        self.town = Town(*PHONES, talk_limit=45.0)
        self.legs: list[str] = []
        self.dialled: set[str] = set()
        self.ended: set[str] = set()  # in this life of the service
        self.calls = 0

    # ---- what may happen

    @precondition(lambda self: self.calls < 6)
    @rule(
        dialled=st.sampled_from(
            [MAIN, MAIN, BYGGLOV, BYGGLOV, MENU, MENU, BOX, CLOSED, EMERGENCY, "+46853069999"]
        ),
        member=st.sampled_from(["", "", "amina", "elif"]),
    )
    def a_call_arrives(self, dialled: str, member: str) -> None:
        self.calls += 1
        call = f"c{self.calls}"
        origin = Origin.PHONE if member else Origin.TRUNK
        name = {"": "operator", "amina": "kc1", "elif": "bygg2"}[member]
        self.legs.append(f"{call}.0")
        self.take(self.town.arrives(dialled, call, origin=origin, origin_name=name, member=member))

    @precondition(lambda self: self.legs)
    @rule(data=st.data())
    def something_happens_to_a_leg(self, data: st.DataObject) -> None:
        leg = data.draw(st.sampled_from(self.legs))
        own = _OF_A_CALLER if leg.endswith(".0") else _OF_A_MEMBER
        kind, fields = data.draw(st.sampled_from(own + own + _OF_ANY_LEG))
        self.take(self.town.see(kind, leg, **fields))

    @rule(seconds=st.sampled_from([0.5, 4.0, 15.0, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.take(self.town.wait(seconds))

    @rule(phone=st.sampled_from(PHONES), devices=st.integers(0, 2), expires=st.sampled_from([30, 3600]))
    def a_phone_registers(self, phone: str, devices: int, expires: int) -> None:
        seconds = (self.town.now - registered(phone).at).total_seconds() + expires
        contacts = tuple(contact(phone, device, expires=seconds) for device in range(1, devices + 1))
        self.take(self.town.feed(h.PhoneRegistered(at=self.town.now, phone=phone, contacts=contacts)))

    @rule(seconds=st.sampled_from([-7200.0, 0.7, 7200.0]))
    def the_clock_is_set(self, seconds: float) -> None:
        self.town.now += timedelta(seconds=seconds)
        self.take(self.town.feed(h.ClockStepped(at=self.town.now, seconds=seconds)))

    @rule(emergency=st.booleans())
    def the_drain_is_over(self, emergency: bool) -> None:
        self.town.switchboard.end_all(self.town.now, "the service stops", emergency=emergency)
        self.take(list(self.town.switchboard.actions()))

    @rule(data=st.data())
    def the_service_dies_and_begins_again(self, data: st.DataObject) -> None:
        self.town = self.town.reborn()
        self.ended = set()
        lost = data.draw(st.sets(st.sampled_from(self.legs))) if self.legs else set()
        self.town.switchboard.interrupt(self.town.now, lost)
        self.take(list(self.town.switchboard.actions()))

    # ---- what must hold

    def take(self, actions: list[Action]) -> None:
        """Each leg is dialled once, by nobody's second call, and ended at most once in a life."""
        for action in actions:
            match action:
                case Dial(leg=leg):
                    assert leg not in self.dialled
                    self.dialled.add(leg)
                    self.legs.append(leg)
                case EndLeg(leg=leg):
                    assert leg in self.legs
                    assert leg not in self.ended
                    self.ended.add(leg)
                case _:
                    assert action.leg in self.legs

    def open_legs(self) -> list[Leg]:
        return [leg for call in self.town.switchboard.calls.values() for leg in call.open_legs()]

    @invariant()
    def no_member_is_in_two_calls(self) -> None:
        holders: dict[str, set[str]] = {}
        for leg in self.open_legs():
            if leg.target is not None and leg.target.phone:
                holders.setdefault(leg.target.member, set()).add(leg.id.partition(".")[0])
        assert all(len(calls) == 1 for calls in holders.values())
        assert not any(self.town.switchboard.house.is_free(member) for member in holders)

    @invariant()
    def every_call_waits_for_something(self) -> None:
        for call in self.town.switchboard.calls.values():
            assert any(call.open_legs())
            if call.is_live:
                assert call.caller.is_open
            assert call.question is None  # routing answers at once

    @invariant()
    def what_need_not_stay_open_was_asked_to_end(self) -> None:
        for call in self.town.switchboard.calls.values():
            due = [leg for leg in call.open_legs() if leg.withdrawn or not call.is_live]
            assert {leg.id for leg in due} <= self.ended

    @invariant()
    def nothing_is_overdue(self) -> None:
        due = self.town.switchboard.get_timer()
        deadlines = [call.deadline for call in self.town.switchboard.calls.values() if call.deadline]
        assert due is not None or not deadlines
        assert due is None or due <= min(deadlines, default=due)

    @invariant()
    def the_journal_tells_the_same(self) -> None:
        live, told = self.town.switchboard, self.town.reborn().switchboard
        assert told.calls == live.calls
        assert picture(told.house, MEMBERS) == picture(live.house, MEMBERS)

    def teardown(self) -> None:
        """Once every leg has ended, no call is left and everybody is free."""
        while legs := self.open_legs():
            for leg in legs:
                self.take(self.town.see(f.LegEnded, leg.id))
        assert self.town.switchboard.calls == {}
        assert all(self.town.switchboard.house.is_free(member) for member in MEMBERS)


TestSwitchboardMachine = SwitchboardMachine.TestCase
TestSwitchboardMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
