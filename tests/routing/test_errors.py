import pytest

from routing import errors
from routing.problem import error


@pytest.mark.parametrize(
    "error_class", [errors.PlanInvalid, errors.PlanRefused, errors.NaiveTime, errors.PeriodTooLong]
)
def test_every_error_has_the_base_of_the_package(error_class: type[Exception]) -> None:
    assert issubclass(error_class, errors.RoutingError)


def test_an_invalid_plan_names_every_fault_on_a_line_of_its_own() -> None:
    faults = [
        errors.Fault("phones.kc1.display", "5", "must be text"),
        errors.Fault("groups", "", "must be given"),
    ]

    raised = errors.PlanInvalid(faults)

    assert raised.faults == tuple(faults)
    assert str(raised) == "phones.kc1.display = 5: must be text\ngroups: must be given"


def test_a_refused_plan_carries_its_problems() -> None:
    problem = error("groups.kc.members", "a group without members", "Give one")

    raised = errors.PlanRefused([problem])

    assert raised.problems == (problem,)
    assert str(raised) == str(problem)
