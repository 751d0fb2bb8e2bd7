"""What facts of members, and of the calls that they answer, change in who takes part in answering."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from telephony.call import callback_facts as b
from telephony.call import duty_facts as d
from telephony.call import facts as f
from telephony.call.duty import Duty, Rest, RestKind
from telephony.call.transfer_facts import CallTransferred


def _logged_out(duty: Duty, fact: d.MemberLoggedOut) -> None:
    duty.log_out(fact.member, fact.group, fact.at)


def _logged_in(duty: Duty, fact: d.MemberLoggedIn) -> None:
    duty.log_in(fact.member, fact.group)


def _paused(duty: Duty, fact: d.MemberPaused) -> None:
    duty.begin_pause(fact.member, fact.reason, fact.at)


def _resumed(duty: Duty, fact: d.MemberResumed) -> None:
    duty.end_pause(fact.member)


def _missed(duty: Duty, fact: d.OfferMissed) -> None:
    if fact.why != d.FORWARDED:
        duty.miss(fact.member)
    duty.begin_rest(fact.member, Rest(RestKind.MISSED, fact.at, fact.until))


def _rested(duty: Duty, fact: d.MemberRested) -> None:
    duty.end_rest(fact.member)


def _carried(duty: Duty, fact: d.DutiesCarried) -> None:
    duty.carried(fact.duties)


def _connected(duty: Duty, fact: f.CallConnected | CallTransferred) -> None:
    duty.answer(fact.member, fact.leg, timedelta(seconds=fact.wrap_up_seconds))


def _called_back(duty: Duty, fact: b.CallbackKept) -> None:
    duty.answer(fact.member, fact.leg, timedelta(seconds=fact.wrap_up_seconds))


CHANGES: dict[type[f.Fact], Callable[[Duty, Any], None]] = {
    d.MemberLoggedOut: _logged_out,
    d.MemberLoggedIn: _logged_in,
    d.MemberPaused: _paused,
    d.MemberResumed: _resumed,
    d.OfferMissed: _missed,
    d.MemberRested: _rested,
    d.DutiesCarried: _carried,
    f.CallConnected: _connected,
    CallTransferred: _connected,
    b.CallbackKept: _called_back,
}
