"""The certificate of the service for TLS, read again when its file changes (RFC 3261 26.3.1)."""

import ssl
from pathlib import Path

from telephony.config import Settings
from telephony.net.streams import Tls
from telephony.private_files import SecretsUnusable

_Seen = tuple[tuple[int, int, int], ...]


class Certificate:
    """Certificate chain and key in PEM files, and the authority that peers' certificates are checked by.

    With `authority` a peer may show a certificate, which is verified then. The connections that we open are
    verified by it, or by the system's authorities without it. TLS 1.2 is the least (RFC 8996).
    """

    def __init__(self, chain: Path, key: Path, authority: Path | None) -> None:
        """Read the files. Raises SecretsUnusable, which names the file."""
        self._chain = chain
        self._key = key
        self._authority = authority
        self._files = {chain: "sip.certificate", key: "sip.key"}
        if authority is not None:
            self._files[authority] = "sip.client_ca"
        self._seen = self._look()
        self.tls = self._read()

    def reload_if_changed(self) -> bool:
        """Take up another certificate and key; whether there were others. Raises SecretsUnusable, and then
        those before stay in use. Connections that are open keep theirs."""
        seen = self._look()
        if seen == self._seen:
            return False
        self._read()  # whole, before anything of what is in use is touched
        for context in (self.tls.server, self.tls.client):
            context.load_cert_chain(self._chain, self._key)
        self._seen = seen
        return True

    def _look(self) -> _Seen:
        found = []
        for path in (self._chain, self._key):
            try:
                found.append(path.stat())
            except OSError as error:
                raise self._unreadable(path, error) from error
        return tuple((each.st_ino, each.st_mtime_ns, each.st_size) for each in found)

    def _unreadable(self, path: Path, error: OSError) -> SecretsUnusable:
        return SecretsUnusable(f"{self._files[path]}: cannot read {path}: {error.strerror}")

    def _read(self) -> Tls:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        for path in self._files:  # OpenSSL does not say which one it cannot read
            try:
                path.read_bytes()
            except OSError as error:
                raise self._unreadable(path, error) from error
        try:
            client = ssl.create_default_context(cafile=self._authority)
        except ssl.SSLError as error:
            raise SecretsUnusable(f"no certificate in {self._authority} (sip.client_ca)") from error
        # Whose it must be is looked at in `net.identity`, for SIP knows no wildcards (RFC 5922 7.2)
        client.check_hostname = False
        for context in (server, client):
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            try:
                context.load_cert_chain(self._chain, self._key, _no_password)
            except ssl.SSLError as error:
                raise SecretsUnusable(
                    f"no certificate with its key: sip.certificate {self._chain}, sip.key {self._key}: "
                    f"{error.reason or 'one of them is not PEM, or has a password'}"
                ) from error
        if self._authority is not None:
            server.load_verify_locations(self._authority)
            server.verify_mode = ssl.CERT_OPTIONAL
        return Tls(server, client)


def certificate_of(settings: Settings) -> Certificate | None:
    """The one that the settings name; None when there is no TLS. Raises SecretsUnusable."""
    sip = settings.sip
    if sip.certificate is None or sip.key is None:
        return None
    return Certificate(sip.certificate, sip.key, sip.client_ca)


def _no_password() -> str:
    """Else OpenSSL would ask at the terminal."""
    return ""
