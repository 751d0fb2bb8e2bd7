import argparse
from enum import StrEnum
from pathlib import Path

import pytest

from telephony.cli_options import (
    add_choice,
    add_command,
    add_last,
    add_service,
    add_settings,
    place_of,
    settings_of,
)


class Colour(StrEnum):
    RED = "red"
    DARK_BLUE = "dark_blue"


def parsed(*arguments: str, all_settings: bool = False) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command = add_command(parser.add_subparsers(), "look", "look at it", lambda options: 7)
    add_last(command, "things")
    if all_settings:
        add_settings(command)
    else:
        add_service(command)
    return parser.parse_args(["look", *arguments])


def test_a_command_has_what_it_does_and_how_much_it_shows() -> None:
    options = parsed()

    assert options.run(options) == 7
    assert options.last == 50
    assert parsed("--last", "3").last == 3


@pytest.mark.parametrize("text", ["0", "-1", "1.0", "x", "٣", "9" * 5000])
def test_what_is_no_count_is_a_wrong_use(text: str) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(f"--last={text}")

    assert ended.value.code == 2


def test_the_service_is_where_the_command_line_says_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAXELN_DATA", str(tmp_path / "environment"))

    assert place_of(parsed()).data == tmp_path / "environment"
    given = place_of(parsed("--data", str(tmp_path), "--url", "http://192.0.2.1"))
    assert (given.data, given.url) == (tmp_path, "http://192.0.2.1")


def test_every_setting_is_an_option() -> None:
    settings = settings_of(parsed("--sip-realm", "botkyrka", all_settings=True))

    assert settings.sip.realm == "botkyrka"


def test_a_value_that_is_not_allowed_is_refused_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser = argparse.ArgumentParser()
    add_choice(parser, "--colour", Colour, "what it looks like", default=Colour.RED)

    assert parser.parse_args(["--colour", "dark_blue"]).colour is Colour.DARK_BLUE
    assert parser.parse_args([]).colour is Colour.RED
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["--colour", "blue"])
    assert ended.value.code == 2
    assert "argument --colour: 'blue'; allowed: red, dark_blue\n" in capsys.readouterr().err
    assert "--colour {red,dark_blue}" in parser.format_help()
