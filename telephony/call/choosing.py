"""What to do next while a caller hears a menu, or a voicemail's greeting: the part of `react` for keys.

A key cuts the prompt short. One that leads somewhere is put to routing; after any other, or none in time,
the menu is said again, and after the last time routing is asked where those go who press nothing.
"""

from datetime import datetime, timedelta

from routing.decision import WRONG_KEY, Branch, Menu
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.actions import AskForKey
from telephony.call.call import Asking, Call
from telephony.call.changed import changed
from telephony.call.ending import Reaction, finish
from telephony.call.facts import EndedBy, Outcome

PAUSE = timedelta(seconds=4)
"""After a digit of an extension: it is whole (ITU-T Q.76 has 4 to 6 s)."""

END = "#"
"""What ends an extension at once."""

SILENCE = "tone/silence"
"""What is heard from the first digit of an extension on."""

CENTRE_KEY = "0"
"""What takes a caller from a voicemail's greeting to Kontaktcenter (P12), as its prompt says."""


def react(call: Call, now: datetime) -> Reaction:
    """What to do next in a menu; nothing when there are no facts.

    Whoever leaves has given up waiting for a person: abandoned.
    """
    assert call.decision is not None and call.decision.menu is not None  # in this phase
    menu, asking, caller = call.decision.menu, call.asking, call.caller
    if caller.lost:
        return finish(call, now, Outcome.ABANDONED, EndedBy.SERVICE, reason=caller.lost)
    if caller.gone:
        return finish(call, now, Outcome.ABANDONED, EndedBy.CALLER, status=487)
    if asking is None:
        return _say(call, menu, call.decision.prompt, 1, now)
    if asking.unheard:
        return _leave(call, menu, Branch.ERROR, now)
    if asking.digits:
        return _dial(call, menu, asking, now)
    if call.key in menu.keys and call.key:
        return _leave(call, menu, Branch.PRESSED, now, call.key)
    if call.key:
        return _again(call, menu, asking, WRONG_KEY, now)
    if asking.expired:
        return _again(call, menu, asking, menu.prompt, now)
    if asking.ended and is_correction(menu, asking):
        return _say(call, menu, menu.prompt, asking.attempt, now)
    return Reaction()


def _dial(call: Call, menu: Menu, asking: Asking, now: datetime) -> Reaction:
    """An extension is being keyed; it is whole by its digits, by its end, or by a pause."""
    if asking.is_whole or asking.expired or len(asking.digits) >= menu.extension_digits:
        return _leave(call, menu, Branch.EXTENSION, now, asking.digits)
    if asking.is_hushed:
        return Reaction()
    begun = m.ExtensionBegun(at=now, call=call.id, leg=call.caller.id, menu=menu.name)
    return Reaction([begun], [AskForKey(call.caller.id, SILENCE)])


def dialled(menu: Menu, asking: Asking, key: str, at: datetime) -> Asking | None:
    """What a key adds to an extension; None when it is for none. A digit that is no key of the menu begins
    one; a star in it is a mistake."""
    if not menu.extension_digits or not (asking.digits or (key.isdigit() and key not in menu.keys)):
        return None
    if key.isdigit():
        return changed(asking, digits=asking.digits + key, until=at + PAUSE)
    return changed(asking, is_whole=True) if key == END else changed(asking, digits="", is_hushed=False)


def heard(call: Call, key: str) -> bool:
    """Whether a key counts now: not a wrong one while the caller is told of the one before, for whoever types
    a whole number has made one mistake."""
    menu = call.decision.menu if call.decision else None
    if menu is None or key in menu.keys:
        return True
    return call.asking is None or not is_correction(menu, call.asking) or call.asking.ended


def is_correction(menu: Menu, asking: Asking) -> bool:
    """Whether what is said is that a key was wrong, after which the menu follows. A menu's own prompt is
    never, whatever its plan has called it."""
    return asking.prompt == WRONG_KEY != menu.prompt


def _again(call: Call, menu: Menu, asking: Asking, prompt: str, now: datetime) -> Reaction:
    if asking.attempt >= menu.tries:
        return _leave(call, menu, Branch.NO_KEY, now)
    return _say(call, menu, prompt, asking.attempt + 1, now)


def _say(call: Call, menu: Menu, prompt: str, attempt: int, now: datetime) -> Reaction:
    leg = call.caller.id
    said = m.MenuSaid(at=now, call=call.id, leg=leg, menu=menu.name, prompt=prompt, attempt=attempt)
    answered = [] if call.service_answered else [f.ServiceAnswered(at=now, call=call.id, leg=leg)]
    return Reaction([*answered, said], [AskForKey(leg, prompt)])


def _leave(call: Call, menu: Menu, branch: Branch, now: datetime, key: str = "") -> Reaction:
    return Reaction([m.MenuLeft(at=now, call=call.id, menu=menu.name, branch=branch, key=key)])
