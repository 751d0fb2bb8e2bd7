"""What may be wrong with the codes that are dialled."""

from collections.abc import Iterator

from routing.plan import Plan
from routing.problem import Problem, error


def check_duty(plan: Plan) -> Iterator[Problem]:
    """Codes that are given twice."""
    codes = {f"municipality.duty_codes.{name}": code for name, code in plan.municipality.duty_codes}
    yield from _once({"municipality.pickup_code": plan.municipality.pickup_code, **codes})
    yield from _once({f"groups.{key}.short_code": group.short_code for key, group in plan.groups.items()})


def _once(codes: dict[str, str]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for path, code in codes.items():
        other = first.setdefault(code, path)
        if code and other != path:
            yield error(path, f"the code {code} is given already ({other})", "Give each its own")
