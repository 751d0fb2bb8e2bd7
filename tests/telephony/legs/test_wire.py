"""telephony/legs/wire.py: what every leg works with."""

import pytest

from telephony.legs.wire import ALLOW, uri_host
from tests.support.stage import DIRECT, Stage


def test_an_ipv6_address_has_brackets_in_a_uri() -> None:
    assert uri_host("2001:db8::1") == "[2001:db8::1]"
    assert uri_host("192.0.2.1") == "192.0.2.1"


def test_what_makes_a_dialog_says_who_and_what_we_are(stage: Stage) -> None:
    stage.register("kc1")
    call = stage.call(DIRECT)
    member = stage.offered("kc1")
    member.ring()

    for message in (member.invite, call.responses(call.branch)[-1]):
        assert message.headers.get("Contact") == "<sip:vaxeln@192.0.2.1:5060>"
        assert message.headers.get("Allow") == ALLOW
        assert message.headers.get("Supported") == "100rel, replaces, timer"


@pytest.mark.parametrize(
    ("transport", "scheme", "contact"),
    [
        ("TCP", "sip", "<sip:vaxeln@192.0.2.1:5060;transport=tcp>"),
        ("TLS", "sip", "<sip:vaxeln@192.0.2.1:5060;transport=tls>"),
        ("TLS", "sips", "<sips:vaxeln@192.0.2.1:5060>"),
    ],
)
def test_our_contact_is_reached_as_the_far_end_is(
    stage: Stage, transport: str, scheme: str, contact: str
) -> None:
    """RFC 3261 8.1.1.8, RFC 5630 5."""
    phone = stage.phone("kc1")
    phone.transport = transport
    phone.register("kc1", contact=f"<{scheme}:kc1@192.0.2.101>")

    stage.call(DIRECT)

    invite = phone.take("INVITE")
    assert invite.headers.get("Contact") == contact
    assert invite.via.transport == transport


def test_legs_are_empty_only_when_nothing_is_kept(stage: Stage) -> None:
    assert stage.node.legs.is_empty

    stage.register("kc1")
    stage.call(DIRECT)

    assert not stage.node.legs.is_empty
