"""A trunk by registration at a real registrar, Kamailio, which asks who we are for all that we send."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from telephony.call import facts as f
from telephony.call.facts import Outcome
from telephony.call.trunk_facts import TrunkCredentialsRefused, TrunkRegistered, TrunkRegistrationLost
from tests.support.eventually import eventually
from tests.support.loopback import Loopback
from tests.support.peers import require_peer
from tests.support.plans import MAIN, PlanText
from tests.support.running_service import HTTP_PORT, RunningService
from tests.support.sipp import Sipp, is_bound

_CONFIG = Path(__file__).with_name("kamailio_operator.cfg")
PASSWORD = "operator-secret"


def plan(operator: str, caller: str, realm: str) -> str:
    """A trunk that registers and takes 112; another that brings a caller; a number whose answer is early."""
    return str(
        PlanText(
            trunks=f"""
[trunks.net]
gateways = ["{operator}"]
numbers = ["+4685306"]
emergency = true
[trunks.net.registration]
user = "0853061000"
realm = "{realm}"
address_of_record = "0853061000@net.example"
[trunks.pbx]
peers = ["{caller}"]
"""
        )
    )


@dataclass
class Scene:
    """A service, the operator that it registers with, and who calls."""

    service: RunningService
    sipp: Sipp
    operator: str
    caller: str
    rescue: str
    citizen: str
    log: Path

    def set_password(self, password: str) -> str:
        """As an admin does; what the command says."""
        return self.service.run("trunk", "password", "net", given=f"{password}\n")

    def figure(self) -> str:
        """What `/metrics` shows of the registration."""
        with urlopen(f"http://{self.service.host}:{HTTP_PORT}/metrics") as page:
            lines: list[str] = page.read().decode().splitlines()
        return next(line for line in lines if line.startswith("vaxeln_trunk_registered{"))

    def said(self, what: str) -> bool:
        """Whether the operator has logged this."""
        return what in self.log.read_text("utf-8", "replace")


@contextmanager
def _operator(folder: Path, network: Loopback, algorithm: str) -> Iterator[Path]:
    host = network.host(2)
    words = {
        "SERVICE_HOST": network.host(1),
        "RESCUE": f"sip:{network.host(4)}:5060",
        "REALM": "net.example",
        "PASSWORD": PASSWORD,
        "USER": "0853061000",
        "ALGORITHM": algorithm,
    }
    command = [require_peer("kamailio"), "-DD", "-E", "-f", str(_CONFIG), "-Y", str(folder)]
    command += ["-P", str(folder / "kamailio.pid"), "-l", f"udp:{host}:5060"]
    for name, value in words.items():
        command += ["-A", f'{name}="{value}"']
    log = folder / "kamailio.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        eventually(lambda: is_bound(host, 5060) or process.poll() is not None, "Kamailio listens")
        assert process.poll() is None, log.read_text("utf-8", "replace")
        yield log
    finally:
        process.terminate()
        process.wait(10)
        sys.stderr.write(f"kamailio:\n{log.read_text('utf-8', 'replace')}\n")


@contextmanager
def scene(folder: Path, algorithm: str = "SHA-256", realm: str = "net.example") -> Iterator[Scene]:
    """All of it, running."""
    network = Loopback.take()
    operator, caller = network.host(2), network.host(3)
    service = RunningService(folder, network.host(1), plan(operator, caller, realm))
    with _operator(folder, network, algorithm) as log, service, Sipp(folder, service.address) as sipp:
        yield Scene(service, sipp, operator, caller, network.host(4), network.host(5), log)


@pytest.mark.parametrize("algorithm", ["SHA-256", "MD5"])
def test_registered_called_and_calling_by_a_trunk_that_asks_who_we_are(
    tmp_path: Path, algorithm: str
) -> None:
    with scene(tmp_path, algorithm) as town:
        said = town.set_password(PASSWORD)
        assert said == "The password of trunk net is set, for 0853061000 in the realm 'net.example'.\n"
        registered = town.service.await_fact(TrunkRegistered, seconds=3.0)
        assert registered.registrar == (town.operator, 5060)
        assert town.figure() == 'vaxeln_trunk_registered{trunk="net"} 1'
        assert f"trunk net: registered at {town.operator}:5060\n" in town.service.run("status")

        # 112 through it: INVITE and BYE are challenged
        rescue = town.sipp.start("member_answers", town.rescue)
        call = town.sipp.play("caller_talks", town.caller, dialled="112")
        rescue.wait()
        assert all(town.said(f"asked: {method}") for method in ("INVITE", "BYE"))
        town.service.await_idle()

        # and a call to the number by To, which comes to our Contact
        town.sipp.play(
            "caller_refused", town.citizen, "-rsa", f"{town.operator}:5060", dialled=MAIN, status="480"
        )
        town.service.await_idle()
        records = {record.dialled: record for record in town.service.records()}
        assert records["112"].outcome is Outcome.ANSWERED and records["112"].sip_call_id == call.call_id
        assert (records[MAIN].origin_name, records[MAIN].number) == ("net", MAIN)
        assert not [fact for fact in town.service.facts_of(f.MemberRefused) if fact.status in (401, 407)]

        town.service.stop()
        assert [fact.why for fact in town.service.facts_of(TrunkRegistrationLost)][-1] == "left"
        eventually(lambda: town.said("taken: 0853061000 for 0"), "the operator let us go")
        assert PASSWORD not in town.service.log()


def test_a_wrong_password_is_told_once_and_a_right_one_taken_up_within_a_second(tmp_path: Path) -> None:
    with scene(tmp_path) as town:
        town.set_password("not this one")
        wrong = town.service.await_fact(
            TrunkCredentialsRefused, seconds=3.0, such_that=lambda fact: fact.why == "password"
        )
        assert (wrong.method, wrong.realm) == ("REGISTER", "net.example")
        assert town.figure() == 'vaxeln_trunk_registered{trunk="net"} 0'
        assert "trunk_credentials_refused" in town.service.log()
        assert "not this one" not in town.service.log()

        town.set_password(PASSWORD)

        assert town.service.await_fact(TrunkRegistered, seconds=3.0)


def test_another_realm_gets_nothing(tmp_path: Path) -> None:
    with scene(tmp_path, realm="other.example") as town:
        town.set_password(PASSWORD)

        refused = town.service.await_fact(TrunkCredentialsRefused, such_that=lambda fact: fact.why == "realm")

        assert refused.realm == "net.example"
        assert not town.service.facts_of(TrunkRegistered)
