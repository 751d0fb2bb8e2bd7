"""Whether numbers can exist: by `phonenumbers`, and by rows of our own for the series that it lacks."""

from collections.abc import Iterator

import phonenumbers

from routing.plan import Plan
from routing.problem import Problem, error

# Series in use that phonenumbers 9.0 refuses: prefix, and the digits of a whole number after the +.
_OWN_SERIES = (("+4699", range(9, 13)), ("+46719", range(9, 13)))


def check_numbers(plan: Plan) -> Iterator[Problem]:
    """The problems of numbers as such."""
    written = [(f"numbers.{key}", key) for key in plan.numbers]
    written += [
        (f"people.{key}.number", person.number) for key, person in plan.people.items() if person.number
    ]
    written += [
        (f"lists.{name}.numbers[{index}]", number)
        for name, callers in plan.lists.items()
        for index, number in enumerate(callers.numbers)
    ]
    for path, number in written:
        if not is_valid(number):
            yield error(
                path, f"{number} is no valid telephone number", "Look for a digit too many or too few"
            )


def is_valid(number: str) -> bool:
    """Whether a number of E.164 form can exist."""
    for prefix, lengths in _OWN_SERIES:
        if number.startswith(prefix):
            return len(number) - 1 in lengths
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
