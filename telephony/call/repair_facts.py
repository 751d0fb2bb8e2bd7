"""The fact that something was put right that the house had wrong."""

from dataclasses import dataclass
from enum import StrEnum

from telephony.call.facts import Fact


class Repair(StrEnum):
    """What was wrong."""

    STUCK_IN_CALL = "stuck_in_call"  # a member by a leg that is in no call any more
    STUCK_CHANNEL = "stuck_channel"  # a trunk's channel, likewise
    STUCK_IN_QUEUE = "stuck_in_queue"  # a place, or a callback that is told or tried, of a call that is gone
    LEG_UNKNOWN = "leg_unknown"  # a call has a leg of which the network side knows nothing
    REST_OVERDUE = "rest_overdue"  # somebody is left alone longer than was meant


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRepaired(Fact):
    """State that disagreed with phones and calls was put right. `member` is whose it was, or the trunk;
    `leg` is over from here on, "" when it was about none."""

    kind: Repair
    member: str
    leg: str
