"""Keys that a caller is asked for, by a menu or a voicemail's greeting, or a member outside who has answered:
each is told to the call.

They are heard from the moment that the prompt begins, so that who knows the menu need not hear it out, and
until the leg hears something else.
"""

from typing import TYPE_CHECKING

from telephony.call.menu_facts import KeyPressed
from telephony.legs.keypad import watch
from telephony.legs.state import State

if TYPE_CHECKING:
    from telephony.legs.inbound import InboundLeg
    from telephony.legs.leg import Leg

MOST_KEYS = 20
"""Keys that are told of one prompt: as many as the longest number that somebody dials has. What comes beyond
is no choice but a machine or a child at play, and would only fill the journal."""


class Asking:
    """What a leg that is asked for a key has pressed so far.

    Some phones send a key both in their sound and as INFO; the way that the first one comes is theirs.
    """

    __slots__ = ("is_open", "left", "way")

    def __init__(self) -> None:
        self.is_open = False
        self.left = 0
        self.way = ""


def ask(leg: "InboundLeg", prompt: str, now: float) -> None:
    """Play a prompt, after a 200 if the caller has had none, and hear keys meanwhile and after."""
    _go_on(leg)
    if leg.state is State.SETUP:
        leg.announce(prompt, False, now)
    else:
        leg.play(prompt)
    listen(leg)


def ask_member(leg: "Leg", prompt: str) -> None:
    """The same with a member, who has answered but is not connected."""
    _go_on(leg)
    leg.play(prompt)
    listen(leg)


def _go_on(leg: "Leg") -> None:
    """It is asked again at once: whoever hears its keys goes on. A key takes many packets, and to somebody
    who begins to listen the rest of them would be one more."""
    if leg.asking is not None:
        leg.asking.is_open = False


def listen(leg: "Leg") -> None:
    """Hear keys from here on, until it hears something else."""
    leg.asking = leg.asking or Asking()
    leg.asking.is_open, leg.asking.left = True, MOST_KEYS
    watch(leg)


def stop(leg: "Leg") -> None:
    """It hears something else from here on, and its keys are no answer to it."""
    if leg.asking is not None and leg.asking.is_open:
        leg.asking.is_open = False
        watch(leg)


def press(leg: "Leg", signal: str, way: str, now: float) -> bool:
    """Take a key that came by this way. Whether one is asked for: then it is for nobody else."""
    asking = leg.asking
    if asking is None or not asking.is_open or leg.state is not State.TALKING or not leg.codecs:
        return False  # in the last case it waits for an answer to our offer, and nothing has begun to play
    asking.way = asking.way or way
    if way == asking.way and asking.left:
        asking.left -= 1
        leg.observe(KeyPressed, now, key=signal)
    return True
