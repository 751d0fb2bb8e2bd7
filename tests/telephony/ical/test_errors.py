from telephony.ical.errors import IcalRefused


def test_each_fault_is_a_line_of_its_own() -> None:
    refused = IcalRefused(['line 3, "Möte": recurs', 'line 9, "Resa": has no DTSTART'])

    assert str(refused).splitlines() == list(refused.faults)
