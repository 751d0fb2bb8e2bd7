"""What is installed is whole: sounds, SQL and the demo's plan are in the wheel, tests are not."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parent.parent
PARTS = ("telephony", "routing", "metrics", "pyproject.toml", "README.md", "LICENSE")
BUILD = "from setuptools import build_meta; import sys; print(build_meta.build_wheel(sys.argv[1]))"


def test_the_wheel_holds_sounds_sql_and_the_demo_plan(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in PARTS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)

    built = subprocess.run(
        [sys.executable, "-c", BUILD, str(tmp_path)], cwd=source, capture_output=True, text=True, check=True
    )

    wheel = tmp_path / built.stdout.splitlines()[-1]
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    prompts = {str(path.relative_to(ROOT)) for path in (ROOT / "telephony/media/prompts").rglob("*.wav")}
    assert "telephony/media/prompts/tone/dial.wav" in prompts and prompts <= names
    assert "telephony/demo/botkyrka-demo.toml" in names
    statements = {str(path.relative_to(ROOT)) for path in (ROOT / "telephony/archive/sql").rglob("*.sql")}
    assert statements and statements <= names
    assert "routing/decide.py" in names and "metrics/observer.py" in names
    assert not [name for name in names if name.startswith(("tests", "deploy"))]
