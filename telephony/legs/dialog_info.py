"""What a phone's lamp is told: `application/dialog-info+xml` (RFC 4235 4), always the full state.

Of who calls a phone it has what that phone was shown, unless it is to be withheld; of whom a phone calls
nothing, for what somebody dials is their own affair.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from telephony.legs.snapshot import ANONYMOUS
from telephony.legs.state import State
from telephony.sip.name_addr import NameAddr

if TYPE_CHECKING:
    from telephony.legs.leg import Leg

CONTENT_TYPE = "application/dialog-info+xml"
NAMESPACE = "urn:ietf:params:xml:ns:dialog-info"

MOST_DIALOGS = 10
"""Dialogs in one document, some 4 KiB: nobody's lamp tells more, and a NOTIFY has to stay small."""


class Progress(StrEnum):
    """The states of RFC 4235 3.7.1 that a dialog with us has."""

    TRYING = "trying"
    EARLY = "early"
    CONFIRMED = "confirmed"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True)
class Shown:
    """A dialog of a phone, as that phone sees it: local is the phone, remote are we. So Replaces names it
    with `remote_tag` as its to-tag (RFC 3891). `caller` is who calls the phone, or None."""

    account: str
    call_id: str
    local_tag: str
    remote_tag: str
    is_called: bool
    progress: Progress
    caller: NameAddr | None = None


def shown(leg: "Leg") -> Shown | None:
    """How a leg with a phone is shown; None when it is over."""
    if leg.state is State.TALKING:
        progress = Progress.CONFIRMED
    elif leg.state is State.SETUP:
        progress = Progress.EARLY if leg.alerting else Progress.TRYING
    else:
        return None
    call_id, ours = leg.key
    theirs = leg.dialog.remote_tag if leg.dialog else leg.early_tag
    caller = leg.caller_shown
    if caller is not None and caller.uri == ANONYMOUS:
        caller = None
    return Shown(leg.account, call_id, theirs, ours, leg.owns_call_id, progress, caller)


def document(entity: str, version: int, dialogs: Iterable[Shown], target: str) -> bytes:
    """The document. `entity` is what was subscribed to, `target` the URI at which we are reached."""
    attributes = {"xmlns": NAMESPACE, "version": str(version), "state": "full", "entity": _text(entity)}
    root = ET.Element("dialog-info", attributes)
    host = entity.rpartition("@")[2]
    for each in dialogs:
        _add(root, each, f"sip:{each.account}@{host}", target)
    body: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return body


def _add(root: ET.Element, dialog: Shown, identity: str, target: str) -> None:
    attributes = {"id": dialog.remote_tag, "call-id": dialog.call_id}
    if dialog.local_tag:
        attributes["local-tag"] = _text(dialog.local_tag)
    attributes["remote-tag"] = dialog.remote_tag
    attributes["direction"] = "recipient" if dialog.is_called else "initiator"
    element = ET.SubElement(root, "dialog", attributes)
    ET.SubElement(element, "state").text = dialog.progress.value
    local = ET.SubElement(element, "local")
    ET.SubElement(local, "identity").text = _text(identity)
    remote = ET.SubElement(element, "remote")
    if dialog.caller is not None:
        named = {"display": _text(dialog.caller.display)} if dialog.caller.display else {}
        ET.SubElement(remote, "identity", named).text = _text(str(dialog.caller.uri))
    ET.SubElement(remote, "target", {"uri": target})


def _text(text: str) -> str:
    """Without what XML cannot hold: control characters, and octets that were no UTF-8."""
    return "".join([character for character in text if character.isprintable()])
