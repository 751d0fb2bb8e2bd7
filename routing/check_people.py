"""What may be wrong with people, groups and phones, and with people's own numbers (P11)."""

from collections.abc import Iterator

from routing.flow import flow_of
from routing.plan import Plan
from routing.problem import Problem, error, warning
from routing.tables import ToPhone


def check_people(plan: Plan) -> Iterator[Problem]:
    """The problems of people, groups and phones."""
    yield from _phones_of_people(plan)
    yield from _phones_of_nobody(plan)
    yield from _groups(plan)
    yield from _own_numbers(plan)


def _phones_of_people(plan: Plan) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for key, person in plan.people.items():
        if not person.phones and not person.mobile:
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
    rung = {phone for person in plan.people.values() for phone in person.phones}
    rung |= {
        way.destination.phone
        for ways in flow_of(plan).values()
        for way in ways
        if isinstance(way.destination, ToPhone)
    }
    for key in plan.phones:
        if key not in rung:
            yield warning(
                f"phones.{key}",
                "nobody has this phone, so no call rings there",
                "Name it in the phones of a person or as a destination, or leave it so if it only calls",
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
        if known and not any(person.phones or person.mobile for person in known):
            yield error(path, "no member has a phone, so nobody can answer", "Give a member a phone")


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
