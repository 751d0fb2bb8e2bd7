"""Who PostgreSQL runs as."""

import os
import pwd
from pathlib import Path

import pytest

from telephony.archive.errors import EmbeddedUnusable
from telephony.archive.server_user import ServerUser, server_user
from tests.support.postgres import open_folder

NOBODY = pwd.getpwnam("nobody")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run it as another user")


def test_whoever_is_not_root_runs_it_himself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4711)

    user = server_user(tmp_path)

    assert (user.uid, user.switch, user.popen_options()) == (4711, False, {})
    user.own(tmp_path)
    user.demand_access(tmp_path)


@as_root
def test_root_has_another_run_it(tmp_path: Path) -> None:
    user = server_user(tmp_path / "postgres")

    assert user.uid != 0 and user.switch
    assert user.popen_options() == {"user": user.uid, "group": user.gid, "extra_groups": []}


@as_root
def test_the_owner_of_the_data_goes_on_with_it(tmp_path: Path) -> None:
    os.chown(tmp_path, NOBODY.pw_uid, NOBODY.pw_gid)

    assert server_user(tmp_path).name == "nobody"


@as_root
def test_it_is_an_error_when_there_is_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.archive.server_user.STAND_INS", ("no-such-user",))

    with pytest.raises(EmbeddedUnusable, match="no user is named no-such-user"):
        server_user(tmp_path / "postgres")


def test_the_folder_that_hides_the_data_is_named() -> None:
    stranger = os.geteuid() + 4711
    user = ServerUser(stranger, stranger, "nobody", switch=True)
    with open_folder() as folder:
        home = folder / "home"
        data = home / "data" / "postgres"
        data.parent.mkdir(parents=True)
        home.chmod(0o700)
        with pytest.raises(EmbeddedUnusable, match=f"{home} hides {data} from the user nobody"):
            user.demand_access(data)
        home.chmod(0o701)
        user.demand_access(data)
