"""What the journal says of each call, beside what the phones saw of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from telephony.call.facts import CallConnected, LegDialogChanged, Outcome
from telephony.call.record import Record, records
from tests.simulation.phone_leg import Leg
from tests.simulation.town import Placed, Town, TownPhone

REFUSED_WITH = {
    Outcome.BUSY: 486,
    Outcome.NO_ANSWER: 480,
    Outcome.NOBODY_THERE: 480,
    Outcome.FAILED: 404,
    Outcome.ABANDONED: 487,
}
"""What the caller's phone gets in the end when nobody and nothing answered it, in the plan of the town."""

UNHEARD = {"called", "cancelled", "timed out", "refused 401"}
"""All that a caller's log may have whose INVITE never got through."""


@dataclass(frozen=True, slots=True)
class Connection:
    """The phone that a caller was connected with, and its side of the call."""

    phone: TownPhone
    leg: Leg


class Ledger:
    """The records of a town's calls by the callers' Call-ID, and the phones that were connected to them."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.records = records(town.facts)
        self.by_caller = {record.sip_call_id: record for record in self.records.values()}
        self._connections = dict(_connections(town))

    def record_of(self, placed: Placed) -> Record:
        """The record of a call that got through."""
        return self.by_caller[placed.call_id]

    def connection(self, record: Record) -> Connection | None:
        """Whom the caller was connected with, as the phones of the town know it."""
        return self._connections.get(record.id)

    def is_set_up(self, placed: Placed) -> bool:
        """Caller and member are both connected: each has the other's word for it."""
        record = self.by_caller.get(placed.call_id)
        connection = self.connection(record) if record else None
        return placed.saw("answered") and connection is not None and connection.leg.acknowledged

    # ---- what must be true

    def callers_without_one_record(self) -> Iterator[Placed]:
        """Whose INVITE has not exactly one record: none is right only when it never got through."""
        made = Counter(record.sip_call_id for record in self.records.values())
        for placed in self._town.placed:
            unheard = set(placed.phone.events) <= UNHEARD or placed.vanished
            if made[placed.call_id] != 1 and not (unheard and made[placed.call_id] == 0):
                yield placed

    def disagreements(self) -> Iterator[tuple[Placed, Record]]:
        """Calls whose record is not what the caller's phone saw, or what the member's did."""
        for placed in self._town.placed:
            record = self.by_caller.get(placed.call_id)
            if record is None or placed.vanished:
                continue
            if not (_callers_word(placed, record) and self._members_word(record)):
                yield placed, record

    def _members_word(self, record: Record) -> bool:
        connection = self.connection(record)
        if record.person_answered_at is None:
            return connection is None
        return connection is not None and record.answered_by in (
            connection.phone.name,
            f"trunk/{connection.phone.name}",
        )


def _connections(town: Town) -> Iterator[tuple[str, Connection]]:
    """Each call that was connected, with the leg of the phone that has the same Call-ID."""
    phones = [*town.members.values(), *town.switched_off, *town.gateways.values()]
    known = {leg.call_id: Connection(phone, leg) for phone in phones for leg in phone.legs}
    dialogs: dict[str, str] = {}
    for fact in town.facts:
        match fact:
            case LegDialogChanged(leg=leg, dialog={"dialog": {"call_id": str(call_id)}}):
                dialogs[leg] = call_id
            case CallConnected(call=call, leg=leg) if dialogs[leg] in known:
                yield call, known[dialogs[leg]]


def _callers_word(placed: Placed, record: Record) -> bool:
    """Answered exactly when a person or an announcement answered; else refused as the outcome says."""
    answered = record.person_answered_at or record.service_answered_at
    if answered or record.outcome is None:
        return placed.saw("answered") and record.outcome is not None
    early = 480 if not placed.saw("refused 487") else 487
    status = early if record.outcome is Outcome.CLOSED else REFUSED_WITH[record.outcome]
    return not placed.saw("answered") and placed.saw(f"refused {status}")
