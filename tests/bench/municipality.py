"""A municipality for load: every number is answered by one person, and one sipp plays all their phones."""

import socket
from pathlib import Path

from telephony.secrets import PhoneSecrets
from telephony.sip.framing import parse_datagram
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response
from tests.support.live_town import PASSWORD, digest_answer
from tests.support.running_service import REALM

PEOPLE = 700
"""How many calls can run at once: each person is in one call at a time."""

REGISTRATION = "registration-of-"
"""How the Call-ID of a registration begins; the phone follows."""

ANSWER_SECONDS = 5.0

_PREFIX = "+46853061"
NUMBERS = [f"{_PREFIX}{index:03}" for index in range(PEOPLE)]
TOGETHER = 10
TOGETHER_NUMBER = f"{_PREFIX}999"
"""A number whose call rings so many people at once."""

PHONES = [f"phone{index}" for index in range(PEOPLE)]


def plan(caller_host: str) -> str:
    """The plan as TOML. Calls come from `caller_host`, at any hour."""
    lines = [
        '[municipality]\nname = "Bench"',
        f'main_number = "{NUMBERS[0]}"',
        f'[trunks.operator]\npeers = ["{caller_host}"]\nnumbers = ["{_PREFIX}"]',
        '[calendars.always]\nopen = "always"',
    ]
    for index, (number, phone) in enumerate(zip(NUMBERS, PHONES, strict=True)):
        group = f"group{index}" if index else "kontaktcenter"
        lines += [
            f'[phones.{phone}]\ndisplay = "Phone {index}"\noptions = false',
            f'[people.person{index}]\nname = "Person {index}"\nphones = ["{phone}"]',
            f'[groups.{group}]\nname = "Group {index}"\nmembers = ["person{index}"]',
            f'[numbers."{number}"]\nfunction = "Function {index}"\ncalendar = "always"',
            f'destination.group = "{group}"',
        ]
    members = [f"person{index}" for index in range(TOGETHER)]
    lines += [
        f'[groups.together]\nname = "Together"\nmembers = {members}',
        f'[numbers."{TOGETHER_NUMBER}"]\nfunction = "Together"\ncalendar = "always"',
        'destination.group = "together"',
    ]
    return "\n".join(lines)


def set_passwords(data: Path) -> None:
    """Give every phone its password, before the service starts."""
    PhoneSecrets(data / "secrets").set_passwords(REALM, dict.fromkeys(PHONES, PASSWORD))


def register(service: tuple[str, int], phones: tuple[str, int]) -> None:
    """Register every phone from the address where sipp will answer for them."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(phones)
        line.connect(service)
        line.settimeout(ANSWER_SECONDS)
        for phone in PHONES:
            challenge = _ask(line, register_request(phone, service, phones, 1))
            assert challenge.status == 401, challenge.status
            request = register_request(phone, service, phones, 2)
            challenges = challenge.headers.get_all("WWW-Authenticate")
            request.headers.set("Authorization", digest_answer(challenges, phone, service[0]))
            answer = _ask(line, request)
            assert answer.status == 200, answer.status


def register_request(phone: str, service: tuple[str, int], phones: tuple[str, int], cseq: int) -> Request:
    """A REGISTER of the phone at this address, for an hour, yet without credentials."""
    host, port = phones
    identity = f"<sip:{phone}@{service[0]}>"
    fields = [
        ("Via", f"SIP/2.0/UDP {host}:{port};branch=z9hG4bK{phone}.{cseq};rport"),
        ("Max-Forwards", "70"),
        ("From", f"{identity};tag={phone}"),
        ("To", identity),
        ("Call-ID", f"{REGISTRATION}{phone}"),
        ("CSeq", f"{cseq} REGISTER"),
        ("Contact", f"<sip:{phone}@{host}:{port}>"),
        ("Expires", "3600"),
    ]
    return Request("REGISTER", f"sip:{service[0]}", Headers(fields))


def _ask(line: socket.socket, request: Request) -> Response:
    line.send(request.to_bytes())
    while True:
        answer = parse_datagram(line.recv(65_535))
        if isinstance(answer, Response) and str(answer.cseq) == str(request.cseq):
            return answer
