"""The call log as it is folded from shipped facts: the records of the calls that facts still come for.

Records that are not in memory, after a restart or because many calls came since, are folded again from the
facts that the database has. So the log is the facts at any time, whatever was forgotten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from telephony.call.house_facts import ClockStepped
from telephony.call.record import BEGINNINGS, Record, RecordedFact, begin, extend, stepped

KEPT = 2000
"""How many records stay in memory, about 4 MB: more than the calls that one machine carries at once."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call as the log has it, and where it began: the node and the position of its first fact."""

    record: Record
    node: str
    position: int

    @property
    def is_live(self) -> bool:
        """Whether the call has not ended."""
        return self.record.outcome is None

    def after_step(self, fact: ClockStepped) -> "CallRow":
        """The row after the machine's clock was set."""
        return CallRow(stepped(self.record, fact), self.node, self.position)

    def to_columns(self) -> dict[str, Any]:
        """The values of its columns, by name; what is no column is passed over by the database."""
        record = self.record
        return vars(record) | {
            "node": self.node,
            "position": self.position,
            "waiting_seconds": record.waiting_seconds,
            "ringing_seconds": record.ringing_seconds,
            "talk_seconds": record.talk_seconds,
        }


class CallFold:
    """The rows of the journal `node`."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._rows: dict[str, CallRow] = {}

    def missing(self, facts: Iterable[tuple[int, RecordedFact]]) -> set[str]:
        """The calls that these facts belong to and that were not begun here."""
        begun, needed = set(self._rows), set()
        for _, fact in facts:
            if isinstance(fact, BEGINNINGS):
                begun.add(fact.call)
            elif not isinstance(fact, ClockStepped) and fact.call not in begun:
                needed.add(fact.call)
        return needed

    def after(
        self, facts: Iterable[tuple[int, RecordedFact]], earlier: Mapping[str, CallRow]
    ) -> dict[str, CallRow]:
        """The rows that these facts make or change; `earlier` holds those that are `missing`.

        Nothing is kept: that is for `keep`, once the database has them. A step of the clock changes the calls
        at hand; any other that is live is `missing` when its next fact comes, and gets it then.
        """
        changed: dict[str, CallRow] = {}
        for position, fact in facts:
            if isinstance(fact, ClockStepped):
                rows = {**earlier, **self._rows, **changed}
                changed |= {call: row.after_step(fact) for call, row in rows.items() if row.is_live}
                continue
            call = fact.call
            before = changed.get(call) or self._rows.get(call) or earlier.get(call)
            if isinstance(fact, BEGINNINGS):
                changed[call] = CallRow(begin(fact), self._node, position)
            elif before is not None:
                changed[call] = CallRow(extend(before.record, fact), self._node, before.position)
        return changed

    def keep(self, rows: Mapping[str, CallRow]) -> None:
        """Keep these, and let go of those that no fact came for longest."""
        for call, row in rows.items():
            self._rows.pop(call, None)
            self._rows[call] = row
        for call in list(self._rows)[: max(len(self._rows) - KEPT, 0)]:
            del self._rows[call]

    def clear(self) -> None:
        """Forget all: it is not known what the database has."""
        self._rows.clear()
