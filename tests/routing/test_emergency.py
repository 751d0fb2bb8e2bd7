import pytest

from routing.emergency import is_emergency


@pytest.mark.parametrize(
    "dialled",
    [
        "112",
        "+46112",
        "0112",
        "00112",
        "0046112",
        "1-1-2",
        " 112 ",
        "+46 112",
        "tel:112",
        "tel:112;phone-context=+46",
        "112;user=phone",
        "urn:service:sos",
        "URN:Service:SOS",
        "urn:service:sos.fire",
        "urn:service:sos.police",
    ],
)
def test_these_call_for_help(dialled: str) -> None:
    assert is_emergency(dialled)


@pytest.mark.parametrize(
    "dialled",
    [
        "",
        "1123",
        "1112",
        "11212",
        "+461120",
        "+47112",
        "1177",
        "urn:service:sosial",
        "urn:service:test.sos",
        "urn:service:counseling",
        "+46853061000",
        "112" + " " * 10_000,
    ],
)
def test_these_do_not(dialled: str) -> None:
    assert not is_emergency(dialled)
