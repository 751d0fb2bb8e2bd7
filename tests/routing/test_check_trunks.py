from routing.check_trunks import check_trunks
from routing.problem import Severity
from tests.support.plans import TRUNKS, plan_of


def found(**parts: str) -> dict[str, str]:
    return {problem.path: problem.message for problem in check_trunks(plan_of(**parts))}


def test_a_sound_plan_has_no_problems() -> None:
    assert found() == {}


def test_a_peer_of_two_trunks() -> None:
    assert found(trunks=TRUNKS + '[trunks.pbx]\npeers = ["192.0.2.10"]\n') == {
        "trunks.pbx.peers[0]": "192.0.2.10 is given already (trunks.operator.peers[0])"
    }


def test_emergency_calls_need_an_address_to_go_to() -> None:
    prefix = '[trunks.pbx]\npeers = ["10.1.0.0/24"]\nemergency = true\n'

    assert "trunks.pbx.gateways" in found(trunks=prefix)
    assert "trunks.pbx.gateways" in found(trunks=prefix.replace("10.1.0.0/24", "tls:pbx.example.se"))
    assert found(trunks=prefix + 'gateways = ["10.1.0.5"]\n') == {}


def test_phones_without_an_emergency_trunk_are_warned_of() -> None:
    plan = plan_of(trunks='[trunks.pbx]\npeers = ["10.1.0.5"]\n')

    (problem,) = check_trunks(plan)

    assert (problem.path, problem.severity) == ("trunks", Severity.WARNING)


def test_no_phones_need_no_emergency_trunk() -> None:
    assert found(phones="", trunks="") == {}
