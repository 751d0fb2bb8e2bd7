import pytest

from telephony.sip.status import reason_phrase


@pytest.mark.parametrize(
    ("status", "phrase"),
    [
        (100, "Trying"),
        (486, "Busy Here"),
        (155, "Session Progress"),
        (299, "OK"),
        (499, "Bad Request"),
        (599, "Server Internal Error"),
        (699, "Busy Everywhere"),
    ],
)
def test_reason_phrases(status: int, phrase: str) -> None:
    assert reason_phrase(status) == phrase
