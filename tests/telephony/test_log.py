"""What is seen in the log, and what is not."""

import errno
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import structlog

from telephony.config import LogSettings
from telephony.log import MASK, mask, set_up_log

NUMBER = "+46701740605"


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def _json_lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_a_line_of_json_with_its_call(stream: io.StringIO) -> None:
    set_up_log(LogSettings(format="json"), stream)

    structlog.get_logger().bind(call="0192").info("call arrived", dialled="+46853061000", function="Växel")

    (event,) = _json_lines(stream)
    assert str(event.pop("timestamp")).endswith("Z")
    assert event == {
        "event": "call arrived",
        "level": "info",
        "call": "0192",
        "dialled": "+46853061000",
        "function": "Växel",
    }
    assert "Växel" in stream.getvalue()


@pytest.mark.parametrize("form", ["json", "console"])
def test_an_error_with_its_traceback_is_a_line_too(form: str, stream: io.StringIO) -> None:
    set_up_log(LogSettings.model_validate({"format": form}), stream)

    try:
        raise ValueError("line 1\nline 2")
    except ValueError:
        structlog.get_logger().exception("failed", name="a\nb\x1b[31m\u2028")

    text = stream.getvalue()
    assert text.count("\n") == 1
    assert "ValueError" in text
    assert "\x1b[31m" not in text


def test_the_console_shows_event_and_values(stream: io.StringIO) -> None:
    set_up_log(LogSettings(), stream)

    structlog.get_logger().warning("disk is full", waiting=3, where="/data")

    assert "[warning  ] disk is full" in stream.getvalue()
    assert "waiting=3" in stream.getvalue()
    assert "where=/data" in stream.getvalue()


def test_less_than_the_level_is_not_logged(stream: io.StringIO) -> None:
    set_up_log(LogSettings(level="warning"), stream)

    structlog.get_logger().info("not this")
    logging.getLogger("library").info("nor this")

    assert stream.getvalue() == ""


def test_libraries_log_in_the_same_form(stream: io.StringIO) -> None:
    set_up_log(LogSettings(format="json"), stream)

    logging.getLogger("library").error("it %s", "broke")

    (event,) = _json_lines(stream)
    assert (event["event"], event["level"]) == ("it broke", "error")


@pytest.mark.parametrize("level", ["debug", "info"])
@pytest.mark.parametrize(
    "key",
    [
        "password",
        "new_password",
        "Authorization",
        "proxy_authorization",
        "ha1",
        "nonce",
        "api-token",
        "db.dsn",
    ],
)
def test_credentials_are_never_seen(level: str, key: str) -> None:
    assert mask(None, level, {key: "x", "inner": {key: "x"}}) == {key: MASK, "inner": {key: MASK}}


@dataclass(frozen=True)
class Arrived:
    caller: str


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("caller", NUMBER, MASK),
        ("caller", "Anna", MASK),
        ("caller", None, None),
        ("caller_name", "Anna", MASK),
        ("asserted_identity", "sip:anna@example.org", MASK),
        ("from", NUMBER, MASK),
        ("from", "070-174 06 05", MASK),
        ("from_uri", f"sip:{NUMBER}@192.0.2.1;tag=1", MASK),
        ("from_uri", f'"Anna" <tel:{NUMBER}>', MASK),
        ("from_uri", "sip:anna@192.0.2.1", "sip:anna@192.0.2.1"),
        ("from_position", 17, 17),
        ("peer", "192.0.2.1:5060", "192.0.2.1:5060"),
        ("body", b"v=0", MASK),
        ("octets", b"v=0", MASK),
        ("octets", 17, 17),
        ("fact", Arrived(NUMBER), "Arrived"),
        ("dialled", "+46853061000", "+46853061000"),
        ("called", ["a"], ["a"]),
    ],
)
def test_callers_are_seen_at_debug_alone(key: str, value: object, shown: object) -> None:
    assert mask(None, "info", {key: value}) == {key: shown}
    assert mask(None, "exception", {"inner": {key: value}}) == {"inner": {key: shown}}
    assert mask(None, "debug", {key: value}) == {key: value}


@pytest.mark.parametrize("form", ["json", "console"])
def test_what_is_empty_is_left_out(form: str, stream: io.StringIO) -> None:
    set_up_log(LogSettings.model_validate({"format": form}), stream)

    structlog.get_logger().info("call_ended", by="caller", reason="", count=0)

    assert "reason" not in stream.getvalue()
    assert "count" in stream.getvalue()


def test_masking_is_part_of_the_set_up(stream: io.StringIO) -> None:
    set_up_log(LogSettings(level="debug"), stream)

    structlog.get_logger().info("call", caller=NUMBER, password="hemlig")
    structlog.get_logger().debug("call", caller=NUMBER, password="hemlig")

    assert stream.getvalue().count(NUMBER) == 1
    assert "hemlig" not in stream.getvalue()


class FullDisk(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_log_that_cannot_be_written_stops_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_log(LogSettings(), FullDisk())

    structlog.get_logger().info("call")
    logging.getLogger("library").error("broke")

    assert capsys.readouterr().err == ""
