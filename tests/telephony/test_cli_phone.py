import io
from pathlib import Path

import pytest

from telephony.cli import main
from telephony.cli_phone import read_passwords
from telephony.cli_text import UsageError
from telephony.secrets import PasswordRefused, PhoneSecrets
from telephony.sip.digest import Algorithm, make_ha1
from tests.support.command_line import refused, run, served
from tests.support.plans import PlanText


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


def test_a_running_service_sets_it_and_knows_who_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\ncorrect horse\n"))
    with served(tmp_path / "data") as desk:
        assert run(capsys, "phone", "password", "kc1")[0] == "The password of kc1 is set.\n"
        assert "there is no phone nosuch in the plan" in refused(capsys, "phone", "password", "nosuch")

    assert desk.town.passwords == {"kc1": "correct horse"}
    assert desk.town.journalled[-1][1].startswith("local:")
    assert kept(tmp_path, "kc1") is None


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

    said = capsys.readouterr().err
    assert "line 2: kc2: a password has" in said
    assert said.endswith("; nothing was changed\n")
    assert kept(tmp_path, "kc1") is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("kc1 correct-horse\n", "line 1: allowed is USER:PASSWORD"),
        ("kc1:correct horse\nkc1:another one\n", "line 2: kc1 stands there twice"),
        ("# old\n\nkc1:horse\n", "line 3: kc1: a password has 8 to 128"),
        ("correct horse:kc1\n", "line 1: before the colon stands no name"),
    ],
)
def test_a_wrong_line_is_named_and_its_password_is_not(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(PasswordRefused, match=problem) as refused:
        read_passwords(written(tmp_path, text))

    assert "horse" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "# nothing\n\n"])
def test_a_file_without_passwords_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PasswordRefused, match="holds no password"):
        read_passwords(written(tmp_path, text))


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_passwords(tmp_path / "nothing")
    (tmp_path / "binary").write_bytes(b"\xff\xfe:x")
    with pytest.raises(PasswordRefused, match="not text in UTF-8"):
        read_passwords(tmp_path / "binary")


# ---- at a terminal


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str | BaseException]:
    """What somebody at a terminal answers, in turn."""
    given: list[str | BaseException] = []

    def answer(prompt: str) -> str:
        said = given.pop(0)
        if isinstance(said, BaseException):
            raise said
        return said

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", answer)
    return given


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (["correct horse", "correct horse"], 0, ""),
        (["correct horse", "another one"], 1, "vaxeln: the two passwords differ, nothing was changed\n"),
        ([""], 1, "vaxeln: no password given, nothing was changed\n"),
        ([EOFError()], 1, "\nvaxeln: no password given, nothing was changed\n"),
        (["correct horse", EOFError()], 1, "\nvaxeln: no password given, nothing was changed\n"),
        ([KeyboardInterrupt()], 130, ""),
    ],
)
def test_it_is_asked_for_twice_and_may_be_given_up(
    answers: list[str | BaseException],
    given: list[str | BaseException],
    code: int,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers += given

    assert main(["phone", "password", "kc1"]) == code

    assert capsys.readouterr().err == said
    assert (kept(tmp_path, "kc1") is not None) == (code == 0)


def test_nothing_on_standard_input_is_no_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    assert main(["phone", "password", "kc1"]) == 1

    assert capsys.readouterr().err == "vaxeln: no password given, nothing was changed\n"


# ---- accounts that the plan lacks


def test_a_name_that_no_plan_can_have_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["phone", "password", "KC 1"]) == 2

    assert "'KC 1' can be no account of a plan; allowed: 1 to 64 of a-z" in capsys.readouterr().err


def test_an_account_that_the_plan_lacks_is_told_and_its_password_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "plan.toml").write_text(str(PlanText()), "utf-8")
    file = written(tmp_path, "".join(f"new{n}:correct horse\n" for n in range(12)) + "kc1:correct horse\n")

    assert main(["phone", "import", str(file)]) == 0
    assert capsys.readouterr().err == (
        "vaxeln: no account new0, new1, new2, new3, new4, new5, new6, new7, new8, new9 and 2 more "
        "in the plan in force (yet)\n"
    )
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    assert main(["phone", "password", "nosuch"]) == 0
    assert capsys.readouterr().err == "vaxeln: no account nosuch in the plan in force (yet)\n"
    assert kept(tmp_path, "nosuch") is not None


def test_a_plan_that_cannot_be_read_keeps_no_password_from_being_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "plan.toml").write_text("[", "utf-8")

    assert main(["phone", "import", str(written(tmp_path, "kc1:correct horse\n"))]) == 0

    said = capsys.readouterr()
    assert "1 password is set" in said.out
    assert "the plan in force cannot be read" in said.err
