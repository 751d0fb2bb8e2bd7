from dataclasses import replace

import pytest

from telephony.call.call import Phase
from telephony.call.changed import changed
from telephony.call.evolve import begin
from tests.support.calls import arrive

CALL = begin(arrive())


def test_it_is_what_replace_gives() -> None:
    assert changed(CALL, phase=Phase.RINGING, talk_limit=5.0) == replace(
        CALL, phase=Phase.RINGING, talk_limit=5.0
    )


def test_the_record_itself_stays() -> None:
    changed(CALL, phase=Phase.RINGING)

    assert begin(arrive()) == CALL


def test_what_is_no_field_is_an_error() -> None:
    with pytest.raises(KeyError):
        changed(CALL, phases=Phase.RINGING)
