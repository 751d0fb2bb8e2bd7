from pathlib import Path
from typing import Any

import pytest

from telephony.admin.client import Client
from telephony.admin.errors import ServiceAway
from telephony.admin.wire import MAX_PAGE
from telephony.cli_remote import Place, ask, ask_if_running, listed, segment
from telephony.config import TOKEN_VARIABLE, URL_VARIABLE
from telephony.tokens import Role
from tests.support.administration import Town, record
from tests.support.command_line import served


async def status(client: Client) -> Any:
    return (await client.ask("GET", "/status")).value["status"]


def test_the_socket_in_the_data_folder_is_asked(tmp_path: Path) -> None:
    with served(tmp_path):
        assert ask(Place(tmp_path), status) == "ok"
        assert ask_if_running(Place(tmp_path), status) == "ok"


def test_by_url_the_token_of_the_environment_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path) as desk:
        monkeypatch.setenv(TOKEN_VARIABLE, desk.token[Role.READER])
        assert ask(Place(tmp_path / "other", desk.url), status) == "ok"
        monkeypatch.setenv(URL_VARIABLE, desk.url)
        assert ask(Place(tmp_path / "other"), status) == "ok"


def test_where_no_service_runs_one_line_says_what_comes_instead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask_if_running(Place(tmp_path), status, "this is old") is None
    said = capsys.readouterr().err
    assert (
        said
        == f"vaxeln: no Växeln answers at {tmp_path}/admin.sock: No such file or directory; this is old\n"
    )
    assert ask_if_running(Place(tmp_path), status) is None
    assert capsys.readouterr().err == ""


def test_nothing_here_stands_in_for_a_service_by_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "x")

    with pytest.raises(ServiceAway, match="no Växeln answers at http://127"):
        ask_if_running(Place(tmp_path, "http://127.0.0.1:1"), status, "this is old")


@pytest.mark.parametrize("most", [1, MAX_PAGE, MAX_PAGE + 3, None])
def test_a_list_is_read_page_by_page(tmp_path: Path, most: int | None) -> None:
    town = Town(records=[record(index) for index in range(1, 2 * MAX_PAGE + 2)])
    with served(tmp_path, town):
        found = ask(Place(tmp_path), lambda client: listed(client, "/calls", most=most))

    expected = town.records[:most]
    assert [call["id"] for call in found] == [row.id for row in expected]


def test_whatever_is_typed_is_one_step_of_a_path() -> None:
    assert segment("08/53 ?#%") == "08%2F53%20%3F%23%25"
