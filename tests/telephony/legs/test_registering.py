"""telephony/legs/registering.py: REGISTER of an account, and the facts of it."""

from datetime import timedelta

import pytest

from telephony.call.facts import Contact
from telephony.call.house_facts import PhoneRegistered, RegistrationExpired
from telephony.legs.registering import flow_to
from telephony.sip.flow import Flow
from tests.support.scripted_peer import Party, ScriptedPeer
from tests.support.stage import DIRECT, Stage
from tests.support.switchboard import REALM, utc


def test_a_registration_is_a_fact_with_its_way_back(stage: Stage) -> None:
    stage.now = 10.0
    response = stage.phone("kc1").register("kc1", expires=300)

    (fact,) = stage.facts(PhoneRegistered)
    (contact,) = fact.contacts
    assert response.headers.get("Contact") == "<sip:phone@192.0.2.101:5060>;expires=300"
    assert (fact.phone, contact.uri) == ("kc1", "sip:phone@192.0.2.101:5060")
    assert contact.remote == ("192.0.2.101", 5060)
    assert contact.expires_at == utc(310.0)


def test_a_contact_is_rung_where_it_registered_from(stage: Stage) -> None:
    stage.phone("kc1").register("kc1", contact="<sip:kc1@10.9.8.7:5062>")

    stage.call(DIRECT)

    assert stage.phone("kc1").take("INVITE").uri == "sip:kc1@10.9.8.7:5062"


@pytest.mark.parametrize(
    ("transport", "uri", "reopen"),
    [
        ("TCP", "sip:kc1@192.0.2.101:5070;transport=tcp", ("192.0.2.101", 5070)),
        ("TLS", "sips:kc1@192.0.2.101", ("192.0.2.101", 5061)),
        ("TCP", "sip:kc1@[2001:db8::1]", None),
        ("TCP", "sip:kc1@10.9.8.7", None),  # behind a NAT
        ("TCP", "tel:112", None),
        ("UDP", "sip:kc1@192.0.2.101:5070", None),
    ],
)
def test_a_phone_whose_connection_is_gone_is_called_where_it_listens(
    transport: str, uri: str, reopen: tuple[str, int] | None
) -> None:
    here, there = ("192.0.2.1", 5060), ("192.0.2.101", 40_000)
    contact = Contact(uri, transport, there, here, "call", 1, utc(1.0))

    assert flow_to(contact) == Flow(transport, here, there)
    assert flow_to(contact).reopen == reopen


@pytest.mark.parametrize(
    ("path", "reopen"),
    [
        ("<sip:192.0.2.70;transport=tcp;lr;received=sip:203.0.113.7:1024>", ("192.0.2.70", 5060)),
        ("<sip:192.0.2.70:5080;lr>", ("192.0.2.70", 5080)),
        ("<sip:edge.example;lr>", None),
        ("<tel:192>", None),
        ("<", None),
    ],
)
def test_a_proxy_that_has_closed_the_connection_is_reached_where_its_path_says(
    path: str, reopen: tuple[str, int] | None
) -> None:
    here, there = ("192.0.2.1", 5060), ("192.0.2.70", 40_000)
    uri = "sip:kc1@203.0.113.7:1024;transport=tcp"
    contact = Contact(uri, "TCP", there, here, "call", 1, utc(1.0), path=(path,))

    assert flow_to(contact).reopen == reopen


def test_a_query_changes_nothing(stage: Stage) -> None:
    stage.register("kc1")
    stage.now = 0.5

    response = stage.phone("kc1").register("kc1", contact="none", cseq=9)

    assert response.headers.get("Contact") == "<sip:phone@192.0.2.101:5060>;expires=3600"
    assert len(stage.facts(PhoneRegistered)) == 1


def test_too_short_a_time_is_423(stage: Stage) -> None:
    response = stage.phone("kc1").register("kc1", expires=20)

    assert (response.status, response.headers.get("Min-Expires")) == (423, "60")
    assert not stage.facts(PhoneRegistered)


def test_without_expires_an_hour_is_granted(stage: Stage) -> None:
    response = stage.phone("kc1").register("kc1", expires=None)

    assert response.headers.get("Contact") == "<sip:phone@192.0.2.101:5060>;expires=3600"


@pytest.mark.parametrize("contact", ["*", ""])
def test_expires_0_ends_the_registration(stage: Stage, contact: str) -> None:
    stage.register("kc1")

    response = stage.phone("kc1").register("kc1", contact=contact, expires=0, cseq=9)

    assert response.status == 200 and "Contact" not in response.headers
    assert stage.facts(PhoneRegistered)[-1].contacts == ()
    assert stage.call(DIRECT).assert_refused(480)


def test_the_star_needs_expires_0(stage: Stage) -> None:
    assert stage.phone("kc1").register("kc1", contact="*", expires=60).status == 400


def test_a_registration_that_is_not_refreshed_ends_by_a_fact(stage: Stage) -> None:
    stage.phone("kc1").register("kc1", expires=60)

    stage.run_until(60.0)

    (expired,) = stage.facts(RegistrationExpired)
    assert (expired.phone, expired.contacts, expired.at) == ("kc1", (), utc(60.0))
    assert stage.call(DIRECT).assert_refused(480)


def test_a_register_that_was_overtaken_is_refused(stage: Stage) -> None:
    stage.phone("kc1").register("kc1", cseq=9)

    assert stage.phone("kc1").register("kc1", cseq=3).status == 500


PHONES = """
[phones]
kc1 = { display = "Kontaktcenter 1", max_contacts = 2 }
kc2 = { display = "Kontaktcenter 2" }
bygg1 = { display = "Bygglov 1" }
bygg1m = { display = "Bygglov 1, mobile" }
bygg2 = { display = "Bygglov 2" }
"""


def test_another_contact_leaves_the_first_as_it_was() -> None:
    stage = Stage(phones=PHONES)
    stage.phone("kc1").register("kc1", expires=100)
    before = stage.facts(PhoneRegistered)[-1].contacts

    for second in range(1, 40):
        stage.run_until(second * 1.4)
        stage.phone("kc2").register("kc1", expires=100, call_id=f"other{second}")

    kept = [c for c in stage.facts(PhoneRegistered)[-1].contacts if c.uri == before[0].uri]
    assert kept == list(before)


def test_a_contact_that_has_just_expired_is_not_shown() -> None:
    stage = Stage(phones=PHONES)
    stage.phone("kc1").register("kc1", expires=100)
    stage.now = 100.0  # the clock is there, the timer has not come yet

    response = stage.phone("kc2").register("kc1", expires=100, call_id="other")

    assert response.headers.get_all("Contact") == ["<sip:phone@192.0.2.102:5060>;expires=100"]


def test_the_remaining_time_is_never_shown_as_0() -> None:
    stage = Stage(phones=PHONES)
    stage.phone("kc1").register("kc1", expires=100)
    stage.now = 99.7

    response = stage.phone("kc2").register("kc1", expires=100, call_id="other")

    assert response.headers.get_all("Contact")[0] == "<sip:phone@192.0.2.101:5060>;expires=1"


def test_an_answer_that_comes_too_late_for_its_nonce_is_challenged_again(stage: Stage) -> None:
    peer = stage.phone("kc1")
    caller = Party(peer, "r", f"<sip:kc1@{REALM}>;tag=r", f"<sip:kc1@{REALM}>", f"sip:{REALM}")
    caller.authenticated("REGISTER", "kc1", "", ("Contact", peer.contact))
    stage.wait(timedelta(hours=12).total_seconds())

    assert caller.authenticated("REGISTER", "kc1", "", ("Contact", peer.contact)).status == 200


def by_connection(stage: Stage, port: int, cseq: int, account: str = "kc1") -> ScriptedPeer:
    """The phone, registered by a connection from this port."""
    phone = stage.peer("192.0.2.101", port)
    phone.transport = "TCP"
    contact = f"<sip:{account}@10.9.8.7:{port};transport=tcp>"
    assert phone.register(account, contact=contact, cseq=cseq).status == 200
    return phone


def test_a_call_of_a_phone_goes_on_by_the_connection_that_it_has_registered_by_anew(stage: Stage) -> None:
    old = by_connection(stage, 40_000, 1)
    stage.register("kc2")
    caller = stage.call(DIRECT)
    member = stage.offered_at(old)
    member.accept()
    caller.pick_up()

    new = by_connection(stage, 40_001, 9)
    caller.hang_up()

    assert new.has("BYE")
    assert not old.has("BYE")
    new.answer_all("BYE")
    stage.assert_all_over()


def test_a_call_of_a_phone_that_leaves_stays_where_it_is(stage: Stage) -> None:
    phone = by_connection(stage, 40_000, 1)
    caller = stage.call(DIRECT)
    stage.offered_at(phone).accept()
    caller.pick_up()

    assert phone.register("kc1", contact="*", expires=0, cseq=9).status == 200
    caller.hang_up()

    assert phone.has("BYE")


def test_a_phone_by_udp_that_registers_from_elsewhere_leaves_its_calls_where_they_are(stage: Stage) -> None:
    caller, member = stage.connected(DIRECT, "kc1")

    assert stage.peer("192.0.2.101", 5099).register("kc1", cseq=9).status == 200
    caller.hang_up()

    assert member.peer.has("BYE")
