"""Names in certificates (RFC 5922 7)."""

from telephony.net.identity import MOST_NAMES, identities


def test_names_sip_uris_and_addresses_in_order_each_once() -> None:
    names = (
        ("DNS", "PBX.example.se"),
        ("URI", "sip:example.se"),
        ("DNS", "pbx.example.se"),
        ("IP Address", "2001:DB8:0:0:0:0:0:1"),
        ("IP Address", "192.0.2.1"),
    )

    assert identities({"subjectAltName": names}) == (
        "pbx.example.se",
        "example.se",
        "2001:db8::1",
        "192.0.2.1",
    )


def test_what_names_nobody() -> None:
    names = (
        ("DNS", "*.example.se"),
        ("URI", "sip:anna@example.se"),
        ("URI", "https://example.se"),
        ("URI", "\x00"),
        ("IP Address", "<invalid>"),
        ("email", "anna@example.se"),
    )

    assert identities({"subjectAltName": names, "subject": ((("commonName", "pbx.example.se"),),)}) == ()
    assert identities({}) == identities(None) == ()


def test_no_more_than_so_many_are_looked_at() -> None:
    names = [("DNS", f"a{number}.se") for number in range(MOST_NAMES + 1)]

    assert len(identities({"subjectAltName": names})) == MOST_NAMES
