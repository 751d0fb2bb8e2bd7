import hashlib
from pathlib import Path

import pytest

from telephony.private_files import SecretsUnusable
from telephony.secrets import PasswordRefused
from telephony.trunk_secrets import TrunkSecrets

PASSWORD = "kort"


def test_a_password_is_kept_as_both_hashes_of_one_user_and_realm(tmp_path: Path) -> None:
    secrets = TrunkSecrets(tmp_path / "secrets")

    secrets.set_password("net", "anna", "net.example", PASSWORD)

    text = f"anna:net.example:{PASSWORD}".encode()
    assert secrets.ha1("net", "anna", "net.example") == {
        "SHA-256": hashlib.sha256(text).hexdigest(),
        "MD5": hashlib.md5(text).hexdigest(),
    }
    assert secrets.ha1("net", "anna", "evil.example") == {}
    assert secrets.ha1("net", "bo", "net.example") == {}
    assert secrets.ha1("pbx", "anna", "net.example") == {}


def test_the_file_is_for_its_owner_and_the_password_is_not_in_it(tmp_path: Path) -> None:
    TrunkSecrets(tmp_path / "secrets").set_password("net", "anna", "net.example", PASSWORD)

    file = tmp_path / "secrets" / "trunks.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in file.read_text()


@pytest.mark.parametrize("password", ["", "a\nb", "x" * 129])
def test_what_is_no_password_is_refused_and_not_shown(tmp_path: Path, password: str) -> None:
    secrets = TrunkSecrets(tmp_path / "secrets")

    with pytest.raises(PasswordRefused, match="net: a password has 1 to 128") as refused:
        secrets.set_password("net", "anna", "net.example", password)

    assert not password or password not in str(refused.value)


def test_a_running_service_hears_of_a_new_one_once(tmp_path: Path) -> None:
    told: list[str] = []
    service = TrunkSecrets(tmp_path / "secrets", changed=lambda: told.append("changed"))
    TrunkSecrets(tmp_path / "secrets").set_password("net", "anna", "net.example", PASSWORD)
    assert not service.ha1("net", "anna", "net.example")

    assert service.reload_if_changed() and not service.reload_if_changed()

    assert service.ha1("net", "anna", "net.example")
    assert told == ["changed"]


def test_a_file_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    TrunkSecrets(tmp_path / "secrets").set_password("net", "anna", "net.example", PASSWORD)
    (tmp_path / "secrets" / "trunks.json").chmod(0o644)

    with pytest.raises(SecretsUnusable, match="others may read"):
        TrunkSecrets(tmp_path / "secrets")
    assert not TrunkSecrets(tmp_path / "secrets", strict=False).ha1("net", "anna", "net.example")
