"""What may be wrong with people, groups and phones, and policy row P11."""

from collections.abc import Iterator

from routing.plan import Plan
from routing.problem import Problem, error, warning


def check_people(plan: Plan) -> Iterator[Problem]:
    """The problems of people, groups and phones."""
    yield from _phones_of_people(plan)
    yield from _phones_of_nobody(plan)
    yield from _groups(plan)
    yield from _destinations(plan)
    yield from _own_numbers(plan)


def _phones_of_people(plan: Plan) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for key, person in plan.people.items():
        if not person.phones:
            yield warning(
                f"people.{key}.phones", "this person has no phone", "Give a phone, or remove the person"
            )
        for index, phone in enumerate(person.phones):
            path = f"people.{key}.phones[{index}]"
            if phone not in plan.phones:
                yield error(path, f'there is no phone "{phone}"', "Add it under phones")
            first = owner.setdefault(phone, path)
            if first != path:
                yield error(
                    path, f'the phone "{phone}" is given already ({first})', "A phone belongs to one person"
                )


def _phones_of_nobody(plan: Plan) -> Iterator[Problem]:
    owned = {phone for person in plan.people.values() for phone in person.phones}
    for key in plan.phones:
        if key not in owned:
            yield warning(
                f"phones.{key}",
                "nobody has this phone, so no call rings there",
                "Name it in the phones of a person, or leave it so if it is only to call from",
            )


def _groups(plan: Plan) -> Iterator[Problem]:
    for key, group in plan.groups.items():
        path = f"groups.{key}.members"
        if not group.members:
            yield error(path, "a group without members", "Give at least one person")
            continue
        for index, member in enumerate(group.members):
            if member not in plan.people:
                yield error(
                    f"{path}[{index}]", f'there is no person "{member}"', "Add the person under people"
                )
            if member in group.members[:index]:
                yield error(f"{path}[{index}]", f'"{member}" is a member already', "Remove one of them")
        for what, given in (("weights", group.weights), ("skills", group.skills)):
            for member in given:
                if member not in group.members:
                    where = f"groups.{key}.{what}.{member}"
                    yield error(
                        where, f'"{member}" is no member of the group', "Remove it, or add the member"
                    )
        known = [plan.people[member] for member in group.members if member in plan.people]
        if known and not any(person.phones for person in known):
            yield error(path, "no member has a phone, so nobody can answer", "Give a member a phone")


def _destinations(plan: Plan) -> Iterator[Problem]:
    """A number that goes straight to a person needs one who can be reached, and who wants to be (P11)."""
    for key, number in plan.numbers.items():
        person = plan.people.get(number.destination.person or "")
        if person is None:
            continue
        path = f"numbers.{key}.destination"
        if not person.phones:
            yield error(path, f"{person.name} has no phone: a dead end", "Give the person a phone")
        if not person.number_public:
            yield error(
                path,
                f"{person.name} has chosen the group number and must not be dialled directly (P11)",
                "Let the number go to a group, or set number_public = true if the choice has changed",
            )


def _own_numbers(plan: Plan) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for key, person in plan.people.items():
        if person.number is None:
            continue
        path = f"people.{key}.number"
        first = owner.setdefault(person.number, path)
        if first != path:
            yield error(path, f"{person.number} is given already ({first})", "A number belongs to one person")
        if person.number in plan.numbers:
            choice = "" if person.number_public else ", and its person has chosen the group number (P11)"
            yield error(
                path,
                f"{person.number} is also a number of the plan, dialled from outside{choice}",
                "Give the person another number, or remove one of the two",
            )
