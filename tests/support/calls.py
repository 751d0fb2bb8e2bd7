"""Small builders of what a call is made of: targets, contacts, decisions, an arrival."""

from datetime import UTC, datetime, timedelta
from typing import Any

from routing.decision import Decision, Kind, Menu, Origin, Strategy, Target
from telephony.call import facts as f
from telephony.call.house_facts import PhoneRegistered

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
CALLER = "+46701740605"


def after(seconds: float) -> datetime:
    """That long after NOON, when every call of these tests arrives."""
    return NOON + timedelta(seconds=seconds)


def phone(member: str, account: str = "") -> Target:
    """A phone of a person; the account has the person's name when none is given."""
    return Target(member, phone=account or member)


def trunk(name: str, number: str = "112") -> Target:
    """A trunk, and the number to dial there."""
    return Target(f"trunk/{name}", trunk=name, number=number)


def contact(account: str, device: int = 1, *, q: float = 1.0, expires: float = 3600.0) -> f.Contact:
    """Where one device of a phone account is reached, until `expires` seconds after NOON."""
    return f.Contact(
        uri=f"sip:{account}@192.0.2.{device}:5060",
        transport="UDP",
        remote=(f"192.0.2.{device}", 5060),
        local=("192.0.2.200", 5060),
        call_id=f"{account}-{device}",
        cseq=1,
        expires_at=after(expires),
        q=q,
    )


def registered(account: str, *contacts: f.Contact, at: datetime = NOON) -> PhoneRegistered:
    """The phone account registers from one device, or from those given."""
    return PhoneRegistered(at=at, phone=account, contacts=contacts or (contact(account),))


def arrive(call: str = "c1", *, at: datetime = NOON, **fields: Any) -> f.CallArrived:
    """A citizen calls Bygglov by the trunk `telia`, unless `fields` say otherwise."""
    given: dict[str, Any] = {
        "origin": Origin.TRUNK,
        "origin_name": "telia",
        "caller": CALLER,
        "dialled": "+46853061100",
        "sip_call_id": f"{call}@192.0.2.9",
    }
    return f.CallArrived(at=at, call=call, leg=f"{call}.0", **(given | fields))


def ring(*targets: Target, linear: bool = False, seconds: float = 20.0, **fields: Any) -> Decision:
    """Ring these, as the number Bygglov would."""
    given: dict[str, Any] = {"number": "+46853061100", "function": "Bygglov", "group": "bygglov"}
    strategy = Strategy.LINEAR if linear else Strategy.ALL
    return Decision(
        kind=Kind.RING, strategy=strategy, targets=targets, ring_seconds=seconds, **(given | fields)
    )


def emergency(*trunks: str) -> Decision:
    """112 by these trunks in turn."""
    return ring(
        *(trunk(name) for name in trunks),
        linear=True,
        seconds=180.0,
        number="112",
        function="112",
        group="",
        first_response_seconds=4.0,
        emergency=True,
    )


def announce(prompt: str = "closed", outcome: str = "closed", *, early: bool = False) -> Decision:
    """Play an announcement, early (183, then 480) or after a 200."""
    return Decision(
        kind=Kind.ANNOUNCE,
        number="+46853061100",
        function="Bygglov",
        prompt=prompt,
        early=early,
        status=480 if early else 0,
        outcome=outcome,
    )


def menu(
    name: str = "val", keys: str = "120", *, wait: float = 5.0, tries: int = 2, digits: int = 0, **fields: Any
) -> Decision:
    """Offer a menu, of the number Bygglov."""
    given: dict[str, Any] = {"number": "+46853061100", "function": "Bygglov", "prompt": "menu"}
    offered = Menu(name, "menu", keys, wait_seconds=wait, tries=tries, extension_digits=digits)
    return Decision(kind=Kind.MENU, menu=offered, **(given | fields))


def voicemail(outcome: str = "no_answer") -> Decision:
    """Play the greeting of Kontaktcenter's voicemail."""
    return Decision(
        kind=Kind.VOICEMAIL,
        number="+46853061100",
        function="Bygglov",
        prompt="voicemail",
        voicemail="kontaktcenter",
        outcome=outcome,
    )


def reject(status: int, outcome: str = "failed") -> Decision:
    """Refuse the call."""
    return Decision(kind=Kind.REJECT, status=status, outcome=outcome)
