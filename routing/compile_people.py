"""People and phones of a plan made into the rows of those who are rung."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from routing.decision import Reason, Target
from routing.hours import STOCKHOLM
from routing.plan import Person, Phone, Plan
from routing.plan_absence import Absence
from routing.tables import AbsenceRow, PersonRow

FOR_GOOD = datetime.max.replace(tzinfo=UTC)
"""The end of an absence that has none."""


def person_row(key: str, person: Person) -> PersonRow:
    """Who is rung as this person."""
    return PersonRow(
        key=key,
        name=person.name,
        number=person.number or "",
        number_public=person.number_public,
        ring_seconds=person.ring_seconds,
        targets=tuple(Target(key, phone=phone) for phone in person.phones),
        absences=absences_of(f"people.{key}", person.name, person.absences),
        mobile=person.mobile or "",
    )


def single_phones(plan: Plan) -> dict[str, PersonRow]:
    """Who is rung at each phone account alone: whose it is, else the phone itself, as `phone/NAME`."""
    owners = {phone: key for key, person in plan.people.items() for phone in person.phones}
    return {
        account: _single(account, phone, owners.get(account), plan) for account, phone in plan.phones.items()
    }


def _single(account: str, phone: Phone, owner: str | None, plan: Plan) -> PersonRow:
    key = owner or f"phone/{account}"
    person = plan.people[owner] if owner else None
    return PersonRow(
        key=key,
        name=person.name if person else phone.display,
        number="",
        number_public=False,
        ring_seconds=phone.ring_seconds,
        targets=(Target(key, phone=account),),
        absences=absences_of(f"people.{owner}", person.name, person.absences) if person else (),
    )


def absences_of(path: str, name: str, absences: Sequence[Absence]) -> tuple[AbsenceRow, ...]:
    """When somebody is away, in UTC. Why is told with no call: it may be an illness."""
    rows = []
    for index, absence in enumerate(absences):
        until = "until further notice" if absence.last is None else f"until {absence.last} inclusive"
        end = FOR_GOOD if absence.last is None else _midnight(absence.last + timedelta(days=1))
        reason = Reason("absence", f"{path}.absences[{index}]", f"{name} is away {until}")
        rows.append(AbsenceRow(_midnight(absence.first), end, reason))
    return tuple(rows)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM).astimezone(UTC)
