"""SUBSCRIBE to `dialog`: who may, for how long, how many (RFC 6665, RFC 4235)."""

import pytest

from telephony.legs import subscriptions
from telephony.legs.subscriptions import ENDED_AT_STOP, LONGEST, SHORTEST
from tests.support.plans import BYGGLOV, tables_of
from tests.support.stage import GROUPS, NUMBERS, TRUNKS, Stage
from tests.support.watcher import Watcher

PEOPLE = """
[people]
amina = { name = "Amina Berg", phones = ["kc1"] }
bengt = { name = "Bengt Lund", phones = ["kc2"] }
david = { name = "David Holm", phones = ["bygg1", "bygg1m"], number = "+46853061902" }
elif = { name = "Elif Yilmaz", phones = ["bygg2"] }
"""
PHONES = """
[phones]
kc1 = { display = "Kontaktcenter 1" }
kc2 = { display = "Kontaktcenter 2" }
bygg1 = { display = "Bygglov 1" }
bygg1m = { display = "Bygglov 1, mobile" }
bygg2 = { display = "Bygglov 2" }
lobby = { display = "Entrén" }
"""
WITHOUT_BYGG1 = PEOPLE.replace('"bygg1", ', "")
WITHOUT_BYGG2 = PEOPLE.replace('"bygg2"', '"lobby"')


@pytest.fixture
def stage() -> Stage:
    return Stage(people=PEOPLE, phones=PHONES)


def watcher(stage: Stage, resource: str = "bygg1", account: str = "bygg2") -> Watcher:
    return Watcher.of(stage.phone(account), account, resource)


def watching(stage: Stage, resource: str = "bygg1", account: str = "bygg2", expires: int = 600) -> Watcher:
    """Somebody who watches, and has been told that nothing is."""
    phone = watcher(stage, resource, account)
    assert phone.subscribe(expires=expires).status == 200
    assert phone.told().lamps == []
    return phone


def load(stage: Stage, **parts: str) -> None:
    """Put another plan in force."""
    given = {"trunks": TRUNKS, "groups": GROUPS, "numbers": NUMBERS, "people": PEOPLE, "phones": PHONES}
    tables = tables_of(2, **{**given, **parts})
    stage.virtual.directory.load(tables)
    stage.node.load(tables, stage.now)
    stage.pump()


# ---- who may


def test_it_is_answered_and_told_the_whole_state_at_once(stage: Stage) -> None:
    phone = watcher(stage)

    response = phone.subscribe()

    assert (response.status, response.headers.get("Expires")) == (200, "600")
    assert response.to.tag
    document = phone.told()
    assert (document.version, document.lamps) == (0, [])
    assert document.entity == "sip:bygg1@vaxeln.example"
    notify = phone.notified[0]
    assert (notify.to.tag, notify.from_.tag) == ("w", response.to.tag)
    assert notify.headers.get("Event") == "dialog"
    assert notify.headers.get("Content-Type") == "application/dialog-info+xml"
    assert phone.state == "active;expires=600"
    assert notify.contacts


@pytest.mark.parametrize("resource", ["bygg1", "david", "0853061902", "+46853061902", "bygg2"])
def test_a_colleague_is_named_by_phone_person_or_number(stage: Stage, resource: str) -> None:
    assert watcher(stage, resource).subscribe().status == 200


@pytest.mark.parametrize(
    ("account", "resource", "status"),
    [
        ("kc1", "bygg1", 403),
        ("kc1", "0853061902", 403),
        ("bygg2", "kc1", 403),
        ("bygg2", "lobby", 404),
        ("bygg2", "nobody", 404),
        ("bygg2", BYGGLOV, 404),
    ],
)
def test_others_are_not_watched(stage: Stage, account: str, resource: str, status: int) -> None:
    phone = watcher(stage, resource, account)

    assert phone.subscribe().status == status
    assert not phone.waits


def test_a_phone_of_nobody_watches_nobody(stage: Stage) -> None:
    assert Watcher.of(stage.peer("192.0.2.150"), "lobby", "bygg1").subscribe().status == 403


def test_a_password_is_needed(stage: Stage) -> None:
    stage.register("bygg2")
    phone = watcher(stage)
    phone.password = "wrong"

    assert phone.subscribe().status == 403
    assert not phone.waits


def test_a_stranger_is_403_without_a_challenge(stage: Stage) -> None:
    phone = watcher(stage)
    phone.local = "<sip:bygg2@elsewhere.example>;tag=w"

    assert phone.ask("SUBSCRIBE", "", ("Event", "dialog")).status == 403


@pytest.mark.parametrize("uri", ["sip:bygg1@elsewhere.example", "tel:+46853061902"])
def test_what_is_not_of_this_service_is_404(stage: Stage, uri: str) -> None:
    phone = watcher(stage)
    phone.target = uri

    assert phone.subscribe().status == 404


# ---- what is asked


def test_another_package_is_489(stage: Stage) -> None:
    for event in ("presence", "", "dialog.winfo"):
        response = watcher(stage).subscribe(("Event", event))
        assert (response.status, response.headers.get("Allow-Events")) == (489, "dialog")


def test_a_malformed_one_is_400(stage: Stage) -> None:
    assert watcher(stage).subscribe(("Expires", "soon")).status == 400
    assert watcher(stage).subscribe(("Event", 'dialog;id="')).status == 400
    assert watcher(stage).subscribe(("Contact", "<")).status == 400


def test_a_filter_is_415_and_another_format_406(stage: Stage) -> None:
    assert watcher(stage).subscribe(body="<filter/>").status == 415
    assert watcher(stage).subscribe(("Accept", "application/pidf+xml")).status == 406


@pytest.mark.parametrize("accept", ["text/plain, application/dialog-info+xml;q=0.5", "*/*", "application/*"])
def test_what_takes_our_format_is_taken(stage: Stage, accept: str) -> None:
    assert watcher(stage).subscribe(("Accept", accept)).status == 200


@pytest.mark.parametrize(
    ("asked", "status", "given"),
    [(None, 200, LONGEST), (999_999, 200, LONGEST), (SHORTEST, 200, SHORTEST), (SHORTEST - 1, 423, None)],
)
def test_how_long_it_lasts(stage: Stage, asked: int | None, status: int, given: int | None) -> None:
    response = watcher(stage).subscribe(expires=asked)

    assert response.status == status
    assert response.headers.get("Expires") == (str(given) if given else None)
    assert response.headers.get("Min-Expires") == (None if given else str(SHORTEST))


def test_one_that_asks_once_is_told_once(stage: Stage) -> None:
    phone = watcher(stage)

    assert phone.subscribe(expires=0).status == 200

    assert phone.told().lamps == []
    assert phone.state == "terminated;reason=timeout"
    assert len(stage.node.legs.subscriptions) == 0
    assert phone.refresh().status == 481


def test_the_id_of_an_event_is_repeated(stage: Stage) -> None:
    phone = watcher(stage)
    phone.subscribe(("Event", "Dialog; id=7;sla"))

    phone.told()

    assert phone.notified[0].headers.get("Event") == "dialog;id=7"
    assert phone.refresh(("Event", "dialog;id=8")).status == 489
    assert phone.refresh(("Event", "dialog;id=7")).status == 200


def test_routes_are_kept(stage: Stage) -> None:
    phone = watcher(stage)
    response = phone.subscribe(("Record-Route", "<sip:192.0.2.113;lr>"))

    assert response.headers.get("Record-Route") == "<sip:192.0.2.113;lr>"
    phone.told()
    assert phone.notified[0].headers.get("Route") == "<sip:192.0.2.113;lr>"


# ---- its life


def test_a_refresh_prolongs_it_and_tells_all(stage: Stage) -> None:
    phone = watching(stage)
    stage.wait(500.0)

    assert phone.refresh().status == 200

    assert phone.told().version == 1
    stage.wait(500.0)
    assert not phone.waits
    stage.wait(101.0)
    phone.told()
    assert phone.state == "terminated;reason=timeout"
    stage.assert_nothing_kept()


def test_one_unsubscribes(stage: Stage) -> None:
    phone = watching(stage)

    response = phone.refresh(expires=0)

    assert (response.status, response.headers.get("Expires")) == (200, "0")
    phone.told()
    assert phone.state == "terminated;reason=timeout"
    assert phone.refresh().status == 481
    stage.assert_nothing_kept()


def test_a_refresh_that_is_wrong_changes_nothing(stage: Stage) -> None:
    phone = watching(stage)

    assert phone.refresh(expires=5).status == 423
    assert phone.refresh(("Event", "presence")).status == 489
    phone.cseq = 0
    assert phone.refresh().status == 500
    assert not phone.waits
    assert len(stage.node.legs.subscriptions) == 1


def test_the_right_tag_of_another_dialog_is_481(stage: Stage) -> None:
    phone = watching(stage)

    phone.local = phone.local.replace("tag=w", "tag=other")

    assert phone.refresh().status == 481


def test_a_refresh_from_elsewhere_needs_the_password_and_moves_it(stage: Stage) -> None:
    phone = watching(stage)
    phone.peer = stage.peer("198.51.100.7")

    assert phone.refresh().status == 401
    fields = [("Event", "dialog"), ("Contact", phone.peer.contact), ("Expires", "600")]
    assert phone.authenticated("SUBSCRIBE", "bygg2", "", *fields).status == 200

    phone.told()  # there


def test_a_refresh_from_where_the_phone_is_registered_moves_it_too(stage: Stage) -> None:
    phone = watching(stage)
    phone.peer = stage.peer("198.51.100.7")
    assert phone.peer.register("bygg2").status == 200

    assert phone.refresh().status == 200
    phone.told()


def test_a_phone_has_no_more_than_so_many(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MOST_OF_A_PHONE", 2)
    first = watching(stage)
    watching(stage)

    assert watcher(stage).subscribe().status == 403
    assert watcher(stage).subscribe(expires=0).status == 200  # it asks once
    assert watcher(stage, "bygg1", "bygg1m").subscribe().status == 200
    first.refresh(expires=0)
    assert watcher(stage).subscribe().status == 200


def test_all_have_no_more_than_so_many(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MOST", 1)
    watching(stage)

    response = watcher(stage, "bygg1", "bygg1m").subscribe()

    assert (response.status, response.headers.get("Retry-After")) == (503, "30")


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (
            {"people": PEOPLE.replace('"bygg1", ', ""), "phones": PHONES.replace("bygg1 =", "b1 =")},
            "noresource",
        ),
        (
            {"people": PEOPLE.replace('"bygg2"', '"lobby"'), "phones": PHONES.replace("bygg2", "b2")},
            "noresource",
        ),
        ({"groups": GROUPS.replace('["david", "elif"]', '["david"]')}, "deactivated"),
    ],
)
def test_another_plan_ends_what_it_does_not_allow(stage: Stage, parts: dict[str, str], reason: str) -> None:
    phone = watching(stage)

    load(stage, **parts)

    phone.told()
    assert phone.state == f"terminated;reason={reason}"
    assert len(stage.node.legs.subscriptions) == 0


def test_another_plan_that_allows_it_changes_nothing(stage: Stage) -> None:
    phone = watching(stage)

    load(stage)
    stage.wait(5.0)

    assert not phone.waits


def test_a_person_who_gets_another_phone_is_watched_there(stage: Stage) -> None:
    phone = watching(stage, "david")
    load(stage, people=PEOPLE.replace('"bygg1", "bygg1m"', '"bygg1", "lobby"'))
    stage.register("bygg1")

    stage.call(BYGGLOV)
    stage.wait(2.0)

    assert phone.told().states == ["trying"]


def test_at_the_end_of_the_service_lamps_go_out(stage: Stage) -> None:
    phone = watching(stage)

    stage.node.legs.subscriptions.end_all(stage.now)
    stage.pump()

    phone.told()
    assert phone.state == f"terminated;reason={ENDED_AT_STOP}"


def test_a_subscribe_in_the_dialog_of_a_call_is_405(stage: Stage) -> None:
    stage.register("bygg1")
    caller = stage.call(BYGGLOV)
    stage.offered("bygg1").accept()
    caller.pick_up()

    assert caller.ask("SUBSCRIBE", "", ("Event", "dialog")).status == 405
