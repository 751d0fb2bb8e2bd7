"""Facts as lines of the log: the course of each call for operations, without callers' numbers."""

from collections.abc import Sequence

from structlog.typing import FilteringBoundLogger

from routing.decision import Decision
from routing.emergency import EMERGENCY_NUMBER
from routing.places import Place
from routing.tables import GatewayRow, Tables
from telephony.call import callback_facts as b
from telephony.call import facts as f
from telephony.call import house_facts as h
from telephony.call import menu_facts as m
from telephony.call import pickup_facts as p
from telephony.call import prompt_facts as s
from telephony.call import queue_facts as q
from telephony.call import transfer_facts as t
from telephony.call import trunk_facts as r

_TOLD = frozenset(
    (
        *(f.CallArrived, f.CallRefused, f.RouteDecided, f.CallConnected, f.CallEnded, f.CallInterrupted),
        *(t.TransferRefused, t.TransferDecided, t.TransferFailed, t.CallTransferred, f.LegLost),
        *(p.LegPickedUp, m.MenuLeft, m.CentreAsked, q.QueueJoined, q.QueueLeft),
    )
)
"""Those of a call that get a line of their own."""


class FactLog:
    """Writes a line for the facts that tell the course of a call, and one at DEBUG for every other.

    `tables` say which numbers are the plan's: what a phone dials else is private.
    """

    def __init__(self, log: FilteringBoundLogger, tables: Tables) -> None:
        self._log = log.bind()  # once: a logger of structlog's is made anew at every use until it is bound
        self._tables = tables
        self._places: dict[str, list[str]] = {}  # by phone, as they were told last

    def load(self, tables: Tables) -> None:
        """Take these tables from now on."""
        self._tables = tables

    def write(self, fact: f.Fact) -> None:
        """Log one fact."""
        if not isinstance(fact, f.CallFact):
            self._write_of_the_house(fact)
        elif type(fact) in _TOLD:
            self._tell(fact, {"call": fact.call})
        else:
            self._log.debug(type(fact).__name__, call=fact.call)

    def _tell(self, fact: f.CallFact, call: dict[str, str]) -> None:
        """What calls come to."""
        log = self._log
        match fact:
            case f.CallArrived():
                origin, dialled = self._from_and_to(fact)
                log.info("call_arrived", **call, origin=origin, dialled=dialled)
                log.debug(
                    "caller", **call, caller=fact.caller, dialled=fact.dialled, sip_call_id=fact.sip_call_id
                )
            case f.CallRefused():
                write = log.critical if fact.emergency else log.warning
                origin, dialled = self._from_and_to(fact)
                write(
                    "call_refused", **call, origin=origin, dialled=dialled, status=fact.status, why=fact.why
                )
            case f.RouteDecided(decision=d):
                log.info("route_decided", **call, kind=d.kind.value, **self._to_where(d))
            case f.CallConnected(member=member):
                log.info("call_connected", **call, member=member)
            case f.CallEnded():
                outcome, by = fact.outcome.value, fact.ended_by.value
                log.info("call_ended", **call, outcome=outcome, by=by, reason=fact.reason)
            case f.CallInterrupted():
                log.warning("call_interrupted", **call)
            case f.LegLost():
                log.warning("leg_lost", **call, leg=fact.leg, why=fact.why)
            case p.LegPickedUp(target=target, of=of):
                log.info("call_picked_up", **call, by=target.member, of=of.rpartition(".")[0])
            case m.MenuLeft() | m.CentreAsked() | q.QueueJoined() | q.QueueLeft():
                self._tell_of_choice(fact, call)
            case t.TransferFact():
                self._tell_of_transfer(fact, call)

    def _tell_of_choice(
        self, fact: m.MenuLeft | m.CentreAsked | q.QueueJoined | q.QueueLeft, call: dict[str, str]
    ) -> None:
        """What callers choose, and that they wait."""
        log = self._log
        match fact:
            case m.MenuLeft(menu=menu, key=key, branch=branch):
                log.info("menu_left", **call, menu=menu, key=key, branch=branch.value)
            case q.QueueJoined(queue=queue):
                log.info("queue_joined", **call, queue=queue)
            case q.QueueLeft(queue=queue, why=why, seconds=seconds):
                log.info("queue_left", **call, queue=queue, why=why, seconds=round(seconds))
            case m.CentreAsked(voicemail=voicemail):
                log.info("centre_asked", **call, voicemail=voicemail)

    def _tell_of_transfer(self, fact: t.TransferFact, call: dict[str, str]) -> None:
        """Where to is not told: it may be somebody's own number."""
        log = self._log
        match fact:
            case t.TransferRefused(number=number, status=status, why=why):
                log.info("transfer_refused", **call, number=self._function(number), status=status, why=why)
            case t.TransferDecided(stage=stage, by=by, number=number):
                number = self._function(number)
                log.info("transfer_decided", **call, stage=stage.value, by=by.member, number=number)
            case t.TransferFailed(stage=stage, status=status):
                log.info("transfer_failed", **call, stage=stage.value, status=status)
            case t.CallTransferred(member=member, by=by):
                log.info("call_transferred", **call, member=member, by=by)

    def _write_of_the_house(self, fact: f.Fact) -> None:
        """What calls share, and who changed it."""
        log = self._log
        match fact:
            case h.PhoneFact() | h.GatewayFact() if not isinstance(fact, h.PasswordSet):
                self._write_of_presence(fact)
            case r.TrunkFact():
                self._write_of_trunks(fact)
            case h.PlanLoaded() | h.PlanApplied() | h.PlanScheduled() | h.PlanWithdrawn():
                self._write_of_plans(fact)
            case h.OverrideSet(number=number, by=by, override=o):
                state, until = "open" if o.open else "closed", o.until.isoformat()
                log.info("override_set", number=number or "all", state=state, until=until, by=by)
            case h.OverrideEnded(number=number, by=by):
                log.info("override_ended", number=number or "all", by=by or "its time")
            case b.CallbackFact():
                self._write_of_callbacks(fact)
            case h.PasswordSet(phone=phone, by=by):
                log.info("password_set", phone=phone, by=by)
            case h.CallersShown(by=by, reason=reason):
                log.warning("callers_shown", by=by, reason=reason)
            case h.ClockStepped(seconds=seconds):
                log.warning("clock_stepped", seconds=seconds)
            case _:
                self._write_of_recordings(fact)

    def _write_of_plans(self, fact: h.PlanLoaded | h.PlanApplied | h.PlanScheduled | h.PlanWithdrawn) -> None:
        """Which version of the plan is, or will be, in force."""
        log = self._log
        match fact:
            case h.PlanLoaded(version=version):
                log.info("plan_loaded", version=version)
            case h.PlanApplied(version=version, author=author, reason=reason):
                log.info("plan_applied", version=version, by=author, reason=reason)
            case h.PlanScheduled(version=version, author=author, reason=reason, valid_from=at):
                log.info(
                    "plan_scheduled", version=version, by=author, reason=reason, valid_from=at.isoformat()
                )
            case h.PlanWithdrawn(version=version, by=by, reason=reason):
                log.info("plan_withdrawn", version=version, by=by, reason=reason)

    def _write_of_callbacks(self, fact: b.CallbackFact) -> None:
        """What was promised to whom, by the call in which it was."""
        log = self._log.bind(call=fact.callback, queue=fact.queue)
        match fact:
            case b.CallbackPromised():
                log.info("callback_promised")
            case b.CallbackKept(call=made):
                log.info("callback_kept", by=made)
            case b.CallbackOwed(why=why):
                log.warning("callback_owed", why=why)
            case _:
                log.debug(type(fact).__name__)

    def _write_of_recordings(self, fact: f.Fact) -> None:
        """What callers hear from now on."""
        match fact:
            case s.PromptRecorded(name=name, by=by, seconds=seconds):
                self._log.info("prompt_recorded", name=name, by=by, seconds=seconds)
            case s.RecordingRemoved(name=name, by=by):
                self._log.info("recording_removed", name=name, by=by)
            case _:
                self._log.debug(type(fact).__name__)

    def _write_of_presence(self, fact: f.Fact) -> None:
        """Which phones and gateways are there."""
        log = self._log
        match fact:
            case h.PhoneRegistered():
                self._write_of_registration(fact)
            case h.RegistrationExpired(phone=phone, contacts=contacts):
                self._note_places(phone, contacts)
                log.warning("registration_expired", phone=phone)
            case h.PhoneLost(phone=phone):
                log.warning("phone_does_not_answer", phone=phone)
            case h.PhoneFound(phone=phone):
                log.info("phone_answers_again", phone=phone)
            case h.GatewayLost(gateway=gateway):
                log.error("gateway_does_not_answer", gateway=str(gateway), trunks=self._trunks_at(gateway))
            case h.GatewayFound(gateway=gateway):
                log.warning("gateway_answers_again", gateway=str(gateway), trunks=self._trunks_at(gateway))
            case _:
                log.debug(type(fact).__name__)

    def _write_of_registration(self, fact: h.PhoneRegistered) -> None:
        """That a phone came, left or is elsewhere. A refresh, each few minutes of each phone, is no news."""
        before = self._places.get(fact.phone)
        places = self._note_places(fact.phone, fact.contacts)
        if places == before:
            self._log.debug(type(fact).__name__, phone=fact.phone)
        elif not places:
            self._log.info("phone_unregistered", phone=fact.phone)
        else:
            program = next((c.user_agent for c in fact.contacts if c.user_agent), "")
            self._log.info("phone_registered", phone=fact.phone, at=places, program=program)

    def _note_places(self, phone: str, contacts: Sequence[f.Contact]) -> list[str]:
        """Where the phone is, in words. It is one of the plan, so what is kept is bounded."""
        places = [f"{contact.transport} {contact.address}" for contact in contacts]
        self._places[phone] = places
        if not places:
            del self._places[phone]
        return places

    def _write_of_trunks(self, fact: r.TrunkFact) -> None:
        """Whether we are registered, and what became of our credentials."""
        log = self._log
        match fact:
            case r.TrunkRegistered(trunk=trunk, registrar=registrar, seconds=seconds):
                log.info("trunk_registered", trunk=trunk, registrar=registrar, seconds=seconds)
            case r.TrunkRegistrationLost(trunk=trunk, status=status, why=why):
                write = log.info if why == "left" else log.error
                write("trunk_registration_lost", trunk=trunk, status=status, why=why)
            case r.TrunkCredentialsRefused(trunk=trunk, method=method, realm=realm, why=why):
                log.error("trunk_credentials_refused", trunk=trunk, method=method, realm=realm, why=why)

    def _trunks_at(self, gateway: Place) -> list[str]:
        trunks = self._tables.trunks.values()
        return [trunk.name for trunk in trunks if any(_is_at(row, gateway) for row in trunk.gateways)]

    def _to_where(self, decision: Decision) -> dict[str, str]:
        """Number and reason; of a person's own number neither, for not all may know it (P11)."""
        row = self._tables.numbers.get(decision.number)
        if row is not None and row.personal:
            return {}
        return {"number": decision.number, "because": decision.reasons[-1].text}

    def _function(self, number: str) -> str:
        """The number if it is a function's; else "": what somebody dials beside those is their own affair."""
        row = self._tables.numbers.get(number)
        return "" if row is None or row.personal else number

    def _from_and_to(self, fact: f.CallArrived | f.CallRefused) -> tuple[str, str]:
        """The trunk or phone that a call came from, and the number that was dialled, as far as all may know.

        A trunk brings calls to functions. A phone is somebody: that it called a protected number is secret
        (P23), as is who hides; and what it dials outside, or of people's own numbers, is its own affair.
        """
        dialled, row = fact.dialled, self._tables.numbers.get(fact.dialled)
        if fact.origin is f.Origin.TRUNK:
            return fact.origin_name, dialled
        if fact.hidden or (row is not None and row.protected):
            return "", dialled if row is not None and not row.personal else ""
        is_function = dialled == EMERGENCY_NUMBER or (row is not None and not row.personal)
        return fact.origin_name, dialled if is_function else ""


def _is_at(row: GatewayRow, gateway: Place) -> bool:
    named = row.address
    if isinstance(named, Place):
        return named == gateway
    return (named.authority, named.transport) == (gateway.name, gateway.transport)
