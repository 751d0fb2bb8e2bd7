import subprocess
import sys

import pytest

from telephony.cli import main


def test_the_service_can_be_kept(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["demo", "--help"])

    assert "--keep" in capsys.readouterr().out


def test_nothing_but_the_demonstration_itself_loads_the_other_telephone_system() -> None:
    program = "import sys, telephony.cli as c; c._parser([]); print('pyVoIP' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
