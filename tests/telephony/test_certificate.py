"""The certificate: read, taken up anew, and kept when the new one is broken."""

import os
import shutil
from pathlib import Path

import pytest

from telephony.certificate import Certificate, certificate_of
from telephony.config import load_settings
from telephony.private_files import SecretsUnusable
from tests.support.certificates import Authority, Issued


@pytest.fixture(name="authority", scope="module")
def _authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def put(issued: Issued, folder: Path) -> Issued:
    """Copies of the files, to be changed."""
    copies = Issued(folder / "chain.pem", folder / "key.pem")
    shutil.copy(issued.chain, copies.chain)
    shutil.copy(issued.key, copies.key)
    return copies


def test_a_new_certificate_is_taken_up_and_a_broken_one_is_not(authority: Authority, tmp_path: Path) -> None:
    files = put(authority.issue("one", "DNS:one.example"), tmp_path)
    certificate = Certificate(files.chain, files.key, authority.certificate)
    assert not certificate.reload_if_changed()

    put(authority.issue("two", "DNS:two.example"), tmp_path)
    assert certificate.reload_if_changed()
    assert not certificate.reload_if_changed()

    files.chain.write_text("no certificate")
    with pytest.raises(SecretsUnusable, match=r"no certificate with its key: .*chain\.pem"):
        certificate.reload_if_changed()
    with pytest.raises(SecretsUnusable):  # it goes on being looked at
        certificate.reload_if_changed()


def test_a_file_that_is_missing_or_unreadable_is_named(authority: Authority, tmp_path: Path) -> None:
    files = put(authority.issue("one", "DNS:one.example"), tmp_path)

    with pytest.raises(SecretsUnusable, match=r"cannot read .*/nothing: No such file"):
        Certificate(tmp_path / "nothing", files.key, None)
    with pytest.raises(SecretsUnusable, match=r"cannot read .*: Is a directory"):
        Certificate(files.chain, files.key, tmp_path)
    with pytest.raises(SecretsUnusable, match=r"sip\.client_ca"):
        Certificate(files.chain, files.key, files.key)


def test_a_key_with_a_password_is_refused_without_asking(authority: Authority, tmp_path: Path) -> None:
    files = put(authority.issue("one", "DNS:one.example"), tmp_path)
    assert (
        os.system(f"openssl ec -aes128 -passout pass:abcd -in {files.key} -out {tmp_path}/locked 2>/dev/null")
        == 0
    )

    with pytest.raises(SecretsUnusable, match=r"sip\.key"):
        Certificate(files.chain, tmp_path / "locked", None)


def test_settings_without_tls_have_none(authority: Authority) -> None:
    issued = authority.issue("one", "DNS:one.example")
    tls = {"sip.listen": "tls:127.0.0.1:5061"}
    named = tls | {"sip.certificate": str(issued.chain), "sip.key": str(issued.key)}

    assert certificate_of(load_settings(None, {}, {})) is None
    assert certificate_of(load_settings(None, {}, named)) is not None
