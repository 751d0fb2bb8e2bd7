"""Plans with cases, menus, boxes, lists and absences, for tests."""

from datetime import UTC, datetime
from typing import Any

from routing.decide import decide
from routing.decision import Branch, Decision, Origin, Question
from routing.problem import Problem
from routing.tables import Tables
from tests.support.plans import PEOPLE, Presence

NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
"""A Monday, 12:00 in Botkyrka."""

CALLER = "+46701740605"
PUBLIC = PEOPLE.replace('phones = ["bygg2"] }', 'phones = ["bygg2"], number_public = true }')
"""The people, of whom Elif has chosen a public number."""

CALENDARS = """
[calendars]
alltid = { open = "always" }
aldrig = { open = "never" }
kontorstid = { holidays = "SE", weekly = { mon = ["08:00-16:30"], tue = ["08:00-16:30"] } }
lunch = { weekly = { mon = ["12:00-13:00"] } }
"""


def number(key: str, destination: str, *lines: str, calendar: str = "alltid", function: str = "") -> str:
    """A number of a plan."""
    head = [f'[numbers."{key}"]', f'function = "{function or key}"', f'calendar = "{calendar}"']
    return "\n".join([*head, f"destination = {destination}", *lines, ""])


def menu(name: str, keys: str, *lines: str, prompt: str = "valj") -> str:
    """A menu of a plan."""
    return "\n".join([f"[menus.{name}]", f'prompt = "{prompt}"', f"keys = {{ {keys} }}", *lines, ""])


def ask(
    tables: Tables, dialled: str, presence: Presence | None = None, now: datetime = NOON, **more: Any
) -> Decision:
    """What becomes of a call from outside, or as `more` says."""
    fields: dict[str, Any] = {"origin": Origin.TRUNK, "origin_name": "operator", "caller": CALLER}
    question = Question(dialled, **(fields | more))
    return decide(tables, question, presence or Presence(), now)


def press(
    tables: Tables, before: Decision, key: str, presence: Presence | None = None, **more: Any
) -> Decision:
    """What follows a key in the menu that was offered; "" is none."""
    assert before.menu is not None
    branch = Branch.PRESSED if key else Branch.NO_KEY
    fields: dict[str, Any] = {"branch": branch, "number": before.number, "visited": before.visited}
    fields |= {"key": key, "menu": before.menu.name}
    return ask(tables, before.visited[0], presence, **(fields | more))


def reasons(decision: Decision, rule: str) -> list[tuple[str, str]]:
    """Place and text of the reasons of one rule."""
    return [(reason.where, reason.text) for reason in decision.reasons if reason.rule == rule]


def told(problems: list[Problem]) -> dict[str, str]:
    """What is said of each place."""
    return {problem.path: problem.message for problem in problems}
