"""States that disagree with phones and calls, found while the service runs, and put right within seconds."""

from collections.abc import Callable
from datetime import datetime

import structlog

from telephony.call.repair_facts import StateRepaired
from telephony.desk.reconcile import disagreements, follows, seen_twice
from telephony.node import Node

SECONDS = 3.0
"""How often it is looked: what is seen twice is put right, within 7 s of when it went wrong."""

log = structlog.get_logger("vaxeln")


class Reconciler:
    """`look` about once a second. `utc` turns its seconds into aware UTC."""

    def __init__(self, node: Node, utc: Callable[[float], datetime]) -> None:
        self._node = node
        self._utc = utc
        self._next = 0.0
        self._seen: list[StateRepaired] = []

    def look(self, now: float) -> bool:
        """Look if it is time to; whether something was put right, so that there are messages to send."""
        if now < self._next:
            return False
        self._next = now + SECONDS
        board, legs, at = self._node.switchboard, self._node.legs, self._utc(now)
        found = list(disagreements(board.house, board.calls, legs.has, at))
        repairs = list(seen_twice(self._seen, found))
        self._seen = found
        for repair in repairs:
            log.error("state_repaired", kind=repair.kind, member=repair.member, leg=repair.leg)
            for fact in (repair, *follows(repair, at)):
                self._node.record(fact, now)
        return bool(repairs)
