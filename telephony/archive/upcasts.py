"""What brings facts of older versions up to the present ones: see `codec`.

A fact class whose fields change gets a higher `VERSION` and a line here, from the version it leaves to the
next. The kept corpus (`tests/telephony/archive/corpus`) holds a fact of each version ever written and fails
without it.
"""

from typing import Any

from telephony.archive.codec import Upcasts


def _with_defaults(data: dict[str, Any]) -> dict[str, Any]:
    """What came anew has a default in its class: a target's `gateway` was that of its trunk, a refusal had no
    `cause`, an override no `announcement`, a decision no `menu`, `voicemail` or `wait`, a menu no
    extensions, a talk and a callback no wrap-up, and no callback went to a mobile."""
    return data


UPCASTS: Upcasts = {
    ("RouteDecided", 1): _with_defaults,
    ("RouteDecided", 2): _with_defaults,
    ("RouteDecided", 3): _with_defaults,
    ("RouteDecided", 4): _with_defaults,
    ("TransferDecided", 1): _with_defaults,
    ("TransferDecided", 2): _with_defaults,
    ("TransferDecided", 3): _with_defaults,
    ("TransferDecided", 4): _with_defaults,
    ("MemberOffered", 1): _with_defaults,
    ("MemberSkipped", 1): _with_defaults,
    ("MemberRefused", 1): _with_defaults,
    ("OverrideSet", 1): _with_defaults,
    ("OverridesCarried", 1): _with_defaults,
    ("CallConnected", 1): _with_defaults,
    ("CallTransferred", 1): _with_defaults,
    ("CallArrived", 1): _with_defaults,
    ("CallArrived", 2): _with_defaults,
    ("CallbackTurnCame", 1): _with_defaults,
    ("CallbackKept", 1): _with_defaults,
}
