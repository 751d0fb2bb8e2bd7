import io
from pathlib import Path

import pytest

from telephony.cli import main
from telephony.cli_phone import read_passwords
from telephony.cli_read import UsageError
from telephony.secrets import PhoneSecrets
from telephony.sip.digest import Algorithm, make_ha1


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path / "data"))


def written(folder: Path, text: str) -> Path:
    file = folder / "passwords"
    file.write_text(text, "utf-8")
    return file


def kept(folder: Path, user: str) -> str | None:
    return PhoneSecrets(folder / "data" / "secrets").ha1(user, "SHA-256")


def test_a_password_is_read_from_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))

    assert main(["phone", "password", "kc1"]) == 0

    assert kept(tmp_path, "kc1") == make_ha1("kc1", "vaxeln", "correct horse", Algorithm.SHA256)


def test_a_short_password_is_refused_with_the_users_name_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))

    assert main(["phone", "password", "kc1"]) == 1

    said = capsys.readouterr().err
    assert said.startswith("vaxeln: kc1: a password has 8 to")
    assert "short" not in said
    assert kept(tmp_path, "kc1") is None


def test_a_file_is_imported_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "# old system\nkc1:correct horse\n\nkc2:colon: inside it\n")

    assert main(["phone", "import", str(file)]) == 0

    assert "2 passwords are set" in capsys.readouterr().out
    assert kept(tmp_path, "kc1") == make_ha1("kc1", "vaxeln", "correct horse", Algorithm.SHA256)
    assert kept(tmp_path, "kc2") == make_ha1("kc2", "vaxeln", "colon: inside it", Algorithm.SHA256)


def test_a_file_with_one_bad_password_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "kc1:correct horse\nkc2:bad\n")

    assert main(["phone", "import", str(file)]) == 1

    assert "kc2: a password has" in capsys.readouterr().err
    assert kept(tmp_path, "kc1") is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("kc1 correct-horse\n", "line 1: allowed is USER:PASSWORD"),
        ("kc1:correct horse\nkc1:another one\n", "line 2: kc1 stands there twice"),
    ],
)
def test_a_wrong_line_is_named_and_its_password_is_not(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as refused:
        read_passwords(written(tmp_path, text))

    assert "horse" not in str(refused.value)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_passwords(tmp_path / "nothing")
    (tmp_path / "binary").write_bytes(b"\xff\xfe:x")
    with pytest.raises(UsageError, match="not text in UTF-8"):
        read_passwords(tmp_path / "binary")
