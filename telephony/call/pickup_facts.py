"""Facts of a pick-up: somebody answers a call that rings elsewhere, or takes over one of their own by another
phone.

The call with which that is asked for ends there, by `LegHandedOver`; its leg goes on in the other one.
"""

from dataclasses import dataclass
from typing import Any

from routing.decision import Target
from telephony.call.facts import LegFact


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUpRequested(LegFact):
    """The INVITE of this leg asks for the place of leg `of`, of another call (Replaces, RFC 3891). Of a
    pick-up by code `CallArrived` tells, by what was dialled."""

    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegPickedUp(LegFact):
    """This leg is from here on what leg `of` was in another call, and about to answer this one: before all
    who are rung, or in place of leg `replaces`, which talks.

    `dialog` is that leg's, so that it can be ended after a crash. `MemberAnswered` follows when it is done.
    """

    of: str
    target: Target
    replaces: str = ""
    dialog: dict[str, Any] | None = None
