"""telephony/legs/identity.py: who calls, as far as they are believed, and who is not to be known."""

import json

import pytest

from telephony.call import facts as f
from telephony.call.facts import Origin
from telephony.legs.directory import Account
from telephony.legs.identity import is_hidden, phone_caller, user_of
from telephony.sip.headers import Headers
from telephony.sip.message import Request
from telephony.sip.uri import SipUri, Uri
from tests.support.plans import MAIN, PEOPLE
from tests.support.scripted_peer import sdp
from tests.support.stage import CALLER, CLOSED, DIRECT, TRUNKS, Stage

SECRET = "+46701740699"
ASSERTED = ("P-Asserted-Identity", f'"Anna Hemlig" <sip:{SECRET}@op>, <tel:{SECRET}>')


def invite(sender: str, *fields: tuple[str, str]) -> Request:
    return Request("INVITE", "sip:1@2", Headers([("From", sender), *fields]))


# ---- the user of a URI


@pytest.mark.parametrize(
    ("uri", "user"),
    [
        ("sip:+46853061000;phone-context=x@h", "+46853061000"),
        ("sip:anna%20b@h", "anna b"),
        ("sip:%00112%1b@h", "112"),
        ("sip:%e5sa@h", "?sa"),
        ("sip:h", ""),
        ("tel:+46-8-530;isub=1", "+46-8-530"),
        ("urn:service:sos.fire", "urn:service:sos.fire"),
        ("sip:" + "9" * 500 + "@h", "9" * 64),
    ],
)
def test_the_user_of_a_uri_is_cleaned(uri: str, user: str) -> None:
    assert user_of(Uri.parse(uri)) == user


# ---- who does not want to be shown


@pytest.mark.parametrize(
    ("sender", "privacy", "hidden"),
    [
        (f"<sip:{SECRET}@op>", None, False),
        (f"<sip:{SECRET}@op>", "none", False),
        (f"<sip:{SECRET}@op>", "id", True),
        (f"<sip:{SECRET}@op>", "ID;critical", True),
        (f"<sip:{SECRET}@op>", "session; user", True),
        ("<sip:Anonymous@op>", None, True),
        (f"<sip:{SECRET}@Anonymous.Invalid>", None, True),
        (f"<tel:{SECRET}>", None, False),
    ],
)
def test_who_does_not_want_to_be_shown(sender: str, privacy: str | None, hidden: bool) -> None:
    fields = [] if privacy is None else [("Privacy", privacy)]

    assert is_hidden(invite(sender, *fields)) is hidden


def test_a_phone_that_hides_keeps_what_it_is_and_nothing_more() -> None:
    account = Account("kc1", "Kontaktcenter 1", "amina", "+46853061000", 1)

    caller = phone_caller(account, invite("<sip:anonymous@anonymous.invalid>"))

    assert (caller.origin, caller.origin_name, caller.member) == (Origin.PHONE, "kc1", "amina")
    assert caller.hidden
    assert (caller.number, caller.name) == (None, "")


# ---- trunks


def test_an_asserted_identity_is_believed_of_a_trusted_trunk(stage: Stage) -> None:
    stage.call(DIRECT, ASSERTED, peer=stage.pbx)

    assert stage.facts(f.CallArrived)[0].caller == SECRET


def test_an_asserted_identity_is_not_believed_of_any_other(stage: Stage) -> None:
    stage.call(DIRECT, ASSERTED, peer=stage.operator)

    assert stage.facts(f.CallArrived)[0].caller == CALLER


@pytest.mark.parametrize("asserted", ["<sip:", "", "<http://a>x"])
def test_an_asserted_identity_that_cannot_be_read_is_passed_over(stage: Stage, asserted: str) -> None:
    stage.call(DIRECT, ("P-Asserted-Identity", f"{asserted}, <tel:{SECRET}>"), peer=stage.pbx)

    assert stage.facts(f.CallArrived)[0].caller in (SECRET, CALLER)


def test_without_an_asserted_identity_from_counts(stage: Stage) -> None:
    stage.call(DIRECT, ("P-Asserted-Identity", "<sip:"), peer=stage.pbx)

    assert stage.facts(f.CallArrived)[0].caller == CALLER


def test_a_caller_without_a_number_is_known_by_name(stage: Stage) -> None:
    stage.register("kc1")

    stage.call(DIRECT, ("From", '"Anna i\\"receptionen" <sip:pbx.example>;tag=c'))

    (arrived,) = stage.facts(f.CallArrived)
    assert (arrived.caller, arrived.caller_name) == (None, 'Anna i"receptionen')
    assert stage.phone("kc1").take("INVITE").from_.display == 'Växel: Anna i"receptionen'


# ---- 112 has to find whoever is in need


def journalled(stage: Stage) -> str:
    return json.dumps([repr(fact) for fact in stage.virtual.journal.facts])


def test_a_phone_does_not_hide_from_112(stage: Stage) -> None:
    stage.register("kc1")

    call = stage.call("112", ("Privacy", "id"), peer=stage.phone("kc1"))

    invite = stage.alarm.take("INVITE")
    assert str(invite.from_.uri).startswith("sip:+46853061000@")
    assert "Privacy" not in invite.headers
    assert call.statuses == [100]
    (arrived,) = stage.facts(f.CallArrived)
    assert (arrived.hidden, arrived.caller) == (True, None)


@pytest.mark.parametrize(
    ("fields", "sender"),
    [
        ((("Privacy", "id"), ASSERTED), SECRET),
        ((("Privacy", "id"),), CALLER),
        ((("From", "<sip:anonymous@anonymous.invalid>;tag=c"), ASSERTED), SECRET),
        ((("From", "<sip:anonymous@anonymous.invalid>;tag=c"),), "anonymous"),
    ],
)
def test_112_is_told_what_the_trunk_tells_and_nobody_else_is(
    stage: Stage, fields: tuple[tuple[str, str], ...], sender: str
) -> None:
    call = stage.call("112", *fields, peer=stage.pbx)

    rescue = stage.offered_at(stage.alarm)
    uri = rescue.invite.from_.uri
    assert isinstance(uri, SipUri)
    assert uri.user == sender
    rescue.accept()
    call.pick_up()
    rescue.hang_up()
    (arrived,) = stage.facts(f.CallArrived)
    assert (arrived.hidden, arrived.caller) == (True, None)
    assert SECRET not in journalled(stage) and CALLER not in journalled(stage)


# ---- nothing of a hidden caller anywhere


def hidden_calls(stage: Stage, *fields: tuple[str, str], trusted: bool, number: str) -> None:
    """A hidden caller's call, from its arrival over a hold to its end."""
    stage.register("kc1")
    peer = stage.pbx if trusted else stage.operator
    contact = ("Contact", f'"Anna Hemlig" <sip:{SECRET}@{peer.host}>')

    def sound(direction: str = "") -> str:
        return sdp(peer.host, "8", direction).replace("o=anna", f"o={SECRET}").replace("s=Annas", "s=Hemlig")

    remote_party = ("Remote-Party-ID", f"<sip:{SECRET}@op>;privacy=full")
    call = stage.call(number, contact, ASSERTED, remote_party, *fields, peer=peer, body=sound())
    if number == DIRECT:
        member = stage.offered("kc1")
        told = member.invite.to_bytes()
        assert b"dold" in told and SECRET.encode() not in told and b"Hemlig" not in told
        assert member.invite.headers.get("Privacy") == "id"
        member.accept()
    call.pick_up()
    call.reinvite(sound("sendonly"))
    call.hang_up()


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("number", [DIRECT, CLOSED])
@pytest.mark.parametrize(
    "fields",
    [
        [("Privacy", "id"), ("From", f'"Anna Hemlig" <sip:{SECRET}@op>;tag=caller')],
        [("From", '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=caller')],
    ],
)
def test_nothing_of_a_hidden_caller_reaches_a_fact_or_another_peer(
    stage: Stage, trusted: bool, number: str, fields: list[tuple[str, str]]
) -> None:
    hidden_calls(stage, *fields, trusted=trusted, number=number)

    facts = " ".join(map(str, stage.virtual.journal.facts))
    assert stage.facts(f.CallArrived)[0].hidden
    assert SECRET not in facts and "Hemlig" not in facts
    member_side = stage.phone("kc1").requests
    assert not any(SECRET in repr(request) or "Hemlig" in repr(request) for request in member_side)


# ---- what cannot be printed


@pytest.mark.parametrize("name", [b"\x01\x1b[31mAnna", b"\xe5sa", "Åsa\u202e".encode(), b"\x00"])
def test_control_characters_and_octets_reach_no_fact_and_no_other_peer(stage: Stage, name: bytes) -> None:
    stage.register("kc1")
    display = name.decode("utf-8", "surrogateescape")

    call = stage.call(DIRECT, ("From", f'"{display}" <sip:pbx.example>;tag=caller'))
    member = stage.offered("kc1")
    member.accept()
    call.pick_up()
    call.hang_up()

    shown = str(member.invite.from_.display)
    assert shown.isprintable()
    for fact in stage.facts(f.LegDialogChanged):
        assert json.dumps(fact.dialog).encode("utf-8").isascii()
        assert display not in str(fact.dialog)
    assert stage.facts(f.CallArrived)[0].caller_name.isprintable()


def test_our_requests_to_the_caller_do_not_carry_its_display_name(stage: Stage) -> None:
    call, member = stage.connected()
    member.hang_up()

    bye = call.peer.take("BYE")

    assert bye.to.display == ""
    assert bye.to.tag == "caller"


# ---- other spellings of who calls

CLAIMS = [
    ("P-Asserted-Identity", f"<sip:{SECRET}@op>"),
    ("p-asserted-identity", f'"X" <tel:{SECRET}>'),
    ("P-Preferred-Identity", f"<sip:{SECRET}@op>"),
    ("Remote-Party-ID", f"<sip:{SECRET}@op>;party=calling;privacy=off"),
    ("REMOTE-PARTY-ID", f'"X" <sip:{SECRET}@op>'),
    ("Diversion", f"<sip:{SECRET}@op>"),
    ("History-Info", f"<sip:{SECRET}@op>;index=1"),
    ("X-Caller", SECRET),
]


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_an_untrusted_side_claims_is_removed_in_every_spelling(
    stage: Stage, claim: tuple[str, str]
) -> None:
    stage.register("kc1", "kc2")
    stage.call(DIRECT, claim)
    stage.phone("kc1").answer_all("INVITE", 486)
    stage.dial_from("kc2", DIRECT, claim)

    facts, sent = repr(stage.virtual.journal.facts), repr(stage.phone("kc1").requests)

    assert SECRET not in facts and SECRET not in sent
    assert stage.facts(f.CallArrived)[0].caller == CALLER


@pytest.mark.parametrize(
    ("party", "caller"),
    [
        (f"<sip:{SECRET}@op>;party=calling;screen=yes", SECRET),
        (f"<sip:{SECRET}@op>", SECRET),
        (f"<sip:{SECRET}@op>;party=called", CALLER),
        ("<garbage", CALLER),
    ],
)
def test_a_remote_party_of_a_trusted_trunk_is_believed(stage: Stage, party: str, caller: str) -> None:
    stage.call(DIRECT, ("Remote-Party-ID", party), peer=stage.pbx)

    assert stage.facts(f.CallArrived)[0].caller == caller


def test_an_asserted_identity_goes_before_a_remote_party(stage: Stage) -> None:
    party = ("Remote-Party-ID", "<sip:+46701740600@op>")
    stage.call(DIRECT, party, ASSERTED, peer=stage.pbx)

    assert stage.facts(f.CallArrived)[0].caller == SECRET


@pytest.mark.parametrize(("privacy", "hidden"), [("full", True), ("NAME", True), ("off", False)])
@pytest.mark.parametrize("trusted", [True, False])
def test_a_remote_party_may_hide(stage: Stage, privacy: str, hidden: bool, trusted: bool) -> None:
    party = ("Remote-Party-ID", f"<sip:{CALLER}@op>;privacy={privacy}")
    stage.call(DIRECT, party, peer=stage.pbx if trusted else stage.operator)

    arrived = stage.facts(f.CallArrived)[0]
    assert (arrived.hidden, arrived.caller) == (hidden, None if hidden else CALLER)


def test_not_any_number_of_claims_is_read(stage: Stage) -> None:
    claims = ", ".join([*["<garbage"] * 8, f"<sip:{SECRET}@op>"])
    stage.call(DIRECT, ("P-Asserted-Identity", claims), peer=stage.pbx)

    assert stage.facts(f.CallArrived)[0].caller == CALLER


# ---- how callers are shown to a trunk


def shown(options: str, caller: str = "+46701740605", *fields: tuple[str, str]) -> Request:
    """The INVITE that the alarm trunk with these options gets, for a call to 112 of a trunk's caller."""
    alarm = 'peers = ["192.0.2.30:5080"]'
    stage = Stage(trunks=TRUNKS.replace(alarm, f"{alarm}\n{options}"))
    stage.call("112", *fields, caller=caller)
    return stage.alarm.take("INVITE")


@pytest.mark.parametrize("header", ["P-Asserted-Identity", "P-Preferred-Identity"])
def test_the_header_that_the_plan_names_tells_who_calls_in_the_trunks_format(header: str) -> None:
    invite = shown(f'identity = "{header.lower()}"\nnumber_format_out = "national"')

    assert invite.headers.get(header) == "<sip:0701740605@192.0.2.1>"
    assert str(invite.from_.uri) == "sip:0701740605@192.0.2.1"
    others = {"P-Asserted-Identity", "P-Preferred-Identity", "Diversion", "Privacy"} - {header}
    assert not any(name in invite.headers for name in others)


def test_from_alone_tells_who_calls_when_the_plan_says_nothing() -> None:
    invite = shown("")

    assert str(invite.from_.uri) == "sip:+46701740605@192.0.2.1"
    assert "P-Asserted-Identity" not in invite.headers
    assert "Diversion" not in invite.headers


OWN = 'numbers = ["+4685306"]\ndefault_number = "+46853061000"'


def test_a_foreign_number_is_shown_as_diverted_by_ours() -> None:
    invite = shown(OWN)

    assert str(invite.from_.uri) == "sip:+46701740605@192.0.2.1"
    assert invite.headers.get("Diversion") == "<sip:+46853061000@192.0.2.1>;reason=unconditional"


def test_a_foreign_number_that_may_not_be_shown_is_replaced() -> None:
    invite = shown(OWN + '\nforeign_numbers = false\nidentity = "p-asserted-identity"')

    assert str(invite.from_.uri) == "sip:+46853061000@192.0.2.1"
    assert invite.headers.get("P-Asserted-Identity") == "<sip:+46853061000@192.0.2.1>"
    assert "Diversion" not in invite.headers
    assert "701740605" not in str(invite.headers)


def test_a_number_of_our_own_is_shown_as_it_is() -> None:
    invite = shown(OWN + "\nforeign_numbers = false", "+46853061299")

    assert str(invite.from_.uri) == "sip:+46853061299@192.0.2.1"
    assert "Diversion" not in invite.headers


def test_who_cannot_be_told_is_in_no_header() -> None:
    invite = shown(OWN + '\nidentity = "p-asserted-identity"', "anonymous")

    assert invite.headers.get("Privacy") == "id"
    assert str(invite.from_.uri) == "sip:anonymous@anonymous.invalid"
    assert not any(name in invite.headers for name in ("P-Asserted-Identity", "Diversion"))


def test_a_person_who_chose_the_group_is_never_shown_outside() -> None:
    own = 'phones = ["kc1"], number = "+46701740699"'
    stage = Stage(people=PEOPLE.replace('phones = ["kc1"]', own))
    stage.register("kc1")
    stage.call("112", peer=stage.phone("kc1"))

    invite = stage.alarm.take("INVITE")
    assert str(invite.from_.uri) == f"sip:{MAIN}@192.0.2.1"
    assert b"701740699" not in invite.to_bytes()
