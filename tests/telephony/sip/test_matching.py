import pytest

from telephony.sip.matching import ack_key, client_key, merge_key, server_id
from telephony.sip.message import Request, Response
from tests.support.sip_peer import request

OLD = "192.0.2.9:5070"  # of an RFC 2543 element: no branch


def test_response_is_matched_by_branch_and_method() -> None:
    assert client_key(Response.to_request(request("CANCEL"), 200)) == ("z9hG4bK1", "CANCEL")


@pytest.mark.parametrize("method", ["ACK", "CANCEL"])
@pytest.mark.parametrize("via", ["192.0.2.9:5070;branch=z9hG4bK1", OLD])
def test_ack_and_cancel_belong_to_their_invite(method: str, via: str) -> None:
    assert server_id(request(method, via=via, to_tag="ours")) == server_id(request(via=via))


def test_host_of_sent_by_is_compared_in_any_case() -> None:
    upper, lower = (request(via=f"{host};branch=z9hG4bK1") for host in ("PBX.Example", "pbx.example"))

    assert server_id(upper) == server_id(lower)


@pytest.mark.parametrize(
    "other",
    [
        request("OPTIONS"),
        request(via="192.0.2.9:5070;branch=z9hG4bK2"),
        request(via="192.0.2.9:5071;branch=z9hG4bK1"),
        request(via="192.0.2.8:5070;branch=z9hG4bK1"),
        request(cseq=2),
        request(call_id="call-2"),
    ],
)
def test_other_transactions(other: Request) -> None:
    assert server_id(other) != server_id(request())


def test_branch_of_rfc_2543_does_not_hide_other_tags() -> None:
    assert server_id(request(via=OLD, from_tag="a")) != server_id(request(via=OLD, from_tag="b"))
    assert server_id(request("BYE", via=OLD, to_tag="a")) != server_id(request("BYE", via=OLD, to_tag="b"))
    assert server_id(request("BYE", via=OLD)) == server_id(request("BYE", via=OLD))


def test_copies_of_a_request_by_two_paths() -> None:
    here, there = request(), request(via="192.0.2.8;branch=z9hG4bK7")

    assert merge_key(here) == merge_key(there)
    assert merge_key(here) != merge_key(request(cseq=2))
    assert merge_key(request(to_tag="ours")) is None


def test_ack_of_a_2xx_needs_no_to_tag() -> None:
    ack = request("ACK", via="192.0.2.9;branch=z9hG4bK9", to_tag="random")

    assert ack_key(ack) == ack_key(request())
    assert ack_key(ack) != ack_key(request(from_tag="another"))
