"""Gateways as the plan writes them, as facts keep them, and as they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from routing.places import Named, Place, default_port, parse_gateway, parse_shown

FACT = TypeAdapter(Place)


@pytest.mark.parametrize(
    ("text", "gateway"),
    [
        ("192.0.2.20", Place("192.0.2.20", 5060)),
        ("192.0.2.20:5080", Place("192.0.2.20", 5080)),
        ("udp:192.0.2.20", Place("192.0.2.20", 5060)),
        ("2001:db8::1", Place("2001:db8::1", 5060)),
        ("[2001:DB8::1]:5080", Place("2001:db8::1", 5080)),
        ("tcp:[2001:db8::1]", Place("2001:db8::1", 5060, "TCP")),
        ("TLS:192.0.2.20", Place("192.0.2.20", 5061, "TLS")),
        ("tls:2001:db8::1", Place("2001:db8::1", 5061, "TLS")),
        ("pbx.example.se", Named("pbx.example.se", None, "UDP")),
        ("tls:PBX.example.se", Named("pbx.example.se", None, "TLS")),
        ("tcp:pbx.example.se:5060", Named("pbx.example.se", 5060, "TCP")),
        ("tls", Named("tls", None, "UDP")),
    ],
)
def test_a_gateway_is_read(text: str, gateway: Place | Named) -> None:
    assert parse_gateway(text) == gateway
    assert parse_gateway(str(gateway)) == gateway


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "neither an address nor a host name"),
        ("tls:5061", "neither an address nor a host name"),
        ("sctp:192.0.2.1", "a port is 1 to 65535"),
        ("tls:pbx.example.se:0", "a port is 1 to 65535"),
        ("[2001:db8::1", "a bracket is not closed"),
        ("10.0.0.0/8", "not to a prefix"),
        ("fe80::1%eth0", "a zone"),
        ("0.0.0.0", "unspecified"),
        ("tls:[::]:5061", "unspecified"),
        ("224.0.0.1", "to one host, not to many"),
        ("ff02::1", "to one host, not to many"),
        ("255.255.255.255:5060", "to one host, not to many"),
    ],
)
def test_anything_else_is_told_with_what_is_allowed(text: str, why: str) -> None:
    with pytest.raises(
        ValueError, match=r'must be an IP address or a host name.*"tls:pbx\.example\.se"'
    ) as refused:
        parse_gateway(text)
    assert why in str(refused.value)


@given(st.text())
def test_any_text_gives_a_gateway_or_value_error(text: str) -> None:
    try:
        gateway = parse_gateway(text)
    except ValueError:
        return
    assert parse_gateway(str(gateway)) == gateway


@pytest.mark.parametrize(
    ("place", "uri", "identity"),
    [
        (Place("192.0.2.20", 5060), "sip:112@192.0.2.20:5060", "192.0.2.20"),
        (Place("2001:db8::1", 5080, "TCP"), "sip:112@[2001:db8::1]:5080;transport=tcp", "2001:db8::1"),
        (Place("192.0.2.20", 5061, "TLS"), "sip:112@192.0.2.20:5061;transport=tls", "192.0.2.20"),
        (
            Named("pbx.example.se", None, "TLS").at("192.0.2.20", 5071),
            "sip:112@pbx.example.se;transport=tls",
            "pbx.example.se",
        ),
        (
            Named("pbx.example.se", 5070, "TLS").at("2001:db8::1", 5070),
            "sip:112@pbx.example.se:5070;transport=tls",
            "pbx.example.se",
        ),
    ],
)
def test_it_is_called_by_the_name_that_the_plan_has_and_proves_that(
    place: Place, uri: str, identity: str
) -> None:
    assert place.uri("112") == uri
    assert place.uri() == uri.replace("112@", "")
    assert place.identity == identity
    assert parse_shown(str(place)) == place


def test_what_is_shown_of_a_name_that_nobody_has_looked_up_is_read_again() -> None:
    unasked = Named("pbx.example.se", None, "TLS").at("pbx.example.se", default_port("TLS"))

    assert str(unasked) == "tls:pbx.example.se:5061"
    assert str(parse_shown(str(unasked))) == str(unasked)
    assert str(parse_shown("tls:pbx.example.se")) == str(unasked)
    assert parse_shown("") is None


def test_facts_keep_an_address_as_they_did_before_there_were_others() -> None:
    old, new = Place("192.0.2.20", 5060), Place("192.0.2.20", 5061, "TLS", "pbx.example.se")

    assert FACT.dump_json(old) == b'["192.0.2.20",5060]'
    assert FACT.dump_json(new) == b'["192.0.2.20",5061,"TLS","pbx.example.se"]'
    for place in (old, new, Place("192.0.2.20", 5060, "TCP")):
        assert FACT.validate_json(FACT.dump_json(place)) == place
        assert isinstance(FACT.validate_json(FACT.dump_json(place)), Place)
    assert FACT.validate_python(["192.0.2.20", 5060, "TCP"]) == Place("192.0.2.20", 5060, "TCP")


@pytest.mark.parametrize("written", ["x", ["192.0.2.20"], [5060, "192.0.2.20"], ["a", 1, "TCP", "", ""]])
def test_what_is_no_place_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        FACT.validate_python(written)
