import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.contact import Contact
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response
from telephony.sip.registrar import (
    MAX_CONTACTS_IN_REQUEST,
    MAX_PATHS,
    MAX_TEXT,
    Binding,
    Limits,
    register,
)

FLOW = Flow("UDP", ("192.0.2.1", 5060), ("198.51.100.7", 41234))
ONE = Limits()
SEVERAL = Limits(max_contacts=3)


def make_request(
    *contacts: str, to: str = "<sip:anna@vaxel.example>", call_id: str = "a1", cseq: str = "2", **others: str
) -> Request:
    """A REGISTER; in the names of `others`, `_` stands for `-`."""
    headers = Headers(
        [
            ("Via", "SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK1"),
            ("From", "<sip:anna@vaxel.example>;tag=f"),
            ("To", to),
            ("Call-ID", call_id),
            ("CSeq", f"{cseq} REGISTER"),
            *[("Contact", contact) for contact in contacts],
            *[(name.replace("_", "-"), value) for name, value in others.items()],
        ]
    )
    return Request("REGISTER", "sip:vaxel.example", headers)


def binding(
    uri: str = "sip:anna@10.0.0.5", expires_in: int = 1000, instance: str = "", call_id: str = "a1"
) -> Binding:
    return Binding(uri, "UDP", FLOW.remote, FLOW.local, call_id, 1, expires_in, instance=instance)


def accepted(
    request: Request, *current: Binding, limits: Limits = SEVERAL, flow: Flow = FLOW
) -> tuple[Binding, ...]:
    """Register and return the bindings, which must be those that the answer lists."""
    response, bindings = register(request, "anna", current, flow, limits, "t")
    assert response.status == 200
    assert bindings is not None
    assert listed(response) == [(made.uri, made.expires_in) for made in bindings]
    return bindings


def listed(response: Response) -> list[tuple[str, int | None]]:
    return [(str(contact.uri), contact.expires) for contact in response.contacts]


def uris(bindings: tuple[Binding, ...]) -> list[str]:
    return [made.uri for made in bindings]


def assert_refused(request: Request, status: int, *current: Binding, limits: Limits = SEVERAL) -> Response:
    response, bindings = register(request, "anna", current, FLOW, limits, "t")
    assert response.status == status
    assert bindings is None
    assert response.contacts == ()
    return response


# ---- what a binding is


def test_a_contact_is_bound_with_where_it_came_from() -> None:
    request = make_request(
        '"Anna" <sip:anna@10.0.0.5:5062;transport=udp>;q=0.7;expires=120;+sip.instance="<urn:uuid:1>"',
        Path="<sip:edge.example;lr>",
        User_Agent="Phone 1.0",
    )
    assert accepted(request) == (
        Binding(
            uri="sip:anna@10.0.0.5:5062;transport=udp",
            transport="UDP",
            remote=("198.51.100.7", 41234),
            local=("192.0.2.1", 5060),
            call_id="a1",
            cseq=2,
            expires_in=120,
            q=0.7,
            path=("<sip:edge.example;lr>",),
            user_agent="Phone 1.0",
            instance="<urn:uuid:1>",
        ),
    )


def test_a_binding_knows_its_flow_and_is_plain_json() -> None:
    (made,) = accepted(make_request("<sip:anna@10.0.0.5>", Path="<sip:edge.example;lr>"))
    assert made.flow == FLOW
    fields = json.loads(json.dumps(asdict(made)))
    assert fields["path"] == ["<sip:edge.example;lr>"]
    assert fields["remote"] == ["198.51.100.7", 41234]


def test_the_answer_shows_preference_instance_path_and_tag() -> None:
    request = make_request(
        '<sip:anna@10.0.0.5>;q=0.5;+sip.instance="<urn:uuid:1>"', Path="<sip:one;lr>, <sip:two;lr>"
    )
    response, bindings = register(request, "anna", (), FLOW, ONE, "t")
    assert response.headers.get("Contact") == (
        '<sip:anna@10.0.0.5>;expires=3600;q=0.5;+sip.instance="<urn:uuid:1>"'
    )
    assert response.headers.elements("Path") == ["<sip:one;lr>", "<sip:two;lr>"]
    assert response.to.tag == "t"
    assert bindings is not None
    assert bindings[0].path == ("<sip:one;lr>", "<sip:two;lr>")


def test_a_user_agent_is_cleaned_and_cut() -> None:
    (made,) = accepted(make_request("<sip:anna@10.0.0.5>", User_Agent="Bad\x07\udcff" + "x" * 9999))
    assert made.user_agent == "Bad" + "x" * (MAX_TEXT - 5)


# ---- who


@pytest.mark.parametrize("to", ["<sip:berit@vaxel.example>", "<sip:vaxel.example>", "<tel:+46853061000>"])
def test_nobody_registers_for_another(to: str) -> None:
    assert_refused(make_request("<sip:anna@10.0.0.5>", to=to), 403, binding())


def test_an_escaped_account_is_the_same_account() -> None:
    assert uris(accepted(make_request("<sip:a@10.0.0.5>", to="<sip:%61nna@vaxel.example>"))) == [
        "sip:a@10.0.0.5"
    ]


def test_a_request_without_contact_asks_for_the_bindings() -> None:
    current = (binding(), binding("sip:anna@10.0.0.6", expires_in=7))
    response, bindings = register(make_request(), "anna", current, FLOW, SEVERAL)
    assert bindings is None
    assert response.status == 200
    assert listed(response) == [("sip:anna@10.0.0.5", 1000), ("sip:anna@10.0.0.6", 7)]


# ---- how long


@pytest.mark.parametrize(
    ("parameter", "header", "granted"),
    [
        ("", {}, 3600),
        ("", {"Expires": "300"}, 300),
        (";expires=120", {"Expires": "300"}, 120),
        (";expires=60", {}, 60),
        (";expires=3601", {}, 3600),
        ("", {"Expires": "99999999999999999999"}, 3600),
        (";expires=soon", {}, 3600),
    ],
)
def test_the_time_is_that_of_the_contact_then_of_the_header_then_ours(
    parameter: str, header: dict[str, str], granted: int
) -> None:
    (made,) = accepted(make_request(f"<sip:anna@10.0.0.5>{parameter}", **header))
    assert made.expires_in == granted


@pytest.mark.parametrize(("parameter", "header"), [(";expires=59", "300"), (";expires=1", "0"), ("", "59")])
def test_too_short_a_time_is_refused_with_the_shortest(parameter: str, header: str) -> None:
    request = make_request(f"<sip:anna@10.0.0.5>{parameter}", Expires=header)
    assert assert_refused(request, 423).headers.get("Min-Expires") == "60"


def test_limits_are_the_accounts_own() -> None:
    limits = Limits(max_contacts=1, min_expires=10, max_expires=90, default_expires=30)
    assert accepted(make_request("<sip:a@10.0.0.5>"), limits=limits)[0].expires_in == 30
    assert accepted(make_request("<sip:a@10.0.0.5>;expires=11"), limits=limits)[0].expires_in == 11
    assert accepted(make_request("<sip:a@10.0.0.5>;expires=91"), limits=limits)[0].expires_in == 90
    refusal = assert_refused(make_request("<sip:a@10.0.0.5>;expires=9"), 423, limits=limits)
    assert refusal.headers.get("Min-Expires") == "10"


# ---- refresh, remove, order


def test_a_refresh_replaces_the_binding_of_an_equivalent_uri() -> None:
    moved = Flow("UDP", FLOW.local, ("198.51.100.7", 50000))
    request = make_request("<SIP:%61nna@10.0.0.5>;expires=600")
    (made,) = accepted(request, binding(), flow=moved)
    assert (made.cseq, made.expires_in, made.flow) == (2, 600, moved)


def test_expires_zero_removes_that_contact_alone() -> None:
    other = binding("sip:anna@10.0.0.6")
    assert accepted(make_request("<sip:anna@10.0.0.5>;expires=0"), binding(), other) == (other,)


def test_removing_what_is_not_there_is_no_failure() -> None:
    assert accepted(make_request("<sip:anna@10.0.0.9>", Expires="0"), binding()) == (binding(),)


def test_the_star_removes_all() -> None:
    assert accepted(make_request("*", Expires="0"), binding(), binding("sip:anna@10.0.0.6")) == ()


@pytest.mark.parametrize(
    ("contacts", "others"),
    [
        (["*"], {}),
        (["*"], {"Expires": "60"}),
        (["*", "<sip:anna@10.0.0.5>"], {"Expires": "0"}),
        (["*, *"], {"Expires": "0"}),
    ],
)
def test_the_star_stands_alone_and_needs_expires_zero(contacts: list[str], others: dict[str, str]) -> None:
    assert_refused(make_request(*contacts, **others), 400, binding())


@pytest.mark.parametrize("contact", ["<sip:anna@10.0.0.5>", "<sip:anna@10.0.0.5>;expires=0", "*"])
@pytest.mark.parametrize("cseq", ["5", "4"])
def test_a_request_that_was_overtaken_changes_nothing(contact: str, cseq: str) -> None:
    current = replace(binding(), cseq=5)
    assert_refused(make_request(contact, cseq=cseq, Expires="0"), 500, current)
    accepted(make_request(contact, cseq=cseq, call_id="other", Expires="0"), current)


def test_an_overtaken_request_does_not_touch_its_other_contacts_either() -> None:
    request = make_request("<sip:anna@10.0.0.6>, <sip:anna@10.0.0.5>", cseq="1")
    assert_refused(request, 500, binding())


def test_the_same_instance_elsewhere_replaces_its_older_binding() -> None:
    old = binding(instance="<urn:uuid:1>", call_id="before the restart")
    other = binding("sip:anna@10.0.0.9", instance="<urn:uuid:2>")
    request = make_request('<sip:anna@10.0.0.6>;+sip.instance="<urn:uuid:1>"')
    assert uris(accepted(request, old, other)) == ["sip:anna@10.0.0.9", "sip:anna@10.0.0.6"]


# ---- several contacts, and how many


def test_several_contacts_in_one_request() -> None:
    request = make_request("<sip:anna@10.0.0.5>;q=0.1, <sip:anna@10.0.0.6>", "<sip:anna@10.0.0.7>")
    made = accepted(request)
    assert uris(made) == ["sip:anna@10.0.0.5", "sip:anna@10.0.0.6", "sip:anna@10.0.0.7"]
    assert [one.q for one in made] == [0.1, 1.0, 1.0]


def test_of_the_same_uri_twice_the_last_counts() -> None:
    request = make_request("<sip:anna@10.0.0.5>;expires=60, <sip:anna@10.0.0.5>;expires=90")
    assert [made.expires_in for made in accepted(request)] == [90]
    request = make_request("<sip:anna@10.0.0.5>, <sip:anna@10.0.0.5>;expires=0")
    assert accepted(request) == ()


def test_two_contacts_of_one_instance_can_be_registered_together() -> None:
    contacts = [f'<sip:anna@10.0.0.{n}>;+sip.instance="<urn:uuid:1>"' for n in (5, 6)]
    first = accepted(make_request(*contacts))
    assert uris(accepted(make_request(*contacts, cseq="3"), *first)) == uris(first)


def test_with_one_contact_allowed_a_new_one_takes_its_place() -> None:
    request = make_request("<sip:anna@10.0.0.6:5555>")
    assert uris(accepted(request, binding(), limits=ONE)) == ["sip:anna@10.0.0.6:5555"]


def test_the_binding_that_would_expire_first_gives_way() -> None:
    seconds_left = {1: 300, 2: 100, 3: 200}
    current = [binding(f"sip:anna@10.0.0.{n}", seconds) for n, seconds in seconds_left.items()]
    made = accepted(make_request("<sip:anna@10.0.0.4>"), *current)
    assert uris(made) == ["sip:anna@10.0.0.1", "sip:anna@10.0.0.3", "sip:anna@10.0.0.4"]


def test_a_refresh_drives_nobody_out() -> None:
    current = [binding(f"sip:anna@10.0.0.{n}", expires_in=n) for n in (1, 2, 3)]
    made = accepted(make_request("<sip:anna@10.0.0.3>"), *current)
    assert uris(made) == ["sip:anna@10.0.0.1", "sip:anna@10.0.0.2", "sip:anna@10.0.0.3"]


def test_a_phone_can_move_with_one_request() -> None:
    request = make_request("<sip:anna@10.0.0.6>, <sip:anna@10.0.0.5>;expires=0")
    assert uris(accepted(request, binding(), limits=ONE)) == ["sip:anna@10.0.0.6"]


def test_more_contacts_than_the_account_may_have_are_refused() -> None:
    assert_refused(make_request("<sip:anna@10.0.0.6>, <sip:anna@10.0.0.7>"), 400, binding(), limits=ONE)


def test_more_contacts_than_are_looked_at_are_refused() -> None:
    contacts = [f"<sip:anna@10.0.0.{n}>;expires=0" for n in range(MAX_CONTACTS_IN_REQUEST + 1)]
    assert_refused(make_request(*contacts), 400, binding())
    assert accepted(make_request(*contacts[1:]), binding("sip:anna@10.0.0.1")) == ()


# ---- what is malformed


@pytest.mark.parametrize(
    "contact",
    [
        "<mailto:anna@example.org>",
        "<tel:+46853061000>",
        "sip:",
        "<sip:anna@10.0.0.5",
        f"<sip:{'a' * MAX_TEXT}@10.0.0.5>",
        '<sip:anna@10.0.0.5>;+sip.instance="\udcff"',
        "<sip:anna@10.0.0.6>, <sip:anna@10.0.0.7>, nonsense",
    ],
)
def test_one_bad_contact_spoils_the_request(contact: str) -> None:
    assert_refused(make_request("<sip:anna@10.0.0.8>", contact), 400, binding())


@pytest.mark.parametrize(
    "others",
    [
        {"Expires": "soon"},
        {"Path": "nonsense"},
        {"Path": f"<sip:{'p' * MAX_TEXT};lr>"},
        {"Path": ", ".join(["<sip:edge.example;lr>"] * (MAX_PATHS + 1))},
        {"call_id": "\udcff"},
        {"call_id": ""},
        {"cseq": "x"},
        {"to": "nonsense"},
    ],
)
def test_one_bad_header_spoils_the_request(others: dict[str, str]) -> None:
    assert_refused(make_request("<sip:anna@10.0.0.5>", **others), 400, binding())


# ---- properties


CONTACTS = st.one_of(
    st.builds(
        "<sip:anna@10.0.0.{}>;expires={}".format, st.integers(1, 6), st.sampled_from([0, 30, 60, 600, 9999])
    ),
    st.sampled_from(["*", "nonsense", '<sip:anna@10.0.0.1>;+sip.instance="i"']),
)


@given(st.lists(st.lists(CONTACTS, max_size=4), max_size=8), st.integers(1, 4))
def test_whatever_is_registered_the_bounds_hold(requests: list[list[str]], max_contacts: int) -> None:
    limits = Limits(max_contacts=max_contacts)
    current: tuple[Binding, ...] = ()
    for number, contacts in enumerate(requests):
        request = make_request(*contacts, cseq=str(number), Expires="0")
        response, bindings = register(request, "anna", current, FLOW, limits)
        assert response.status in (200, 400, 423)
        assert (bindings is None) == (response.status != 200 or not contacts)
        current = current if bindings is None else bindings
        assert len(current) <= max_contacts
        assert len(set(uris(current))) == len(current)
        assert all(60 <= made.expires_in <= 3600 for made in current)


@given(st.binary(), st.binary(), st.binary())
def test_any_octets_get_an_answer_that_can_be_sent(contact: bytes, path: bytes, agent: bytes) -> None:
    texts = [octets.decode("utf-8", "surrogateescape") for octets in (contact, path, agent)]
    one_line = [text.replace("\r", " ").replace("\n", " ") for text in texts]
    request = make_request(one_line[0], Path=one_line[1], User_Agent=one_line[2])
    response, bindings = register(request, "anna", (), FLOW, SEVERAL)
    assert response.to_bytes().startswith(b"SIP/2.0 ")
    for made in bindings or ():
        assert Contact.parse(f"<{made.uri}>").uri
        json.dumps(asdict(made)).encode()
