"""How the whole service does."""

from tests.support.office import Office


def test_the_condition_of_the_service(office: Office) -> None:
    status = office.ask(office.desk.status())

    assert (status.status, status.plan.version, status.calls) == ("ok", 0, 0)
    assert (status.archive.is_on, status.archive.is_up) == (True, False)
    assert status.registrations == {}
