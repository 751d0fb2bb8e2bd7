from routing.problem import Severity, error, warning


def test_a_problem_reads_as_one_line() -> None:
    problem = error("groups.kc.members", "a group without members", "Give at least one person")

    assert problem.severity is Severity.ERROR
    assert str(problem) == "error: groups.kc.members: a group without members. Give at least one person."


def test_a_warning_is_not_an_error() -> None:
    assert warning("trunks", "no emergency trunk", "Give one").severity is Severity.WARNING
