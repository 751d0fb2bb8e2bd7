import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.admin.bodies import JsonBody, OverrideWanted, PasswordWanted, PlanBody, RollBack
from telephony.admin.errors import Kind, Refusal
from telephony.admin.values import Draft, Form
from telephony.admin.wire import JSON, TOML

WANTED = {"open": False, "until": "2026-12-23T13:00", "reason": "Fire drill", "owner": "Amina"}


def refusal(octets: bytes) -> Refusal:
    with pytest.raises(Refusal) as refused:
        JsonBody(OverrideWanted).read(octets, JSON)
    return refused.value


def test_an_override_is_read() -> None:
    read = JsonBody(OverrideWanted).read(json.dumps(WANTED).encode(), JSON)

    assert read == OverrideWanted(
        open=False,
        until=datetime(2026, 12, 23, 12, tzinfo=UTC).isoformat(),
        reason="Fire drill",
        owner="Amina",
    )


@pytest.mark.parametrize("octets", [b"", b"{", b"\xff", b"[" * 100_000, b'{"open": tru'])
def test_what_is_no_json_is_malformed(octets: bytes) -> None:
    assert refusal(octets).kind is Kind.MALFORMED


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"open": "yes"}, "/open"),
        ({"open": 1}, "/open"),
        ({"until": 1766498700}, "/until"),
        ({"until": None}, "/until"),
        ({"reason": "a\nb c"}, "/reason"),
        ({"reason": "\ud800 abc"}, "/reason"),
        ({"owner": "x" * 201}, "/owner"),
        ({"by": "somebody else"}, "/by"),
    ],
)
def test_every_wrong_value_is_named(changed: Any, path: str) -> None:
    refused = refusal(json.dumps(WANTED | changed).encode())

    assert refused.kind is Kind.INVALID
    assert [error.path for error in refused.errors] == [path]


def test_a_password_is_not_echoed() -> None:
    with pytest.raises(Refusal) as refused:
        JsonBody(PasswordWanted).read(b'{"password": "hemlig", "passwort": "hemlig2"}', JSON)

    assert "hemlig" not in f"{refused.value} {refused.value.errors}"


@pytest.mark.parametrize("version", ["1", True, 0, 2**31, 1.5])
def test_a_version_is_a_whole_number(version: Any) -> None:
    with pytest.raises(Refusal):
        JsonBody(RollBack).read(json.dumps({"version": version, "reason": "wrong"}).encode(), JSON)


def test_a_plan_is_passed_on_unread() -> None:
    assert PlanBody().read(b"{", JSON) == Draft("{", Form.JSON)
    assert PlanBody().read("# å".encode(), TOML) == Draft("# å", Form.TOML)
    with pytest.raises(Refusal, match="UTF-8"):
        PlanBody().read(b"\xff", TOML)


def test_the_schemas_are_of_what_is_read() -> None:
    assert JsonBody(RollBack).schema("#/{model}")["required"] == ["version", "reason"]
    assert PlanBody().schema("#/{model}")["title"] == "Plan"
    assert JsonBody(RollBack).media_types == (JSON,)
    assert PlanBody().max_octets > JsonBody(RollBack).max_octets


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    for body in (JsonBody(OverrideWanted), PlanBody()):
        try:
            body.read(octets, JSON)
        except Refusal as refused:
            assert refused.kind in (Kind.MALFORMED, Kind.INVALID)


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\u2066", "\ufeff", "\x85", "\u2028", "\n"])
@pytest.mark.parametrize("name", ["reason", "owner"])
def test_what_cannot_be_seen_is_no_part_of_a_free_text(name: str, character: str) -> None:
    refused = refusal(json.dumps({**WANTED, name: f"Fire{character}drill"}).encode())

    assert refused.kind is Kind.INVALID
    assert name in str(refused.errors)


@pytest.mark.parametrize("reason", ["Brandövning, åäö é", "انقطاع", "停電 – 🙂"])
def test_a_reason_is_in_any_language(reason: str) -> None:
    assert JsonBody(OverrideWanted).read(json.dumps({**WANTED, "reason": reason}).encode(), JSON)
