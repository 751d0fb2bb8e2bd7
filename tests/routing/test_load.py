import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.errors import Fault, PlanInvalid
from routing.load import MAX_CHARACTERS, load_plan, load_plan_json
from tests.support.plans import MAIN, PlanText, plan_of


def faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(PlanInvalid) as raised:
        load_plan(text)
    return raised.value.faults


def test_a_whole_plan_is_read() -> None:
    plan = load_plan(str(PlanText()))

    assert plan.municipality.main_number == MAIN
    assert plan.people["david"].phones == ("bygg1", "bygg1m")


def test_every_fault_is_found_at_once_with_its_path() -> None:
    calendars = """
[calendars.alltid]
open = "allways"
[calendars.kontorstid.weekly]
mon = ["08:00-16:30", "8-16"]
"""
    phones = "[phones]\nkc1 = { display = 5, max_contacts = 0 }\n"

    found = faults(str(PlanText(calendars=calendars, phones=phones)))

    assert [fault.path for fault in found] == [
        "phones.kc1.display",
        "phones.kc1.max_contacts",
        "calendars.alltid.open",
        "calendars.kontorstid.weekly.mon[1]",
    ]
    assert str(found[2]) == "calendars.alltid.open = 'allways': Input should be 'weekly', 'always' or 'never'"
    assert found[3].value == "'8-16'"
    assert "HH:MM-HH:MM" in found[3].allowed


def test_what_is_missing_is_named() -> None:
    assert faults("[phones]\n")[0] == Fault("municipality", "", "must be given")


@pytest.mark.parametrize(
    ("more", "path", "allowed"),
    [
        ("[sip]\nx = 1", "sip", "municipality, phones, trunks"),
        ("[phones.kc9]\ndisplay = 'x'\nring = 1", "phones.kc9.ring", "display, legacy_digest, max_contacts"),
        (
            "[[calendars.x.deviations]]\ndate = 2027-01-05\nnote = 'n'\nreturns = true",
            "calendars.x.deviations[0].returns",
            "date, intervals, note",
        ),
        (
            f"[numbers.'{MAIN[:-1]}1']\nfunction='x'\ncalendar='alltid'\ndestination={{group='kc'}}\n"
            "busy={group='kc', early=true, sound='x'}",
            f"numbers.{MAIN[:-1]}1.busy.sound",
            "number, group, person, phone, outside, announcement, early, next_opening, voicemail, menu, "
            "reject",
        ),
    ],
)
def test_an_unknown_key_is_refused_and_the_known_ones_named(more: str, path: str, allowed: str) -> None:
    text = str(PlanText(more=more)) if not more.startswith("[phones") else str(PlanText(phones=more))

    found = {fault.path: fault.allowed for fault in faults(text)}

    assert allowed in found[path]


def test_the_value_of_an_unknown_key_is_not_shown_since_it_may_be_a_secret() -> None:
    found = faults(str(PlanText(phones='[phones]\nkc1 = { display = "x", password = "hemligt" }\n')))

    assert "hemligt" not in str(found[0])


def test_a_bad_name_is_a_fault_of_the_name() -> None:
    (fault,) = faults(str(PlanText(phones='[phones]\n"Kontaktcenter 1" = { display = "x" }\n')))

    assert fault.path == "phones.Kontaktcenter 1"
    assert fault.value == "'Kontaktcenter 1'"


def test_a_long_value_is_cut() -> None:
    (fault,) = faults(str(PlanText(phones=f'[phones]\nkc1 = {{ display = "{"x" * 500}" }}\n')))

    assert len(fault.value) < 100


@pytest.mark.parametrize(
    "text",
    [
        "x = ",
        "x = " + "[" * 100_000,
        "x = 1\nx = 2",
        "x" * (MAX_CHARACTERS + 1),
    ],
)
def test_what_is_not_toml_is_one_fault(text: str) -> None:
    (fault,) = faults(text)

    assert fault.path == "plan"


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("a" + ".a" * 1_000_000 + " = 1", "dots in one line"),
        ("[" + "a . " * 100_000 + "a]", "dots in one line"),
        ("x = { " + "'a'." * 301 + "a = 1 }", "dots in one line"),
        ("[[" + "a\t.\t" * 17 + "a]]", "dots in a key"),
        ("  " + '"\\"".' * 17 + "a = 1", "dots in a key"),
        ("x = 0x" + "f" * 1_000_000, "characters without a blank"),
        ("x = [1, " + "9_" * 600 + "9]", "characters without a blank"),
    ],
)
def test_what_would_take_too_long_to_read_is_refused_with_its_line(line: str, allowed: str) -> None:
    (fault,) = faults(f"# a comment\n{line}\n")

    assert (fault.path, fault.value) == ("line 2", "")
    assert allowed in fault.allowed


def test_what_is_long_but_quickly_read_is_taken() -> None:
    peers = ", ".join(f'"192.0.2.{number}"' for number in range(90))
    long = f"# {'.' * 300}\n# {'word ' * 1000}\n[[trunks.x.peers]]\nx = [{peers}]\n"

    assert {fault.path for fault in faults(long)}.isdisjoint({"plan", "line 1", "line 2", "line 4"})


@pytest.mark.parametrize("digits", [1000, 900])
@pytest.mark.parametrize("shape", ["%s", "[%s]", "{ a = %s }"])
def test_a_number_of_many_digits_is_a_fault_like_another(digits: int, shape: str) -> None:
    number = "0x" + "f" * (digits - 2)

    assert faults(str(PlanText(phones=f"[phones]\nkc1 = {{ display = {shape % number} }}\n")))


def test_a_number_that_python_does_not_show_is_not_shown() -> None:
    most = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        (fault,) = faults(str(PlanText(phones=f"[phones]\nkc1 = {{ display = 0x{'f' * 900} }}\n")))
    finally:
        sys.set_int_max_str_digits(most)

    assert fault.value == "a number that is too long"


@given(
    st.lists(
        st.sampled_from([".", "a", "9", "0x", "_", "[", "]", "=", " ", '"', "\n", "{", "}"]), max_size=40
    )
)
def test_many_times_over_any_text_is_a_plan_or_refused(pieces: list[str]) -> None:
    assert faults("".join(piece * 400 for piece in pieces) or "x")


@given(st.text(alphabet="abc[]{}=\"'.,1-:\n #", max_size=60))
def test_any_text_is_refused_with_the_package_s_own_error(text: str) -> None:
    assert faults(text)


def json_faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(PlanInvalid) as raised:
        load_plan_json(text)
    return raised.value.faults


def test_the_json_of_a_plan_is_the_same_plan() -> None:
    calendars = """
[calendars.alltid]
open = "always"
[calendars.kontorstid]
holidays = "SE"
weekly.mon = ["08:00-16:30", "22:00-06:00"]
[[calendars.kontorstid.deviations]]
date = 2027-01-05
note = "Trettondagsafton"
intervals = ["08:00-15:00"]
"""
    plan = plan_of(calendars=calendars)

    assert load_plan_json(plan.model_dump_json()) == plan


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("{", "plan", "must be JSON: "),
        ("[" * 100_000, "plan", "must be JSON that is not nested so deeply"),
        ("[]", "plan", "in JSON an object"),
        ('{"phones": {"a": {}, "a": {}}}', "plan", "must be JSON: 'a' stands there twice"),
        ('{"phones": NaN}', "plan", "must be JSON: NaN is no number of JSON"),
        ('{"municipality": {"name": 5}}', "municipality.name", "must be a text in quotation marks"),
    ],
)
def test_what_is_no_plan_in_json_is_refused_with_its_place(text: str, path: str, allowed: str) -> None:
    fault = json_faults(text)[0]

    assert fault.path == path
    assert allowed in fault.allowed


def test_json_that_is_too_long_is_not_read() -> None:
    assert json_faults(" " * (MAX_CHARACTERS + 1))[0].path == "plan"


@given(st.text())
def test_json_text_is_a_plan_or_refused(text: str) -> None:
    with pytest.raises(PlanInvalid):
        load_plan_json(text)
