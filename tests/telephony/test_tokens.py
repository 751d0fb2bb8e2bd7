import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from telephony.tokens import MAX_DAYS, MAX_TOKENS, PREFIX, Role, TokenRefused, Tokens
from tests.support.switchboard import EPOCH

DAY = timedelta(days=1)


def test_a_token_is_found_by_what_was_shown_once(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)

    made = tokens.create("anna", Role.OPERATOR, EPOCH)

    assert tokens.find(made, EPOCH) == ("anna", Role.OPERATOR)
    assert tokens.find(made + "x", EPOCH) is None
    assert tokens.find("", EPOCH) is None
    assert tokens.find("\udcff", EPOCH) is None


def test_a_token_holds_256_bits_and_only_its_hash_is_kept(tmp_path: Path) -> None:
    made = Tokens(tmp_path).create("anna", Role.READER, EPOCH)

    kept = (tmp_path / "tokens.json").read_text()
    assert len(made.removeprefix(PREFIX)) == 43  # 32 octets in base64
    assert made not in kept
    assert hashlib.sha256(made.encode()).hexdigest() in kept
    assert (tmp_path / "tokens.json").stat().st_mode & 0o777 == 0o600


def test_a_token_runs_out(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)

    made = tokens.create("anna", Role.READER, EPOCH, days=2)

    assert tokens.find(made, EPOCH + 2 * DAY - timedelta(seconds=1)) is not None
    assert tokens.find(made, EPOCH + 2 * DAY) is None
    assert "anna" in tokens.all()


def test_a_running_service_sees_what_the_command_line_makes_and_revokes(tmp_path: Path) -> None:
    service, command = Tokens(tmp_path), Tokens(tmp_path)
    made = command.create("anna", Role.ADMIN, EPOCH, days=1)

    assert service.reload_if_changed()
    assert service.find(made, EPOCH) == ("anna", Role.ADMIN)
    command.revoke("anna")
    service.reload_if_changed()
    assert service.find(made, EPOCH) is None


@pytest.mark.parametrize("name", ["", "Anna", "local:anna", "a" * 65, "-a", "a\n"])
def test_a_name_that_could_be_mistaken_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(TokenRefused, match="a token's name"):
        Tokens(tmp_path).create(name, Role.READER, EPOCH)


@pytest.mark.parametrize("days", [0, -1, MAX_DAYS + 1])
def test_days_are_bounded(tmp_path: Path, days: int) -> None:
    with pytest.raises(TokenRefused, match="1 to 3660 days"):
        Tokens(tmp_path).create("anna", Role.READER, EPOCH, days)


def test_a_name_is_given_once(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    tokens.create("anna", Role.READER, EPOCH)

    with pytest.raises(TokenRefused, match="there is a token anna already"):
        tokens.create("anna", Role.ADMIN, EPOCH)


def test_nobody_is_revoked_twice(tmp_path: Path) -> None:
    with pytest.raises(TokenRefused, match="there is no token anna"):
        Tokens(tmp_path).revoke("anna")


def test_there_are_not_more_than_a_look_up_bears(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    made = [tokens.create(f"t{number}", Role.READER, EPOCH) for number in range(MAX_TOKENS)]

    with pytest.raises(TokenRefused, match="revoke what is not used"):
        tokens.create("one-more", Role.READER, EPOCH)

    assert tokens.find(made[-1], EPOCH) == (f"t{MAX_TOKENS - 1}", Role.READER)


@pytest.mark.parametrize(
    ("held", "enough_for"),
    [
        (Role.READER, {Role.READER}),
        (Role.SUPERVISOR, {Role.READER, Role.SUPERVISOR}),
        (Role.OPERATOR, {Role.READER, Role.SUPERVISOR, Role.OPERATOR}),
        (Role.ADMIN, set(Role)),
    ],
)
def test_each_role_may_what_the_former_may(held: Role, enough_for: set[Role]) -> None:
    assert {role for role in Role if held.allows(role)} == enough_for
