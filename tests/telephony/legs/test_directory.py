from telephony.call.facts import Origin
from telephony.legs.directory import Caller


def test_a_caller_is_somebodys_phone_or_comes_by_a_trunk() -> None:
    phone, trunk = Caller(Origin.PHONE, "kc1"), Caller(Origin.TRUNK, "operator")

    assert (phone.account, phone.trunk) == ("kc1", "")
    assert (trunk.account, trunk.trunk) == ("", "operator")
