"""Passwords that go in and never come out."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from telephony.private_files import SecretsUnusable
from telephony.secrets import PasswordRefused, PhoneSecrets, load_server_secret

PASSWORD = "lösen-Ord 7"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "data" / "secrets"


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_password_is_kept_as_both_hashes(directory: Path) -> None:
    secrets = PhoneSecrets(directory)

    secrets.set_password("anna", "vaxeln", PASSWORD)

    text = f"anna:vaxeln:{PASSWORD}".encode()
    assert secrets.ha1("anna", "MD5") == hashlib.md5(text).hexdigest()
    assert secrets.ha1("anna", "SHA-256") == hashlib.sha256(text).hexdigest()
    assert secrets.ha1("anna", "SHA-512-256") is None
    assert secrets.ha1("bo", "MD5") is None


def test_it_outlives_the_process_and_the_password_is_nowhere(directory: Path) -> None:
    secrets = PhoneSecrets(directory)
    secrets.set_password("anna", "vaxeln", PASSWORD)
    secrets.set_password("bo", "vaxeln", "12345678")
    secrets.set_password("anna", "vaxeln", "another one")

    again = PhoneSecrets(directory)

    assert again.ha1("anna", "MD5") == hashlib.md5(b"anna:vaxeln:another one").hexdigest()
    assert again.ha1("bo", "MD5") == secrets.ha1("bo", "MD5")
    kept = (directory / "phones.json").read_text()
    assert PASSWORD not in kept
    assert "another one" not in kept


def test_the_files_are_for_their_owner_alone(directory: Path) -> None:
    PhoneSecrets(directory).set_password("anna", "vaxeln", PASSWORD)
    load_server_secret(directory)

    assert _mode(directory) == 0o700
    assert {path.name: _mode(path) for path in directory.iterdir()} == {
        "phones.json": 0o600,
        "nonce.key": 0o600,
    }


def test_a_running_service_sees_what_the_command_line_sets(directory: Path) -> None:
    service, command = PhoneSecrets(directory), PhoneSecrets(directory)
    command.set_password("anna", "vaxeln", PASSWORD)
    assert service.ha1("anna", "MD5") is None

    assert service.reload_if_changed()

    assert service.ha1("anna", "MD5") == command.ha1("anna", "MD5")
    assert not service.reload_if_changed()


def test_two_writers_lose_nothing_of_each_other(directory: Path) -> None:
    first, second = PhoneSecrets(directory), PhoneSecrets(directory)

    first.set_password("anna", "vaxeln", PASSWORD)
    second.set_password("bo", "vaxeln", PASSWORD)

    assert second.ha1("anna", "MD5")
    first.reload_if_changed()
    assert first.ha1("bo", "MD5")


def test_a_deleted_file_is_no_passwords(directory: Path) -> None:
    secrets = PhoneSecrets(directory)
    secrets.set_password("anna", "vaxeln", PASSWORD)
    (directory / "phones.json").unlink()

    assert secrets.reload_if_changed()
    assert secrets.ha1("anna", "MD5") is None
    assert not secrets.reload_if_changed()


def test_users_of_another_realm_are_told(directory: Path) -> None:
    secrets = PhoneSecrets(directory)
    secrets.set_password("anna", "old", PASSWORD)
    secrets.set_password("bo", "vaxeln", PASSWORD)

    assert secrets.users_of_other_realms("vaxeln") == ("anna",)


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("", PASSWORD),
        ("a:b", PASSWORD),
        ("a\n", PASSWORD),
        ("a" * 129, PASSWORD),
        ("a", "short"),
        ("a", "tab\ttab\t"),
    ],
)
def test_what_cannot_be_kept_is_refused_without_showing_it(directory: Path, user: str, password: str) -> None:
    secrets = PhoneSecrets(directory)

    with pytest.raises(PasswordRefused) as error:
        secrets.set_password(user, "vaxeln", password)

    assert password not in str(error.value)
    assert not (directory / "phones.json").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"anna": "hash"}', '{"anna": {"MD5": 1}}'])
def test_a_damaged_file_is_named_and_not_shown_and_the_old_passwords_stay(
    directory: Path, content: str
) -> None:
    secrets = PhoneSecrets(directory)
    secrets.set_password("anna", "vaxeln", PASSWORD)
    (directory / "phones.json").write_text(content)

    with pytest.raises(SecretsUnusable, match=r"phones\.json is damaged") as error:
        secrets.reload_if_changed()

    assert error.value.__suppress_context__
    assert secrets.ha1("anna", "MD5")


def test_a_file_that_others_may_read_is_refused_with_what_to_do(directory: Path) -> None:
    PhoneSecrets(directory).set_password("anna", "vaxeln", PASSWORD)
    load_server_secret(directory)
    for name in ("phones.json", "nonce.key"):
        (directory / name).chmod(0o640)

    with pytest.raises(SecretsUnusable, match=f"chmod 600 {directory}/phones.json"):
        PhoneSecrets(directory)
    with pytest.raises(SecretsUnusable, match=f"chmod 600 {directory}/nonce.key"):
        load_server_secret(directory)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SecretsUnusable, match=f"cannot use {tmp_path}/file/secrets: Not a directory"):
        PhoneSecrets(tmp_path / "file" / "secrets")
    with pytest.raises(SecretsUnusable, match=f"cannot use {tmp_path}/file/secrets: Not a directory"):
        load_server_secret(tmp_path / "file" / "secrets")


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_write_that_fails_leaves_the_old_file(
    directory: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = PhoneSecrets(directory)
    secrets.set_password("anna", "vaxeln", PASSWORD)
    before = (directory / "phones.json").read_bytes()

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(*(os, "fsync", fail) if call == "fsync" else (Path, "rename", fail))
        with pytest.raises(SecretsUnusable, match=r"phones\.json: No space left"):
            secrets.set_password("bo", "vaxeln", PASSWORD)

    assert (directory / "phones.json").read_bytes() == before
    assert secrets.ha1("bo", "MD5") is None
    secrets.set_password("bo", "vaxeln", PASSWORD)
    assert secrets.ha1("bo", "MD5")


def test_a_file_that_cannot_be_opened_is_named(directory: Path) -> None:
    (directory / "phones.json").mkdir(parents=True)
    (directory / "nonce.key").mkdir(mode=0o700)

    with pytest.raises(SecretsUnusable, match=r"phones\.json: Is a directory"):
        PhoneSecrets(directory)
    with pytest.raises(SecretsUnusable, match=r"nonce\.key: Is a directory"):
        load_server_secret(directory)


def test_the_server_secret_is_made_once(directory: Path, tmp_path: Path) -> None:
    secret = load_server_secret(directory)

    assert len(secret) == 32
    assert load_server_secret(directory) == secret
    assert load_server_secret(tmp_path / "other") != secret


def test_a_named_pipe_in_place_of_the_server_secret_holds_nobody_up(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    os.mkfifo(directory / "nonce.key", 0o600)

    with pytest.raises(SecretsUnusable, match=r"nonce\.key is no file"):
        load_server_secret(directory)


def test_a_damaged_server_secret_is_named(directory: Path) -> None:
    load_server_secret(directory)
    (directory / "nonce.key").write_bytes(b"short")

    with pytest.raises(SecretsUnusable, match=r"nonce\.key is damaged"):
        load_server_secret(directory)
