"""What is wrong or doubtful in a plan, all of it at once."""

from collections.abc import Collection
from datetime import date

from routing.check_absences import check_absences
from routing.check_calendars import check_calendars
from routing.check_duty import check_duty
from routing.check_edges import check_edges
from routing.check_flow import check_flow
from routing.check_menus import check_menus
from routing.check_mobiles import check_mobiles
from routing.check_nets import check_nets
from routing.check_numbers import check_numbers
from routing.check_outside import check_permissions
from routing.check_people import check_people
from routing.check_registrations import check_registrations
from routing.check_trunks import check_trunks
from routing.plan import Plan
from routing.problem import Problem, Severity
from routing.prompt_texts import greetings_of, texts_of


def check(
    plan: Plan, today: date | None = None, prompts: Collection[str] | None = None
) -> tuple[Problem, ...]:
    """Every problem of a plan, errors first.

    `today` (local) is needed to see that a deviation is in the past and who will be away, `prompts` (the
    names of the announcements that exist beside the plan's own) to see that one is missing; without them this
    is not checked.
    """
    if prompts is not None:
        prompts = sorted({*prompts, *texts_of(plan), *greetings_of(plan)})
    problems = [
        *check_flow(plan, prompts),
        *check_menus(plan, prompts),
        *check_people(plan),
        *check_duty(plan),
        *check_absences(plan, today),
        *check_mobiles(plan, prompts),
        *check_permissions(plan),
        *check_calendars(plan, today, prompts),
        *check_numbers(plan),
        *check_trunks(plan),
        *check_registrations(plan),
        *check_edges(plan),
        *check_nets(plan),
    ]
    once = dict.fromkeys(problems)  # what several numbers lead to is told by each
    return tuple(sorted(once, key=lambda problem: problem.severity is Severity.WARNING))
