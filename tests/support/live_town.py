"""A small municipality on loopback addresses: a running service, an operator, phones that sipp plays."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from telephony.call import facts as f
from telephony.call.record import Record
from tests.support.eventually import eventually
from tests.support.loopback import Loopback
from tests.support.running_service import REALM, RunningService
from tests.support.sipp import Sipp, SippRun

KONTAKTCENTER = "+46853061000"  # anna and david together
BYGGLOV = "+46853061100"  # bertil and cecilia together, ring for 2 s, then Kontaktcenter
FORSKOLA = "+46853061200"  # cecilia alone, rings for 1 s, then 480
CLOSED = "+46853061300"
CLOSED_EARLY = "+46853061400"
FASTIGHET = "+46853061500"  # david alone
PARK = "+46853061600"  # erik alone
CLOSED_BRIEFLY = "+46853061350"  # what is heard there is over in 3 s
MENU = "+46853061700"  # 1 is Fastighet, 2 closed briefly, 3 Bygglov; 0 or nothing Kontaktcenter
VOICEMAIL = "+46853061800"  # closed, with a voicemail
VAKT = "+46853061860"  # erik alone, rings for 2 s; one call that he misses gives him a pause
AWAY = "+46853061900"  # david, and fredrik on a mobile behind the operator, together
UNKNOWN = "+46853061999"  # in the municipality's series, but nobody's

BRIEF = "wrong_key"
"""The shortest prompt that a plan may name, with 3 s: where tests hear one to its end."""

PASSWORD = "correct-horse-battery"
PHONES = ("anna", "bertil", "cecilia", "david", "erik")
OLD_PHONES = ("david", "erik")  # who have baresip 1.0, which knows MD5 alone

_SERVICE, _OPERATOR, _FIRST_SOS, _SECOND_SOS, _BACKUP_SOS = 1, 2, 3, 4, 5
_STRANGER, _FIRST_PHONE, _FIRST_LINE = 9, 11, 31
_LINES = 4

_HASHES = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}


class Town:
    """What a test of the running service needs. The service listens when this exists."""

    def __init__(self, network: Loopback, service: RunningService, sipp: Sipp) -> None:
        self.service = service
        self.sipp = sipp
        self.operator = network.host(_OPERATOR)
        self.first_sos = network.host(_FIRST_SOS)
        self.second_sos = network.host(_SECOND_SOS)
        self.backup_sos = network.host(_BACKUP_SOS)  # the second gateway of the second trunk
        self.stranger = network.host(_STRANGER)
        self.lines = [network.host(_FIRST_LINE + line) for line in range(_LINES)]  # more of the operator's
        self._network = network
        self._registered: dict[str, Sequence[str]] = {}

    @contextmanager
    def anew(self) -> Iterator["Town"]:
        """The town as it was at the start, for one of several tests: nobody is registered, nothing was."""
        self.service.forget()
        try:
            yield self
        finally:
            for user, options in self._registered.items():
                self._register(user, options, expires="0", contact="*", sip_call_id=f"farewell-of-{user}")
            self._registered.clear()
            eventually(lambda: not self.service.registered(), "nobody is registered any more")

    def phone(self, user: str) -> str:
        """The address of a person's phone."""
        return self._network.host(_FIRST_PHONE + PHONES.index(user))

    def register(self, *users: str, options: Sequence[str] = ()) -> None:
        """Register phones from the addresses where sipp, with these options, will answer for them."""
        for user in users:
            self._registered[user] = options
            self._register(user, options)

    def note_registered(self, user: str, options: Sequence[str] = ()) -> None:
        """The user's phone has registered, by whatever means: `anew` unregisters it at the end."""
        self._registered.setdefault(user, options)

    def _register(self, user: str, options: Sequence[str], **blanks: str) -> None:
        challenge = self.send_register(user, status="401", options=options, **blanks)
        offered = challenge.received("SIP/2.0 401")[0].headers("WWW-Authenticate")
        algorithm = "MD5" if user in OLD_PHONES else "SHA-256"
        answer = digest_answer(offered, user, self.service.host, algorithm)
        self.send_register(user, answer, cseq="2", options=options, **blanks)

    def send_register(
        self,
        user: str,
        authorization: str = "",
        *,
        status: str = "200",
        cseq: str = "1",
        expires: str = "600",
        contact: str = "",
        sip_call_id: str = "",
        options: Sequence[str] = (),
    ) -> SippRun:
        """One REGISTER from the address of the user's phone (of a stranger, if there is none)."""
        host = self.phone(user) if user in PHONES else self.stranger
        if status == "200":
            self.note_registered(user, options)
        return self.sipp.play(
            "register",
            host,
            *options,
            user=user,
            status=status,
            cseq=cseq,
            expires=expires,
            contact=contact or f"<sip:{user}@{host}:5060>",
            authorization=f"Authorization: {authorization}\n" if authorization else "",
            sip_call_id=sip_call_id or f"registration-of-{user}",
        )

    def record_of(self, caller: SippRun) -> Record:
        """The finished record of the call that this run made."""
        sip_call_id = caller.call_id
        return eventually(
            lambda: next(
                (
                    record
                    for record in self.service.records()
                    if record.sip_call_id == sip_call_id and record.outcome is not None
                ),
                None,
            ),
            f"the call {sip_call_id} is over",
        )

    def assert_calm(self) -> None:
        """No leg of any call is left open, and each has ended once."""
        self.service.await_idle()
        ended = [fact.leg for fact in self.service.facts() if isinstance(fact, f.LegEnded | f.MemberRefused)]
        assert sorted(ended) == sorted(set(ended))


@contextmanager
def town(
    folder: Path,
    settings: Mapping[str, str] | None = None,
    network: Loopback | None = None,
    more_peers: Sequence[str] = (),
    *,
    direct: bool = False,
) -> Iterator[Town]:
    """A town whose service runs within, in this network if one is given. The operator has `more_peers`.
    `direct`: sound goes past it wherever it may, and nobody hands on by keys."""
    network = network or Loopback.take()
    text = plan(network, more_peers)
    if direct:
        text = text.replace('transfer_code = "**"', "")
        text += '[nets.all]\nprefixes = ["127.0.0.0/8"]\ndirect = true\n'
    service = RunningService(folder, network.host(_SERVICE), text, settings)
    for user in PHONES:
        service.set_password(user, PASSWORD)
    with service, Sipp(folder, service.address) as sipp:
        yield Town(network, service, sipp)


def digest_answer(
    challenges: list[str],
    user: str,
    host: str,
    algorithm: str = "SHA-256",
    password: str = PASSWORD,
    method: str = "REGISTER",
) -> str:
    """The Authorization that answers a 401 (RFC 7616 3.4.1), made without code of the service."""
    (challenge,) = [text for text in challenges if f"algorithm={algorithm}" in text]
    (nonce,) = re.findall(r'nonce="([^"]+)"', challenge)
    uri, nc, cnonce = f"sip:{host}", "00000001", "0a4f113b"

    def digest(*parts: str) -> str:
        return _HASHES[algorithm](":".join(parts).encode()).hexdigest()

    secret = digest(user, REALM, password)
    response = digest(secret, nonce, nc, cnonce, "auth", digest(method, uri))
    return (
        f'Digest username="{user}", realm="{REALM}", nonce="{nonce}", uri="{uri}", response="{response}", '
        f'algorithm={algorithm}, qop=auth, nc={nc}, cnonce="{cnonce}"'
    )


def _person(user: str) -> str:
    return f"""
[phones.{user}]
display = "{user.title()}"
legacy_digest = {"true" if user in OLD_PHONES else "false"}
options = false
[people.{user}]
name = "{user.title()}"
phones = ["{user}"]
"""


def plan(network: Loopback, more_peers: Sequence[str] = ()) -> str:
    """The town as TOML: its operator and 112 are hosts of this network."""
    people = "\n".join(_person(user) for user in PHONES)
    lines = [network.host(_FIRST_LINE + line) for line in range(_LINES)]
    operator = ", ".join(f'"{host}"' for host in (*lines, *more_peers))
    return f"""
[municipality]
name = "Botkyrka kommun"
main_number = "{KONTAKTCENTER}"
transfer_code = "**"
outside = ["mobile"]

[trunks.operator]
outside = true
options = false
peers = ["{network.host(_OPERATOR)}", {operator}]
numbers = ["+4685306"]
[trunks.first_sos]
peers = ["{network.host(_FIRST_SOS)}"]
emergency = true
options = false
[trunks.second_sos]
peers = ["{network.host(_SECOND_SOS)}"]
gateways = ["{network.host(_SECOND_SOS)}", "{network.host(_BACKUP_SOS)}"]
emergency = true
options = false

{people}

[groups.kontaktcenter]
name = "Kontaktcenter"
members = ["anna", "david"]
ring_seconds = 20
[groups.bygglov]
name = "Bygglov"
members = ["bertil", "cecilia"]
ring_seconds = 2
[groups.forskola]
name = "Förskola"
members = ["cecilia"]
ring_seconds = 1

[groups.fastighet]
name = "Fastighet"
members = ["david"]
[groups.park]
name = "Park"
members = ["erik"]
short_code = "7"
[groups.vakt]
name = "Vakt"
members = ["erik"]
ring_seconds = 2
queue = {{ missed_limit = 1, staffed_only = false }}
[people.fredrik]
name = "Fredrik"
mobile = "+46701740699"
[groups.away]
name = "Jour"
members = ["david", "fredrik"]
ring_seconds = 30

[calendars.always]
open = "always"
[calendars.never]
open = "never"

[numbers."{KONTAKTCENTER}"]
function = "Kontaktcenter"
calendar = "always"
destination = {{ group = "kontaktcenter" }}
[numbers."{BYGGLOV}"]
function = "Bygglov"
calendar = "always"
destination = {{ group = "bygglov" }}
[numbers."{FORSKOLA}"]
function = "Förskola"
calendar = "always"
destination = {{ group = "forskola" }}
no_answer = {{ reject = 480 }}
[numbers."{CLOSED}"]
function = "Medborgarkontor"
calendar = "never"
destination = {{ group = "kontaktcenter" }}
[numbers."{CLOSED_BRIEFLY}"]
function = "Turistbyrån"
calendar = "never"
destination = {{ group = "kontaktcenter" }}
closed = {{ announcement = "{BRIEF}" }}
[numbers."{CLOSED_EARLY}"]
function = "Biblioteket"
calendar = "never"
destination = {{ group = "kontaktcenter" }}
closed = {{ announcement = "closed", early = true }}
[numbers."{FASTIGHET}"]
function = "Fastighet"
calendar = "always"
destination = {{ group = "fastighet" }}
[numbers."{AWAY}"]
function = "Jour"
calendar = "always"
destination = {{ group = "away" }}
[numbers."{PARK}"]
function = "Park"
calendar = "always"
destination = {{ group = "park" }}
[numbers."{VAKT}"]
function = "Vakt"
calendar = "always"
destination = {{ group = "vakt" }}
[numbers."{MENU}"]
function = "Växel"
calendar = "always"
destination = {{ menu = "val" }}
[numbers."{VOICEMAIL}"]
function = "Efter stängning"
calendar = "never"
destination = {{ group = "kontaktcenter" }}
closed = {{ voicemail = "kontaktcenter" }}
[menus.val]
prompt = "{BRIEF}"
wait_seconds = 1.0
tries = 1
extensions = {{ series = "+468530", digits = 5 }}
[menus.val.keys]
1 = {{ number = "{FASTIGHET}" }}
2 = {{ number = "{CLOSED_BRIEFLY}" }}
3 = {{ number = "{BYGGLOV}" }}
[voicemails.kontaktcenter]
function = "Kontaktcenter"
greeting = "voicemail"
text = "Kontaktcenter, 08-530 610 00"
"""
