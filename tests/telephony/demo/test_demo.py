from pathlib import Path

from routing.compile import compile_plan
from routing.load import load_plan
from telephony.demo.demo import kept_lines
from telephony.demo.ports import PortBlock
from telephony.demo.running import RunningService
from telephony.demo.town import PLAN, Town


def test_who_keeps_the_service_is_told_how_to_put_a_softphone_on_it(tmp_path: Path) -> None:
    tables = compile_plan(load_plan(PLAN.read_text("utf-8")))
    service = RunningService(tmp_path, PLAN, PortBlock(20000))
    service.address, service.http = ("127.0.0.1", 5070), "http://127.0.0.1:8090/healthz"
    passwords = {account: f"hemligt-{account}" for account in tables.phones}

    text = "\n".join(kept_lines(Town(tables, service, {}, passwords)))

    assert "127.0.0.1:5070, UDP" in text
    assert "http://127.0.0.1:8090/healthz" in text
    assert f"VAXELN_DATA={tmp_path / 'data'} vaxeln calls" in text
    assert "medborgare   hemligt-medborgare En medborgare" in text
    assert all(password in text for password in passwords.values())
    assert "Ctrl-C" in text
