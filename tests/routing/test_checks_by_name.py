"""Every check of a plan by its name, as the README lists them: what it finds, where, and what it advises."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from routing.check import check
from routing.compile import compile_plan
from routing.errors import PlanInvalid, PlanRefused
from routing.override import Override
from routing.problem import Severity
from telephony.admin.bodies import OverrideWanted
from tests.support.flows import menu, number
from tests.support.plans import (
    BYGGLOV,
    CALENDARS,
    FORSKOLA,
    GROUPS,
    MAIN,
    MUNICIPALITY,
    NUMBERS,
    PEOPLE,
    PHONES,
    TRUNKS,
    plan_of,
)

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
TODAY = date(2026, 12, 1)
PROMPTS = {"closed", "valj", "hej", "confirm_outside"}
ERROR, WARNING = Severity.ERROR, Severity.WARNING
KC = '{ group = "kc" }'


@dataclass(frozen=True)
class Check:
    """A check: its name in the README, and a plan in which it finds something at `path`."""

    name: str
    severity: Severity
    path: str
    parts: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def _numbers(text: str) -> dict[str, str]:
    return {"numbers": NUMBERS + text}


def _to(destination: str, *lines: str) -> dict[str, str]:
    return _numbers(number(FORSKOLA, destination, *lines))


def _main(destination: str, *lines: str) -> dict[str, str]:
    return {"numbers": number(MAIN, destination, *lines) + number(BYGGLOV, KC)}


def _people(old: str, new: str) -> dict[str, str]:
    return {"people": PEOPLE.replace(old, new)}


def _absent(first: str, last: str) -> dict[str, str]:
    row = f"], absences = [{{ from = {first}{f', to = {last}' if last else ''} }}] }}"
    return {"people": PEOPLE.replace("] }", row)}


def _calendar(text: str) -> dict[str, str]:
    return {"calendars": CALENDARS + text}


AT = f"numbers.{FORSKOLA}"
OVER_ITSELF = _to('{ group = "bygglov" }', 'busy = { group = "bygglov" }')
ROUND = _numbers(number(FORSKOLA, f'{{ number = "{BYGGLOV}" }}')) | {
    "numbers": number(MAIN, KC)
    + number(BYGGLOV, KC, f'busy = {{ number = "{FORSKOLA}" }}')
    + number(FORSKOLA, f'{{ number = "{BYGGLOV}" }}')
}
HIDDEN = '{ when = { caller = "hidden" }, group = "kc" }'
LISTED = '{ when = { caller = "listed", list = "l" }, group = "bygglov" }'
BOX = '[voicemails.v]\nfunction = "F"\ngreeting = "hej"\ntext = "Du har kommit till F. Ring Kontaktcenter."\n'
PUBLIC = PEOPLE + 'ulla = { name = "Ulla", number_public = true }\n'

CHECKS = [
    Check("a loop", ERROR, f"numbers.{BYGGLOV}.busy", ROUND),
    Check("overflow to itself", ERROR, f"{AT}.busy", OVER_ITSELF),
    Check("a dead end", ERROR, f"{AT}.destination", _to("{ reject = 480 }")),
    Check("a branch, case or key that refuses", WARNING, f"{AT}.busy", _to(KC, "busy = { reject = 486 }")),
    Check("only a voicemail", WARNING, f"{AT}.destination", _to('{ voicemail = "v" }') | {"more": BOX}),
    Check("the last case has a condition", ERROR, f"{AT}.destination[0]", _to(f"[ {HIDDEN} ]")),
    Check("a case that hides others", ERROR, f"{AT}.destination[0]", _to(f"[ {KC}, {KC} ]")),
    Check("an unknown reference", ERROR, f"{AT}.destination", _to('{ menu = "gone" }')),
    Check("an unknown prompt", ERROR, f"{AT}.closed", _to(KC, 'closed = { announcement = "gone" }')),
    Check(
        "a number without a calendar", ERROR, f"{AT}.calendar", _numbers(number(FORSKOLA, KC, calendar="x"))
    ),
    Check("a calendar without hours", WARNING, "calendars.tom", _calendar("tom = {}\n")),
    Check(
        "an interval that is empty",
        ERROR,
        "calendars.x.weekly.mon[0]",
        _calendar('x = { weekly = { mon = ["08:00-08:00"] } }\n'),
    ),
    Check(
        "intervals that overlap",
        ERROR,
        "calendars.x.weekly.mon[1]",
        _calendar('x = { weekly = { mon = ["08:00-10:00", "09:00-11:00"] } }\n'),
    ),
    Check(
        "a deviation in the past",
        WARNING,
        "calendars.x.deviations[0]",
        _calendar('x = { open = "always", deviations = [{ date = 2026-11-30, note = "n" }] }\n'),
    ),
    Check(
        "a group without members",
        ERROR,
        "groups.x.members",
        {"groups": GROUPS + 'x = { name = "X", members = [] }\n'},
    ),
    Check(
        "a code given twice",
        ERROR,
        "municipality.duty_codes.pause",
        {"municipality": MUNICIPALITY + 'duty_codes = { log_in = "*62" }\n'},
    ),
    Check(
        "a group with only absent members, for good", ERROR, "groups.kc.members", _absent("2026-11-01", "")
    ),
    Check(
        "a group with only absent members, some days",
        WARNING,
        "groups.kc.members",
        _absent("2026-12-24", "2026-12-26"),
    ),
    Check("an absence that is empty", ERROR, "people.amina.absences[0]", _absent("2026-12-24", "2026-12-23")),
    Check("an absence in the past", WARNING, "people.amina.absences[0]", _absent("2026-11-24", "2026-11-25")),
    Check(
        "absences that overlap",
        WARNING,
        "people.amina.absences[1]",
        _people('["kc1"] }', '["kc1"], absences = [{ from = 2027-01-01 }, { from = 2027-02-01 }] }'),
    ),
    Check("a person without a phone", WARNING, "people.ulla.phones", {"people": PUBLIC}),
    Check(
        "a number to a person without a phone",
        ERROR,
        f"{AT}.destination",
        _to('{ person = "ulla" }') | {"people": PUBLIC},
    ),
    Check(
        "a group whose members have no phone",
        ERROR,
        "groups.x.members",
        {"people": PUBLIC, "groups": GROUPS + 'x = { name = "X", members = ["ulla"] }\n'},
    ),
    Check("the same phone in two persons", ERROR, "people.bengt.phones[0]", _people('["kc2"]', '["kc1"]')),
    Check(
        "a phone of nobody that nothing rings",
        WARNING,
        "phones.hiss",
        {"phones": PHONES + 'hiss = { display = "H" }\n'},
    ),
    Check("a number that cannot exist", ERROR, "numbers.+461234567", _numbers(number("+461234567", KC))),
    Check(
        "the main number not to Kontaktcenter (P1)",
        ERROR,
        f"numbers.{MAIN}.destination",
        _main('{ group = "bygglov" }'),
    ),
    Check(
        "dialled directly who chose the group (P11)", ERROR, f"{AT}.destination", _to('{ person = "amina" }')
    ),
    Check(
        "callers of a protected number on a list (P23)",
        WARNING,
        f"{AT}.destination[0].when.list",
        _to(
            '[ { when = { caller = "listed", list = "l" }, group = "kc" }, { group = "bygglov" } ]',
            "protected = true",
        )
        | {"more": '[lists.l]\nseries = ["+4670"]\n'},
    ),
    Check(
        "a protected number that goes on outside (P23)",
        WARNING,
        f"{AT}.busy",
        _to(KC, 'busy = { outside = "+46317654321" }', "protected = true")
        | {"trunks": TRUNKS.replace("emergency", "outside = true\nemergency")},
    ),
    Check(
        "a greeting that does not say enough (P12)",
        WARNING,
        "voicemails.v.text",
        _to(KC, 'busy = { voicemail = "v" }') | {"more": BOX.replace("Ring Kontaktcenter", "Hej")},
    ),
    Check(
        "a menu, box or list that nothing leads to",
        WARNING,
        "menus.m",
        {"more": menu("m", "1 = { group = 'kc' }")},
    ),
    Check(
        "an extension that begins with a key",
        ERROR,
        "menus.m.keys.1",
        {"more": menu("m", "1 = { group = 'kc' }", 'extensions = { series = "+4685306", digits = 4 }')},
    ),
    Check(
        "extensions of nobody",
        ERROR,
        "menus.m.extensions",
        {"more": menu("m", "1 = { group = 'kc' }", 'extensions = { series = "+4685306", digits = 3 }')},
    ),
    Check(
        "an outside number without a trunk",
        ERROR,
        f"{AT}.busy",
        _to(KC, 'busy = { outside = "+46317654321" }'),
    ),
    Check(
        "a mobile that cannot be rung",
        ERROR,
        "people.amina.mobile",
        _people('["kc1"]', '["kc1"], mobile = "+46701740699"'),
    ),
    Check(
        "a protected number that rings outside (P23)",
        WARNING,
        f"{AT}.destination",
        _to(KC, 'busy = { group = "bygglov" }', "protected = true")
        | _people('["kc1"]', '["kc1"], mobile = "+46701740699"')
        | {"trunks": TRUNKS.replace("emergency", "outside = true\nemergency")},
    ),
    Check(
        "a callback without a trunk",
        ERROR,
        "groups.kc.queue.callback",
        {
            "groups": GROUPS.replace(
                '["amina", "bengt"] }', '["amina", "bengt"], queue = { callback = true } }'
            )
        },
    ),
    Check("no way to 112", WARNING, "trunks", {"trunks": TRUNKS.replace("emergency = true", "")}),
    Check(
        "Kontaktcenter's group unknown",
        ERROR,
        "municipality.contact_centre",
        {"municipality": MUNICIPALITY.replace('"kc"', '"x"')},
    ),
]


@pytest.mark.parametrize("of", CHECKS, ids=str)
def test_each_check_has_a_path_a_severity_and_advice(of: Check) -> None:
    plan = plan_of(**of.parts)

    found = {problem.path: problem for problem in check(plan, TODAY, PROMPTS)}

    assert found[of.path].severity is of.severity, found
    assert found[of.path].message
    assert found[of.path].advice
    if of.severity is ERROR and "absen" not in of.name and "prompt" not in of.name:  # of a day, of a machine
        with pytest.raises(PlanRefused):
            compile_plan(plan)


def test_a_sound_plan_has_nothing_to_be_told() -> None:
    assert check(plan_of(), TODAY, PROMPTS) == ()


@pytest.mark.parametrize("of", CHECKS, ids=str)
def test_the_readme_names_each_check(of: Check) -> None:
    section = README.partition("<!-- checks -->")[2].partition("<!-- end of checks -->")[0]
    rows = [row.split("|") for row in section.splitlines()]
    assert [of.name, of.severity.value] in [[cell.strip() for cell in row[1:3]] for row in rows]


def test_what_the_readme_names_is_checked() -> None:
    section = README.partition("<!-- checks -->")[2].partition("<!-- end of checks -->")[0]
    rows = [row.split("|")[1].strip() for row in section.splitlines()[3:]]
    assert rows == [of.name for of in CHECKS]


def test_an_override_without_an_end_cannot_be_said() -> None:
    """The model and the API both demand it, and the plan has none."""
    with pytest.raises(TypeError):
        Override(open=False, reason="brand", owner="anna")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="until"):
        OverrideWanted.model_validate({"open": False, "reason": "brand", "owner": "anna"})
    with pytest.raises(PlanInvalid, match="overrides: unknown key"):
        plan_of(more="[overrides]\n")
