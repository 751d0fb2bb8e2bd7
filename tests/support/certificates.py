"""Certificates for tests, made by openssl: an authority, and what it has signed."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.peers import require_peer


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key, as PEM files."""

    chain: Path
    key: Path


class Authority:
    """Signs certificates; its own is `certificate`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.certificate = folder / "ca.pem"
        self._key = folder / "ca.key"
        options = ["-x509", "-keyout", self._key, "-out", self.certificate, "-subj", "/CN=Test authority"]
        _openssl("req", *_NEW_KEY, *options, "-days", "2")

    def issue(self, name: str, *alternatives: str) -> Issued:
        """A certificate for these, such as `DNS:phone.example` and `IP:127.0.0.1`."""
        issued = Issued(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        options = [
            "-x509",
            "-CA",
            self.certificate,
            "-CAkey",
            self._key,
            "-subj",
            f"/CN={name}",
            "-days",
            "2",
        ]
        options += ["-addext", f"subjectAltName={','.join(alternatives)}"]
        options += ["-addext", "basicConstraints=CA:FALSE"]
        _openssl("req", *_NEW_KEY, *options, "-keyout", issued.key, "-out", issued.chain)
        return issued


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _openssl(*arguments: object) -> None:
    command = [require_peer("openssl"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
