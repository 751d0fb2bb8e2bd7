import pytest

from telephony.sip.header_names import field_name


@pytest.mark.parametrize("name", ["Call-ID", "call-id", "CALL-ID", "cALL-Id", "i", "I"])
def test_every_spelling_of_a_known_name(name: str) -> None:
    assert field_name(name) == ("call-id", "Call-ID")


def test_an_unknown_name_is_written_as_it_came() -> None:
    assert field_name("X-Växel") == ("x-växel", "X-Växel")
