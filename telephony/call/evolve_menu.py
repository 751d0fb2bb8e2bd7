"""What the facts of a menu change in a call. `evolve` has those of every call."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from routing.decision import Branch
from telephony.call import facts as f
from telephony.call import menu_facts as m
from telephony.call.call import Asking, Call, LegState, Phase
from telephony.call.changed import changed
from telephony.call.changes import Changes, enter, require, with_leg
from telephony.call.choosing import dialled, heard, is_correction
from telephony.call.evolve_confirm import key_pressed
from telephony.call.evolve_queue import unheard


def _pressed(call: Call, fact: m.KeyPressed) -> Changes:
    leg = call.legs.get(fact.leg)
    is_waiting = fact.leg == call.who_waits
    if leg is not None and (leg.confirming is not None or (leg.target is not None and not is_waiting)):
        return key_pressed(call, leg, fact.key)
    if call.phase not in (Phase.MENU, Phase.ANNOUNCING, Phase.WAITING) or not heard(call, fact.key):
        return {}  # too late, or of no matter
    menu = call.decision.menu if call.decision else None
    if menu is not None and call.asking is not None:
        extension = dialled(menu, call.asking, fact.key, fact.at)
        if extension is not None:
            return {"asking": extension, "key": "" if extension.digits else fact.key}
    return {"key": fact.key}


def _extension_begun(call: Call, fact: m.ExtensionBegun) -> Changes:
    require(call, fact, Phase.MENU)
    return {"asking": changed(call.asking, is_hushed=True)}


def _said(call: Call, fact: m.MenuSaid) -> Changes:
    require(call, fact, Phase.MENU)
    return {"asking": Asking(fact.prompt, fact.attempt), "key": ""}


def _key_time_expired(call: Call, fact: m.KeyTimeExpired) -> Changes:
    require(call, fact, Phase.MENU)
    return {"asking": changed(call.asking, until=None, expired=True)}


def _left(call: Call, fact: m.MenuLeft) -> Changes:
    require(call, fact, Phase.MENU)
    menu = call.decision.menu if call.decision else None
    left = menu.tries - call.asking.attempt if menu is not None and call.asking is not None else 0
    return enter(call, Phase.ARRIVED, question=fact.branch, asking=None, key=fact.key, tries_left=left)


def _centre_asked(call: Call, fact: m.CentreAsked) -> Changes:
    require(call, fact, Phase.ANNOUNCING)
    return enter(call, Phase.ARRIVED, question=Branch.ARRIVED, to_centre=fact.outcome, key="")


def announcement_ended(call: Call, fact: f.AnnouncementEnded) -> Changes:
    """A prompt is over, of a menu or an announcement. One that could not be played was not answered with a
    200 either, whatever had been planned."""
    if fact.leg != call.who_waits and call.phase is not Phase.TRANSFERRING:
        return {}  # of a member who is asked whether it is they
    if call.phase is Phase.WAITING:
        return {} if fact.played else unheard(call)
    unanswered: Changes = {}
    is_heard = call.phase in (Phase.MENU, Phase.ANNOUNCING)
    if is_heard and not fact.played and call.caller.state is LegState.ANSWERED:
        caller = changed(call.caller, state=LegState.OFFERED)
        unanswered = with_leg(call, caller, service_answered=False)
    if call.asking is not None and call.phase is Phase.MENU:
        return {**unanswered, "asking": _ended(call, call.asking, fact)}
    if not call.announcement:
        return {}  # of nothing that this call plays
    return {**unanswered, "announcement_ended": True, "announcement_played": fact.played}


def _ended(call: Call, asking: Asking, fact: f.AnnouncementEnded) -> Asking:
    """The caller has some time from here on to press a key; not when they were told that one was wrong."""
    if not fact.played:
        return changed(asking, unheard=True)
    assert call.decision is not None and call.decision.menu is not None  # in this phase
    if asking.digits:
        return changed(asking, ended=True)
    until, menu = None, call.decision.menu
    if not is_correction(menu, asking):
        until = fact.at + timedelta(seconds=menu.wait_seconds)
    return changed(asking, ended=True, until=until)


MENUS: dict[type[f.Fact], Callable[[Call, Any], Changes]] = {
    f.AnnouncementEnded: announcement_ended,
    m.KeyPressed: _pressed,
    m.MenuSaid: _said,
    m.ExtensionBegun: _extension_begun,
    m.KeyTimeExpired: _key_time_expired,
    m.MenuLeft: _left,
    m.CentreAsked: _centre_asked,
}
