from telephony.errors import VaxelnError
from telephony.ical.errors import IcalError, IcalRefused, NotEditable


def test_each_fault_is_a_line_of_its_own() -> None:
    error = IcalRefused(["line 4, Flytt: recurs", "line 9, Lov: ends before it begins"])

    assert error.faults == ("line 4, Flytt: recurs", "line 9, Lov: ends before it begins")
    assert str(error).splitlines() == list(error.faults)
    assert isinstance(error, IcalError) and isinstance(NotEditable("no"), VaxelnError)
