import json
from pathlib import Path

import pytest

from routing.check import check
from routing.compile import compile_plan
from routing.errors import PlanInvalid
from routing.load import load_plan, load_plan_json
from routing.plan import Plan
from routing.plan_flow import Destination
from routing.plan_part import is_name
from telephony.media.prompts import Prompts
from tests.support.plans import MAIN, MUNICIPALITY, PlanText, plan_of, tables_of

ROOT = Path(__file__).resolve().parents[2]


def number_with(destination: str) -> str:
    return f"""
[numbers."{MAIN}"]
function = "Kontaktcenter"
calendar = "alltid"
destination = {destination}
"""


def refusal(**parts: str) -> str:
    with pytest.raises(PlanInvalid) as raised:
        plan_of(**parts)
    return str(raised.value)


@pytest.mark.parametrize(
    "destination", ["{}", '{ group = "kc", reject = 480 }', '{ group = "kc", person = "amina" }']
)
def test_a_destination_is_exactly_one_place(destination: str) -> None:
    assert "exactly one of number, group, person" in refusal(numbers=number_with(destination))


def test_early_belongs_to_an_announcement() -> None:
    assert "early belongs to an announcement" in refusal(
        numbers=number_with('{ group = "kc", early = true }')
    )


@pytest.mark.parametrize("reject", ["399", "700", "true", '"480"'])
def test_a_refusal_is_a_sip_status(reject: str) -> None:
    assert "destination.reject" in refusal(numbers=number_with(f"{{ reject = {reject} }}"))


def test_always_and_weekly_hours_contradict_each_other() -> None:
    calendars = '[calendars]\nalltid = { open = "always", weekly = { mon = ["08:00-09:00"] } }\n'

    assert "weekly hours have no meaning" in refusal(calendars=calendars)


def test_holiday_eves_need_holidays() -> None:
    assert "holiday_eves needs holidays" in refusal(calendars="[calendars]\nx = { holiday_eves = true }\n")


def test_an_interval_is_text() -> None:
    assert 'must be text such as "08:00-16:30"' in refusal(
        calendars="[calendars]\nx = { weekly = { mon = [8] } }\n"
    )


def test_a_deviation_has_a_date_with_its_year() -> None:
    text = '[calendars]\nx = { deviations = [{ date = "05-01", note = "n" }] }\n'

    assert "calendars.x.deviations[0].date" in refusal(calendars=text)


@pytest.mark.parametrize("number", ["0853061000", "+0853061000", "+46 8 530 610 00", "112"])
def test_a_number_is_e164(number: str) -> None:
    text = number_with('{ group = "kc" }').replace(MAIN, number)

    assert "must be E.164" in refusal(numbers=text)


@pytest.mark.parametrize(
    ("trunk", "allowed"),
    [
        ('peers = ["pbx.example"]', "must be an IP address"),
        ("peers = []", "must name at least one"),
        ('peers = "10.1.0.9"', "must be a list, in brackets"),
        ('peers = ["10.1.0.0/24"]\ngateways = ["10.1.0.0/24"]', "not to a prefix"),
        ('peers = ["10.1.0.9"]\ngateways = "10.1.0.9"', "must be a list, in brackets"),
        ('peers = ["10.1.0.9"]\ngateways = ["10.1.0.9", "10.1.0.9:5060"]', "has 10.1.0.9:5060 twice"),
        ('peers = ["10.1.0.9"]\nnumbers = ["08530"]', "beginning of E.164 numbers"),
        ('peers = ["10.1.0.9"]\nnumber_format = "tel"', "subscriber-without-zero"),
    ],
)
def test_a_trunk_says_what_is_allowed(trunk: str, allowed: str) -> None:
    assert allowed in refusal(trunks=f"[trunks.x]\n{trunk}\n")


def test_a_plan_written_out_is_read_again_as_the_same() -> None:
    plan = load_plan(str(PlanText()))

    assert type(plan).model_validate(plan.model_dump(mode="python")) == plan


@pytest.mark.parametrize("path", ["deploy/botkyrka.toml", "telephony/demo/botkyrka-demo.toml"])
def test_the_plans_that_come_with_vaxeln_have_no_problems(path: str) -> None:
    plan = load_plan((ROOT / path).read_text(encoding="utf-8"))

    assert check(plan, prompts=Prompts.load().names) == ()
    assert compile_plan(plan).main_number == MAIN


def test_the_example_has_group_numbers_of_which_the_social_services_are_protected() -> None:
    plan = load_plan((ROOT / "deploy/botkyrka.toml").read_text(encoding="utf-8"))

    groups = [
        number
        for number in plan.numbers.values()
        if isinstance(number.destination, Destination) and number.destination.group
    ]
    protected = {number.function for number in groups if number.protected}
    assert len(groups) >= 5
    assert "Socialtjänstens mottagning" in protected


@pytest.mark.parametrize(
    "name", ["kc9", "1", "kc_1.a-b", "a" * 64, "", "KC1", "å", "_a", "a" * 65, "kc9\n", "a b"]
)
def test_a_name_is_what_a_plan_takes_as_one(name: str) -> None:
    plan = PlanText()
    phones = f'{plan.phones}\n[phones.{json.dumps(name)}]\ndisplay = "x"\n'

    try:
        plan_of(phones=phones)
    except PlanInvalid:
        assert not is_name(name)
    else:
        assert is_name(name)


@pytest.mark.parametrize("escape", [r"\u202e", r"\u200b", r"\u2066", r"\ufeff", r"\u0085"])
def test_what_cannot_be_seen_is_no_part_of_a_name(escape: str) -> None:
    number = number_with('{ group = "kc" }').replace("Kontaktcenter", f"Kontakt{escape}center")

    assert "function" in refusal(numbers=number)


def test_a_gateway_is_an_address_or_a_table_and_is_shown_as_it_was_written() -> None:
    pbx = (
        '[trunks.pbx]\npeers = ["10.1.0.5"]\ngateways = ["10.1.0.6", { address = "10.1.0.7", weight = 2 }]\n'
    )

    gateways = plan_of(trunks=pbx).model_dump(mode="json")["trunks"]["pbx"]["gateways"]

    assert gateways == ["10.1.0.6", {"address": "10.1.0.7", "priority": None, "weight": 2}]
    assert plan_of(trunks=pbx) == load_plan_json(plan_of(trunks=pbx).model_dump_json())


def test_the_schema_tells_both_ways_to_write_a_gateway() -> None:
    schema = Plan.model_json_schema()["$defs"]["Gateway"]

    assert schema["anyOf"][0] == {"type": "string"}
    assert schema["anyOf"][1]["required"] == ["address"]


@pytest.mark.parametrize(
    ("gateways", "path", "told"),
    [
        ('["10.1.0.6", "x_y"]', "trunks.pbx.gateways[1].address", "must be an IP address or a host name"),
        ('["0.0.0.0"]', "trunks.pbx.gateways[0].address", "unspecified address"),
        ('[{ address = "10.1.0.6", priority = 0 }]', "trunks.pbx.gateways[0].priority", "greater than"),
        ('[{ address = "10.1.0.6", weight = 1001 }]', "trunks.pbx.gateways[0].weight", "less than"),
        ('[{ address = "10.1.0.6", port = 1 }]', "trunks.pbx.gateways[0].port", "address, priority, weight"),
        ("[5060]", "trunks.pbx.gateways[0]", "or a table such as"),
    ],
)
def test_what_is_wrong_with_a_gateway_is_told(gateways: str, path: str, told: str) -> None:
    with pytest.raises(PlanInvalid) as refused:
        plan_of(trunks=f'[trunks.pbx]\npeers = ["10.1.0.5"]\ngateways = {gateways}\n')

    (fault,) = refused.value.faults
    assert (fault.path, told in fault.allowed) == (path, True)


@pytest.mark.parametrize("channels", ["emergency_channels = 1", "channels = 2\nemergency_channels = 2"])
def test_not_all_channels_are_kept_for_112(channels: str) -> None:
    with pytest.raises(PlanInvalid, match="must be fewer than channels"):
        plan_of(trunks=f'[trunks.pbx]\npeers = ["10.1.0.5"]\n{channels}\n')


def test_a_trunk_without_foreign_numbers_has_one_to_show_instead() -> None:
    with pytest.raises(PlanInvalid, match="needs a default_number"):
        plan_of(trunks='[trunks.pbx]\npeers = ["10.1.0.5"]\nforeign_numbers = false\n')


@pytest.mark.parametrize("code", ["**", "*7#", "##", "#12345"])
def test_a_code_for_transfers(code: str) -> None:
    town = MUNICIPALITY + f'transfer_code = "{code}"\n'

    assert tables_of(municipality=town).transfer_code == code
    assert tables_of().transfer_code == ""


@pytest.mark.parametrize("code", ["*", "7*", "**A", "*123456"])
def test_what_is_no_code_for_transfers(code: str) -> None:
    with pytest.raises(PlanInvalid) as raised:
        plan_of(municipality=MUNICIPALITY + f'transfer_code = "{code}"\n')

    assert [fault.path for fault in raised.value.faults] == ["municipality.transfer_code"]


def test_a_trunk_known_by_its_registration_is_stored_without_peers_and_read_again() -> None:
    trunks = '[trunks.net]\ngateways = ["192.0.2.40"]\n[trunks.net.registration]\nuser = "1"\nrealm = "a"\n'
    plan = plan_of(trunks=trunks)

    assert load_plan_json(plan.model_dump_json()) == plan
