import pytest

from telephony.errors import VaxelnError
from telephony.sdp.errors import MalformedSdp, NotAcceptable, OfferCrossed, OutOfTurn, SdpError


@pytest.mark.parametrize(
    ("kind", "status"), [(MalformedSdp, 400), (NotAcceptable, 488), (OfferCrossed, 491), (OutOfTurn, 500)]
)
def test_each_error_says_what_to_answer(kind: type[SdpError], status: int) -> None:
    error = kind("why")

    assert (error.status, error.reason, str(error)) == (status, "why", "why")
    assert isinstance(error, VaxelnError)


def test_a_status_of_its_own() -> None:
    assert OfferCrossed("why", status=500).status == 500
    assert OfferCrossed("why").status == 491
