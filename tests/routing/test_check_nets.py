from routing.check import check
from routing.check_nets import check_nets
from routing.problem import Severity
from tests.support.plans import plan_of

OFFICE = '[nets.office]\nprefixes = ["10.1.0.0/16", "192.0.2.0/24"]\n'


def found(more: str) -> dict[str, tuple[Severity, str]]:
    return {problem.path: (problem.severity, problem.message) for problem in check_nets(plan_of(more=more))}


def test_sound_nets_have_no_problems() -> None:
    assert found("") == {}
    assert found(OFFICE + 'codecs = ["opus", "PCMA"]\n') == {}


def test_a_prefix_of_two_nets() -> None:
    problems = found(OFFICE + '[nets.other]\nprefixes = ["10.1.0.0/16"]\n')

    assert problems == {
        "nets.other.prefixes[0]": (
            Severity.ERROR,
            "10.1.0.0/16 is given already (nets.office.prefixes[0])",
        )
    }


def test_a_codec_twice() -> None:
    assert found(OFFICE + 'codecs = ["PCMA", "pcma"]\n')["nets.office.codecs"][0] is Severity.ERROR


def test_nobody_would_hear_an_announcement() -> None:
    assert found(OFFICE + 'codecs = ["opus"]\n')["nets.office.codecs"][0] is Severity.WARNING


def test_a_trunk_outside_of_all_nets() -> None:
    problems = check(plan_of(more='[nets.office]\nprefixes = ["10.1.0.0/16"]\n'))

    assert [problem.path for problem in problems] == ["trunks.operator.peers[0]"]
