"""The README's commands for the API, run as they stand there, by bash and curl."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from telephony.admin.values import Draft, Form
from tests.support.administration import Town
from tests.support.api import Desk
from tests.support.peers import require_peer

ROOT = Path(__file__).resolve().parents[2]


def commands() -> str:
    """What stands between the marks; an empty line goes before each answer, for curl ends none."""
    text = (ROOT / "README.md").read_text("utf-8")
    block = text.partition("<!-- api")[2].partition("<!-- end of api -->")[0].partition("```\n")[2]
    text = block.partition("```")[0]
    return text.replace("\napi ", "\necho; api ").replace("\napply ", "\necho; apply ")


async def keep_house(desk: Desk) -> None:
    """Take up tokens, as a running service does once a second."""
    while True:
        desk.tokens.reload_if_changed()
        await asyncio.sleep(0.1)


def test_the_commands_do_what_they_say(tmp_path: Path) -> None:
    require_peer("curl")
    plan = (ROOT / "deploy" / "botkyrka.toml").read_text("utf-8")
    town = Town(first_plan=Draft(plan, Form.TOML), now=datetime.now(UTC))
    said: list[str] = []

    async def ask(desk: Desk) -> None:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        script = commands().replace("http://127.0.0.1:8080", desk.url)
        shell = await asyncio.create_subprocess_exec(
            "bash",
            "-euc",
            script,
            cwd=tmp_path,
            env={**os.environ, "PATH": path, "VAXELN_DATA": str(tmp_path)},
            stdout=asyncio.subprocess.PIPE,
        )
        keeping_house = asyncio.create_task(keep_house(desk))
        out, _ = await shell.communicate()
        keeping_house.cancel()
        said.extend(line for line in out.decode().splitlines() if line)
        assert shell.returncode == 0

    Desk(tmp_path, town).run(ask)

    override, number, explanation, diff, applied, lost = [json.loads(line) for line in said]
    assert (override["open"], override["reason"]) == (False, "Fire drill")
    assert number["override"]["owner"] == "Anna, Kontaktcenter"
    assert explanation["number"] == "+46853061000"
    assert diff["count"] > 0
    assert (applied["version"], applied["author"], applied["reason"]) == (2, "anna", "Longer ringing")
    assert (lost["status"], lost["type"]) == (412, "/api/v1/docs#lost-race")
    assert [entry[0] for entry in town.journalled] == ["plan", "override", "override ended", "plan"]
