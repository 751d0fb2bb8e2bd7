"""The settings of the service: what the machine decides, while the plan holds what the municipality decides.

A setting comes from the command line, else the environment, else the settings file (TOML), else its
default. A wrong or unknown one stops the start with a `ConfigError` of one line that names the setting, its
place and what is allowed. `SETTINGS` lists them all, for the README and `--help`.

By default the service listens on this machine alone, so that it starts anywhere and nothing is open by
accident. To take calls from the network set `sip.listen` to `udp:0.0.0.0:5060` and `sip.advertise` to the
machine's address.
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.config import JsonDict

from telephony import config_values as values
from telephony.config_values import ListenAddress as ListenAddress
from telephony.config_values import PortRange as PortRange
from telephony.dsn import EMBEDDED, Dsn
from telephony.errors import Misuse

URL_VARIABLE, TOKEN_VARIABLE = "VAXELN_URL", "VAXELN_TOKEN"
"""No settings: where a client finds a service, and what it shows there (`telephony.admin.client`)."""

_NEAR = 0.75
"""How like a known name an unknown one must be to be a slip: VAXELN_CONFIG is no VAXELN_LOG_LEVEL at 0.6."""

_SHOWN = 60
"""Characters shown of a wrong value: enough to find it, and the message stays one line."""


class ConfigError(Misuse):
    """A setting is wrong or unknown. The text is one line: the setting, its place, what is allowed."""

    def __init__(self, text: str) -> None:
        super().__init__(" ".join(text.split()))


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _field(default: object, meaning: str, allowed: str, *, secret: bool = False) -> Any:
    extra: JsonDict = {"allowed": allowed, "secret": secret}
    return Field(default=default, description=meaning, json_schema_extra=extra)


class SipSettings(_Section):
    """`[sip]`: where phones and trunks reach the service."""

    listen: Annotated[tuple[ListenAddress, ...], BeforeValidator(values.sip_addresses)] = _field(
        (ListenAddress("UDP", "127.0.0.1", 5060),),
        "Where SIP is received. The default is this machine alone.",
        '"udp:ADDRESS:PORT", also with tcp or tls, such as "udp:0.0.0.0:5060", several with commas between; '
        'in the file a list: ["udp:0.0.0.0:5060", "tls:0.0.0.0:5061"]; port 0 is any free one',
    )
    certificate: Annotated[Path, BeforeValidator(values.path)] | None = _field(
        None,
        "The certificate of the service with its chain, for TLS. A new one is taken up within a second.",
        "the path of a PEM file",
    )
    key: Annotated[Path, BeforeValidator(values.path)] | None = _field(
        None,
        "The key of the certificate, without a password.",
        "the path of a PEM file",
    )
    client_ca: Annotated[Path, BeforeValidator(values.path)] | None = _field(
        None,
        "The authorities that peers' certificates are checked by; a peer that shows one has to be of theirs.",
        "the path of a PEM file",
    )
    advertise: Annotated[str, BeforeValidator(values.advertised)] | None = _field(
        None,
        "The address that peers are told to use. Demanded when listening on 0.0.0.0 or ::.",
        'an IP address of this machine that the peers reach, such as "192.0.2.10"',
    )
    realm: Annotated[str, StringConstraints(pattern=r'^[^"\\\x00-\x1f\x7f:]{1,64}$')] = _field(
        "vaxeln",
        "The realm of the phones' passwords. Changing it makes every password invalid.",
        "1 to 64 characters without quotation mark, backslash and colon",
    )


class RtpSettings(_Section):
    """`[rtp]`: the sound."""

    ports: Annotated[PortRange, BeforeValidator(values.ports)] = _field(
        PortRange(10000, 10999),
        "The UDP ports for sound. A call takes four: RTP and RTCP on each of its two legs.",
        '"FIRST-LAST" with FIRST even, from 1024 to 65535, at least four ports, such as "10000-10999"',
    )


class DnsSettings(_Section):
    """`[dns]`: who knows what host names of gateways mean."""

    servers: Annotated[tuple[ListenAddress, ...], BeforeValidator(values.dns_servers)] = _field(
        (),
        "The DNS servers that host names of gateways are looked up with. Without any those of the system.",
        '"ADDRESS", or "ADDRESS:PORT" where it is not 53, such as "192.0.2.53", several with commas between',
    )


class HttpSettings(_Section):
    """`[http]`: health, metrics and the API."""

    listen: Annotated[ListenAddress, BeforeValidator(values.http_address)] = _field(
        ListenAddress("", "127.0.0.1", 8080),
        "Where the API, /healthz, /readyz and /metrics are served.",
        '"ADDRESS:PORT", such as "127.0.0.1:8080"; port 0 is any free one',
    )


class CallSettings(_Section):
    """`[calls]`: how long things may last."""

    max_seconds: Annotated[int, Field(ge=60, le=86400)] = _field(
        4 * 3600,
        "The longest that a call may last, in seconds.",
        "a whole number from 60 to 86400",
    )
    drain_seconds: Annotated[int, Field(ge=0, le=3600)] = _field(
        60,
        "How long running calls may go on when the service is stopped, in seconds.",
        "a whole number from 0 to 3600",
    )


class DatabaseSettings(_Section):
    """`[database]`: where the journal is shipped to."""

    dsn: Annotated[Dsn, BeforeValidator(values.dsn)] = _field(
        Dsn(EMBEDDED),
        "The PostgreSQL (15 or later) with the call log and the plan versions. Calls never wait for it.",
        '"embedded" (one of our own, in the data folder), "none", or a URL such as '
        '"postgresql://USER:PASSWORD@HOST:5432/DATABASE"',
        secret=True,
    )


class LogSettings(_Section):
    """`[log]`: what is written to standard error."""

    level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(values.lower)] = _field(
        "info",
        "The least important events that are logged. Only debug shows callers' numbers.",
        "debug, info, warning or error",
    )
    format: Annotated[Literal["console", "json"], BeforeValidator(values.lower)] = _field(
        "console",
        "How a line looks: for people or for programs.",
        "console or json",
    )


class Settings(_Section):
    """All settings of the service, checked."""

    data: Annotated[Path, BeforeValidator(values.path)] = _field(
        Path("data"),
        "The folder for the journal and the passwords; a relative one lies in the working directory.",
        "the path of a folder",
    )
    sip: SipSettings = SipSettings()
    rtp: RtpSettings = RtpSettings()
    dns: DnsSettings = DnsSettings()
    http: HttpSettings = HttpSettings()
    calls: CallSettings = CallSettings()
    database: DatabaseSettings = DatabaseSettings()
    log: LogSettings = LogSettings()

    @property
    def own_hosts(self) -> list[str]:
        """The names and addresses that mean this service in a URI."""
        return [self.sip.realm, self.media_host, *(at.host for at in self.sip.listen)]

    @property
    def media_bind(self) -> str:
        """The address that the sockets for sound are bound to: that of the first SIP socket."""
        return self.sip.listen[0].host

    @property
    def media_host(self) -> str:
        """The address that peers are told to send sound to."""
        return self.sip.advertise or self.media_bind

    @property
    def other_host(self) -> str | None:
        """Our address of the other family, IPv6 or IPv4, than `media_host`: where legs of that family send
        sound. None when no SIP socket names one."""
        is_ipv6 = ":" in self.media_host
        others = [at.host for at in self.sip.listen if (":" in at.host) != is_ipv6 and not at.is_wildcard]
        return next(iter(others), None)


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table of settings. `name` is `section.key`; the default is as in the environment."""

    name: str
    default: str
    allowed: str
    meaning: str
    is_list: bool
    is_secret: bool

    @property
    def environment(self) -> str:
        """The environment variable, such as `VAXELN_SIP_LISTEN`."""
        return f"VAXELN_{self.name.upper().replace('.', '_')}"

    @property
    def option(self) -> str:
        """The option of the command line, such as `--sip-listen`."""
        return f"--{self.name.replace('.', '-').replace('_', '-')}"


def _settings_of(model: type[BaseModel], section: str) -> Iterator[Setting]:
    for key, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _settings_of(field.annotation, f"{key}.")
            continue
        extra = field.json_schema_extra
        assert isinstance(extra, dict)
        values = field.default if isinstance(field.default, tuple) else (field.default,)
        default = ",".join(str(value) for value in values if value is not None)
        is_list = isinstance(field.default, tuple)
        meaning, allowed, secret = field.description or "", str(extra["allowed"]), bool(extra["secret"])
        yield Setting(f"{section}{key}", default, allowed, meaning, is_list, secret)


SETTINGS: Mapping[str, Setting] = {setting.name: setting for setting in _settings_of(Settings, "")}
"""Every setting by its name."""


class _Given(NamedTuple):
    value: object
    place: str


def load_settings(file: Path | None, environ: Mapping[str, str], overrides: Mapping[str, str]) -> Settings:
    """Read the settings. `overrides` are the command line's, by name (`sip.listen`), lists by comma.

    An empty environment variable counts as not given. Raises `ConfigError`.
    """
    given = _from_file(file) if file is not None else {}
    given |= _from_environment(environ)
    given |= _from_command_line(overrides)
    settings = _validated(given)
    if any(address.transport == "TLS" for address in settings.sip.listen):
        for name in ("certificate", "key"):
            if getattr(settings.sip, name) is None:
                raise ConfigError(
                    f"setting sip.{name} is missing: sip.listen ({given['sip.listen'].place}) has tls; "
                    f"allowed: {SETTINGS[f'sip.{name}'].allowed}"
                )
    else:
        for name in ("certificate", "key", "client_ca"):
            if getattr(settings.sip, name) is not None:
                raise ConfigError(
                    f"setting sip.{name} ({given[f'sip.{name}'].place}) is for TLS, and sip.listen has no "
                    'tls address; allowed: with one, such as "tls:0.0.0.0:5061"'
                )
    if settings.sip.advertise is None:
        for address in settings.sip.listen:
            if address.is_wildcard:
                raise ConfigError(
                    f"setting sip.advertise is missing: sip.listen ({given['sip.listen'].place}) "
                    f"has the wildcard address {address.host}; allowed: {SETTINGS['sip.advertise'].allowed}"
                )
    return settings


def settings_table() -> str:
    """Return all settings as a Markdown table."""
    rows = [("Setting", "Environment", "Default", "Meaning", "Allowed")]
    rows.append(("---",) * 5)
    rows += [
        (f"`{s.name}`", f"`{s.environment}`", f"`{s.default}`" if s.default else "", s.meaning, s.allowed)
        for s in SETTINGS.values()
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _from_file(file: Path) -> dict[str, _Given]:
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read the settings file {file}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"the settings file {file} is not TOML: {error}") from error
    given: dict[str, _Given] = {}
    sections = {name.partition(".")[0] for name in SETTINGS if "." in name}
    for key, value in document.items():
        if key in sections and not isinstance(value, dict):
            raise ConfigError(f"setting {key} in {file} is a section: write [{key}] and its settings below")
        if key in sections:
            given |= {f"{key}.{inner}": _Given(v, f"[{key}] {inner} in {file}") for inner, v in value.items()}
        else:
            given[key] = _Given(value, f"{key} in {file}")
    for name, (_, place) in given.items():
        if name not in SETTINGS:
            raise ConfigError(f"unknown setting {place}{_nearest(name, SETTINGS)}")
    return given


def _from_environment(environ: Mapping[str, str]) -> dict[str, _Given]:
    names = {setting.environment: setting for setting in SETTINGS.values()}
    given = {}
    for variable, text in environ.items():
        if not variable.startswith("VAXELN_") or variable in (URL_VARIABLE, TOKEN_VARIABLE):
            continue
        if variable not in names:
            hint = f"{_nearest(variable, names)}; a settings file is given by --config"
            raise ConfigError(f"unknown environment variable {variable}{hint}")
        if text:
            setting = names[variable]
            given[setting.name] = _Given(_split(setting, text), f"environment variable {variable}")
    return given


def _from_command_line(overrides: Mapping[str, str]) -> dict[str, _Given]:
    given = {}
    for name, text in overrides.items():
        setting = SETTINGS.get(name)
        if setting is None:
            raise ConfigError(f"unknown setting {name} on the command line{_nearest(name, SETTINGS)}")
        given[name] = _Given(_split(setting, text), f"option {setting.option}")
    return given


def _split(setting: Setting, text: str) -> object:
    return [part.strip() for part in text.split(",")] if setting.is_list else text


def _nearest(name: str, known: Mapping[str, object]) -> str:
    """Suggest the known name that looks most like this one, or tell them all."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=_NEAR)
    return f"; did you mean {near[0]}?" if near else f"; known: {', '.join(known)}"


def _validated(given: Mapping[str, _Given]) -> Settings:
    document: dict[str, Any] = {}
    for name, (value, _) in given.items():
        section, _, key = name.rpartition(".")
        (document.setdefault(section, {}) if section else document)[key] = value
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        location = error.errors(include_url=False)[0]["loc"]
    name = next(name for name in (str(location[0]), ".".join(map(str, location[:2]))) if name in SETTINGS)
    wrong = _wrong_item(name, given[name].value)
    shown = "not shown, as it may hold a password" if SETTINGS[name].is_secret else repr(wrong)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
    raise ConfigError(f"setting {name} ({given[name].place}) is {shown}; allowed: {SETTINGS[name].allowed}")


def _wrong_item(name: str, value: object) -> object:
    """Of a list the item that is wrong, if one alone is; of anything else all."""
    section, _, key = name.rpartition(".")
    for item in value if isinstance(value, list) else ():
        try:
            Settings.model_validate({section: {key: [item]}})
        except ValidationError:
            return item
    return value
