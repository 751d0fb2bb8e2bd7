"""Settings: where they come from, and what is said about wrong ones."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.config import (
    SETTINGS,
    ConfigError,
    ListenAddress,
    PortRange,
    Settings,
    load_settings,
    settings_table,
)

EVERYTHING = """
data = "/var/lib/vaxeln"
[sip]
listen = ["udp:0.0.0.0:5060", "udp:[::1]:5070"]
advertise = "192.0.2.10"
realm = "Botkyrka växel"
[rtp]
ports = "20000-20099"
[http]
listen = "[::]:80"
[calls]
max_seconds = 3600
drain_seconds = 0
[database]
dsn = "postgresql://vaxeln:hemlig@db.example/log"
[log]
level = "debug"
format = "json"
"""


def _load(
    text: str = "", environ: Mapping[str, str] | None = None, overrides: Mapping[str, str] | None = None
) -> Settings:
    """Load settings whose file holds `text`; there is none when it is empty."""
    file = Path("vaxeln.toml") if text else None
    if file is not None:
        file.write_text(text, "utf-8")
    return load_settings(file, environ or {}, overrides or {})


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_defaults_start_on_this_machine_alone() -> None:
    settings = _load()

    assert settings == Settings()
    assert settings.sip.listen == (ListenAddress("UDP", "127.0.0.1", 5060),)
    assert (settings.media_bind, settings.media_host) == ("127.0.0.1", "127.0.0.1")


def test_every_setting_can_stand_in_the_file() -> None:
    settings = _load(EVERYTHING)

    assert settings.data == Path("/var/lib/vaxeln")
    assert settings.sip.listen == (ListenAddress("UDP", "0.0.0.0", 5060), ListenAddress("UDP", "::1", 5070))
    assert (settings.sip.advertise, settings.sip.realm) == ("192.0.2.10", "Botkyrka växel")
    assert settings.rtp.ports == PortRange(20000, 20099)
    assert settings.http.listen == ListenAddress("", "::", 80)
    assert (settings.calls.max_seconds, settings.calls.drain_seconds) == (3600, 0)
    assert settings.database.dsn.value == "postgresql://vaxeln:hemlig@db.example/log"
    assert (settings.log.level, settings.log.format) == ("debug", "json")
    assert (settings.media_bind, settings.media_host) == ("0.0.0.0", "192.0.2.10")


def test_the_environment_goes_over_the_file_and_the_command_line_over_both() -> None:
    environ = {
        "VAXELN_SIP_LISTEN": "udp:127.0.0.1:1, udp:127.0.0.2:2",
        "VAXELN_CALLS_MAX_SECONDS": "60",
        "HOME": "/",
    }

    settings = _load(EVERYTHING, environ, {"calls.max_seconds": "120"})

    assert [str(address) for address in settings.sip.listen] == ["udp:127.0.0.1:1", "udp:127.0.0.2:2"]
    assert settings.calls.max_seconds == 120
    assert settings.rtp.ports == PortRange(20000, 20099)


def test_an_empty_variable_counts_as_not_given() -> None:
    assert _load(environ={"VAXELN_SIP_ADVERTISE": "", "VAXELN_DATA": ""}) == Settings()


def test_every_default_is_allowed_and_can_be_given_by_each_way() -> None:
    environ = {setting.environment: setting.default for setting in SETTINGS.values()}
    overrides = {name: setting.default for name, setting in SETTINGS.items() if setting.default}

    assert _load(environ=environ) == Settings()
    assert _load(overrides=overrides) == Settings()


SIP_LISTEN = (
    '"udp:ADDRESS:PORT", also with tcp or tls, such as "udp:0.0.0.0:5060", several with commas between'
)

WRONG: list[tuple[str, str, str]] = [
    (
        "sip.listen",
        "sctp:127.0.0.1:5060",
        SIP_LISTEN,
    ),
    ("sip.listen", "udp:127.0.0.1", SIP_LISTEN),
    (
        "sip.listen",
        "udp:127.0.0.1:65536",
        SIP_LISTEN,
    ),
    ("sip.listen", "udp:::1:5060", SIP_LISTEN),
    (
        "sip.listen",
        "udp:[127.0.0.1]:5060",
        SIP_LISTEN,
    ),
    ("sip.listen", "udp:växel:5060", SIP_LISTEN),
    ("sip.listen", ",", SIP_LISTEN),
    ("sip.advertise", "0.0.0.0", "an IP address"),
    ("sip.advertise", "224.0.0.1", "an IP address"),
    ("sip.advertise", "växel", "an IP address"),
    ("sip.realm", 'a"b', "1 to 64 characters"),
    ("sip.realm", "a" * 65, "1 to 64 characters"),
    ("rtp.ports", "10000", '"FIRST-LAST"'),
    ("rtp.ports", "10001-10999", '"FIRST-LAST"'),
    ("rtp.ports", "10000-10002", '"FIRST-LAST"'),
    ("rtp.ports", "10-10999", '"FIRST-LAST"'),
    ("rtp.ports", "10000-٣٣٣٣٣", '"FIRST-LAST"'),
    ("http.listen", "8080", '"ADDRESS:PORT"'),
    ("http.listen", "localhost:8080", '"ADDRESS:PORT"'),
    ("calls.max_seconds", "59", "a whole number from 60 to 86400"),
    ("calls.max_seconds", "en timme", "a whole number from 60 to 86400"),
    ("calls.drain_seconds", "3601", "a whole number from 0 to 3600"),
    ("database.dsn", "sqlite:///log", '"embedded"'),
    ("log.level", "verbose", "debug, info, warning or error"),
    ("log.format", "xml", "console or json"),
    ("data", "a\0b", "the path of a folder"),
]


def test_a_password_is_never_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        _load(environ={"VAXELN_DATABASE_DSN": "mysql://vaxeln:hemlig@db.example/log"})
    assert "is not shown" in str(caught.value) and "hemlig" not in str(caught.value)

    settings = _load(environ={"VAXELN_DATABASE_DSN": "postgres://vaxeln:hemlig@db.example/log"})

    assert "hemlig" not in f"{settings!r} {settings.database.dsn}"


@pytest.mark.parametrize(("name", "value", "allowed"), WRONG)
def test_a_wrong_value_is_named_with_its_place_and_what_is_allowed(
    name: str, value: str, allowed: str
) -> None:
    setting = SETTINGS[name]

    with pytest.raises(ConfigError) as by_environment:
        _load(environ={setting.environment: value})
    with pytest.raises(ConfigError) as by_option:
        _load(overrides={name: value})

    assert str(by_environment.value).startswith(
        f"setting {name} (environment variable {setting.environment}) is "
    )
    assert str(by_option.value).startswith(f"setting {name} (option {setting.option}) is ")
    assert f"; allowed: {allowed}" in str(by_option.value)
    assert "\n" not in str(by_option.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[sip]\nlisten = 'udp:[::]:1'", "setting sip.listen ([sip] listen in vaxeln.toml) is 'udp:[::]:1'"),
        ("[sip]\nlisten = []", "setting sip.listen ([sip] listen in vaxeln.toml) is []"),
        ("[sip]\nlisten = [5060]", "setting sip.listen ([sip] listen in vaxeln.toml) is 5060; allowed: "),
        (
            "[sip]\nlisten = ['udp:127.0.0.1:5060', 'upd:127.0.0.1:5060', 'tcp:127.0.0.1:5060']",
            "setting sip.listen ([sip] listen in vaxeln.toml) is 'upd:127.0.0.1:5060'; allowed: ",
        ),
        ("[sip]\nadvertise = 4", "setting sip.advertise ([sip] advertise in vaxeln.toml) is 4"),
        ("data = 5", "setting data (data in vaxeln.toml) is 5; allowed: the path of a folder"),
        ("data = ''", "setting data (data in vaxeln.toml) is ''"),
        ("sip = 5", "setting sip in vaxeln.toml is a section: write [sip] and its settings below"),
        ("[sip]\nlistn = []", "unknown setting [sip] listn in vaxeln.toml; did you mean sip.listen?"),
        ("[spi]\nlisten = []", "unknown setting spi in vaxeln.toml"),
        ("zzz = 5", "unknown setting zzz in vaxeln.toml; known: data, sip.listen, "),
        ("\"zz\\nz\" = 5", "unknown setting zz z in vaxeln.toml"),
        ("data", "the settings file vaxeln.toml is not TOML: "),
        ("[data]\nx = 1", "setting data (data in vaxeln.toml) is {'x': 1}"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_in_one_line(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        _load(text)

    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read the settings file .*none\.toml: No such file"):
        load_settings(tmp_path / "none.toml", {}, {})
    (tmp_path / "latin.toml").write_bytes(b'data = "\xe5"')
    with pytest.raises(ConfigError, match=r"latin\.toml is not TOML"):
        load_settings(tmp_path / "latin.toml", {}, {})


def test_an_unknown_name_that_is_like_none_of_ours_gets_all_of_them_and_the_way_to_a_file() -> None:
    with pytest.raises(ConfigError) as refused:
        _load(environ={"VAXELN_CONFIG": "x"})

    said = str(refused.value)
    assert said.startswith(
        "unknown environment variable VAXELN_CONFIG; known: VAXELN_DATA, VAXELN_SIP_LISTEN,"
    )
    assert said.endswith("; a settings file is given by --config")


@pytest.mark.parametrize("level", ["warning", "WARNING", "Warning"])
def test_levels_and_formats_are_taken_in_any_case(level: str) -> None:
    environ = {"VAXELN_LOG_LEVEL": level, "VAXELN_LOG_FORMAT": "JSON"}

    settings = _load(environ=environ).log

    assert (settings.level, settings.format) == ("warning", "json")


def test_several_addresses_are_written_with_commas_and_in_the_file_as_a_list(tmp_path: Path) -> None:
    file = tmp_path / "vaxeln.toml"
    file.write_text('[sip]\nlisten = ["udp:127.0.0.1:1", "udp:127.0.0.2:2"]\n')

    by_environment = _load(environ={"VAXELN_SIP_LISTEN": "udp:127.0.0.1:1, udp:127.0.0.2:2"})

    assert by_environment.sip.listen == load_settings(file, {}, {}).sip.listen
    assert len(by_environment.sip.listen) == 2


def test_unknown_names_get_the_nearest_one() -> None:
    with pytest.raises(
        ConfigError, match="unknown environment variable VAXELN_SIP_LISTN; did you mean VAXELN_SIP_LISTEN"
    ):
        _load(environ={"VAXELN_SIP_LISTN": "x"})
    with pytest.raises(
        ConfigError, match=r"unknown setting sip.relam on the command line; did you mean sip\.realm"
    ):
        _load(overrides={"sip.relam": "x"})


@pytest.mark.parametrize("address", ["udp:0.0.0.0:5060", "udp:127.0.0.1:1,udp:[::]:5060"])
def test_a_wildcard_address_demands_one_to_advertise(address: str) -> None:
    with pytest.raises(ConfigError) as error:
        _load(environ={"VAXELN_SIP_LISTEN": address})

    assert str(error.value).startswith(
        "setting sip.advertise is missing: sip.listen (environment variable VAXELN_SIP_LISTEN) has the"
    )
    assert (
        _load(environ={"VAXELN_SIP_LISTEN": address, "VAXELN_SIP_ADVERTISE": "192.0.2.1"}).media_host
        == "192.0.2.1"
    )


def test_a_long_value_is_shortened() -> None:
    with pytest.raises(ConfigError) as error:
        _load(overrides={"rtp.ports": "1" * 10_000})

    assert len(str(error.value)) < 300


@given(name=st.sampled_from(sorted(SETTINGS)), value=st.text())
def test_any_text_is_a_value_or_a_config_error(name: str, value: str) -> None:
    try:
        load_settings(None, {}, {name: value})
    except ConfigError as error:
        assert "\n" not in str(error)


def test_the_table_holds_every_setting() -> None:
    lines = settings_table().splitlines()

    assert len(lines) == len(SETTINGS) + 2
    assert all(setting.meaning and setting.allowed for setting in SETTINGS.values())
    assert lines[2].startswith("| `data` | `VAXELN_DATA` | `data` | The folder")
    assert SETTINGS["calls.max_seconds"].option == "--calls-max-seconds"


def test_what_a_client_reads_of_the_environment_is_no_setting() -> None:
    given = {"VAXELN_URL": "http://127.0.0.1:8080", "VAXELN_TOKEN": "vaxeln_x"}

    assert load_settings(None, given, {}) == load_settings(None, {}, {})


@pytest.mark.parametrize("missing", ["certificate", "key"])
def test_tls_needs_a_certificate_and_its_key(missing: str) -> None:
    given = {"sip.listen": "tls:127.0.0.1:5061", "sip.certificate": "own.pem", "sip.key": "own.key"}
    load_settings(None, {}, given)
    del given[f"sip.{missing}"]

    with pytest.raises(ConfigError, match=rf"setting sip\.{missing} is missing: sip\.listen .*has tls"):
        load_settings(None, {}, given)


@pytest.mark.parametrize("name", ["certificate", "key", "client_ca"])
def test_what_is_for_tls_is_not_read_and_ignored(name: str) -> None:
    given = {"sip.listen": "udp:127.0.0.1:5060", f"sip.{name}": "own.pem"}

    with pytest.raises(ConfigError, match=rf"setting sip\.{name} .*sip\.listen has no tls address"):
        load_settings(None, {}, given)


@pytest.mark.parametrize(
    ("listen", "advertise", "other"),
    [
        ("udp:127.0.0.1:5060,tcp:[::1]:5060", "", "::1"),
        ("udp:[::1]:5060,udp:127.0.0.1:5060", "", "127.0.0.1"),
        ("udp:0.0.0.0:5060,udp:[2001:db8::1]:5060", "192.0.2.1", "2001:db8::1"),
        ("udp:0.0.0.0:5060,udp:[::]:5060", "192.0.2.1", None),
        ("udp:127.0.0.1:5060,udp:127.0.0.2:5060", "", None),
    ],
)
def test_sound_of_the_other_family_has_the_address_that_sip_listens_on(
    listen: str, advertise: str, other: str | None
) -> None:
    environ = {"VAXELN_SIP_LISTEN": listen, "VAXELN_SIP_ADVERTISE": advertise}

    assert _load(environ=environ).other_host == other
