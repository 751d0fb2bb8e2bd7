import pytest

from routing.compile import compile_plan
from routing.errors import PlanInvalid
from routing.tables import RegistrationRow
from tests.support.plans import plan_of


def row(registration: str) -> RegistrationRow | None:
    text = f'[trunks.net]\ngateways = ["192.0.2.40"]\n[trunks.net.registration]\n{registration}\n'
    return compile_plan(plan_of(trunks=text)).trunks["net"].registration


def refusal(registration: str) -> str:
    with pytest.raises(PlanInvalid) as refused:
        row(registration)
    return str(refused.value)


@pytest.mark.parametrize(
    ("registration", "number", "domain"),
    [
        ('user = "1000"\nrealm = "net.example"', "1000", "net.example"),
        ('user = "1000@sip.example"\nrealm = "A realm"', "1000", "sip.example"),
        ('user = "1000"\nrealm = "A realm"\naddress_of_record = "08@[2001:db8::1]"', "08", "[2001:db8::1]"),
    ],
)
def test_who_we_are_is_what_the_plan_says_and_follows_from_it(
    registration: str, number: str, domain: str
) -> None:
    found = row(registration)

    assert found is not None
    assert (found.number, found.domain, found.expires) == (number, domain, 3600)


def test_a_trunk_is_known_by_the_user_that_we_register_there() -> None:
    text = '[trunks.net]\ngateways = ["192.0.2.40"]\n[trunks.net.registration]\nuser="1"\nrealm="a"\n'
    tables = compile_plan(plan_of(trunks=text))

    assert dict(tables.registered_users) == {"1": "net"}


@pytest.mark.parametrize(
    ("registration", "said"),
    [
        ('user = "1000"', "realm: must be given"),
        ('realm = "net.example"', "user: must be given"),
        ('user = "1000"\nrealm = "A realm"', "must be given here, for user and realm make none"),
        ('user = "1000"\nrealm = "a"\naddress_of_record = "1000"', "must be USER@DOMAIN"),
        ('user = "10:00"\nrealm = "a"', "user"),
        ('user = "10\\"00"\nrealm = "a"', "user"),
        ('user = "1000"\nrealm = "a"\nexpires = 59', "expires"),
        ('user = "1000"\nrealm = "a"\npassword = "very-secret"', "unknown key; allowed here: user, realm"),
    ],
)
def test_what_is_wrong_is_named(registration: str, said: str) -> None:
    message = refusal(registration)

    assert said in message
    assert "very-secret" not in message


def test_a_trunk_without_peers_is_known_by_its_registration_alone() -> None:
    with pytest.raises(PlanInvalid, match="peers must name at least one"):
        plan_of(trunks='[trunks.net]\ngateways = ["192.0.2.40"]\n')
    with pytest.raises(PlanInvalid, match="peers must name at least one"):
        plan_of(trunks='[trunks.net]\n[trunks.net.registration]\nuser = "1"\nrealm = "a"\n')
