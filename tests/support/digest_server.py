"""The server's side of digest authentication, written from RFC 7616 and RFC 2069 for the tests alone: it
shares nothing with what it checks."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_HASHES = {"MD5": "md5", "SHA-256": "sha256"}
_PAIR = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


@dataclass
class DigestServer:
    """Who challenges. `algorithms` and `qop` are offered (with none, no qop at all).

    A nonce is good for `uses` answers, each with a higher nc; then it is stale.
    """

    realm: str
    user: str
    password: str
    algorithms: tuple[str, ...] = ("SHA-256", "MD5")
    qop: str = "auth"
    uses: int = 1_000_000
    nonces: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def challenges(self, *, stale: bool = False) -> list[str]:
        """A new nonce, in one header value for each algorithm."""
        self.nonces += 1
        nonce = f"nonce-{self.nonces}"
        self.counts[nonce] = 0
        more = (f', qop="{self.qop}"' if self.qop else "") + (", stale=TRUE" if stale else "")
        return [
            f'Digest realm="{self.realm}", nonce="{nonce}", opaque="o{self.nonces}", algorithm={name}{more}'
            for name in self.algorithms
        ]

    def judge(self, method: str, uri: str, values: Iterable[str]) -> str:
        """What the values of an Authorization header are: `none`, `wrong`, `stale` or `right`."""
        for value in values:
            given = {name.lower(): quoted or bare for name, quoted, bare in _PAIR.findall(value)}
            if given.get("realm") == self.realm:
                return self._judge(method, uri, given)
        return "none"

    def _judge(self, method: str, uri: str, given: dict[str, str]) -> str:
        name = given.get("algorithm", "MD5")
        if name not in self.algorithms or given["uri"] != uri or given["username"] != self.user:
            return "wrong"

        def h(text: str) -> str:
            return hashlib.new(_HASHES[name], text.encode()).hexdigest()

        middle = given["nonce"]
        if self.qop:
            assert given["qop"] == "auth" and len(given["nc"]) == 8 and given["cnonce"]
            middle += f":{given['nc']}:{given['cnonce']}:auth"
        right = h(f"{h(f'{self.user}:{self.realm}:{self.password}')}:{middle}:{h(f'{method}:{uri}')}")
        if given["response"] != right:
            return "wrong"
        nonce, nc = given["nonce"], int(given.get("nc", "1"), 16)
        assert given["opaque"] == f"o{nonce.removeprefix('nonce-')}"
        if nonce not in self.counts or self.counts[nonce] >= self.uses or nc <= self.counts[nonce]:
            return "stale"
        self.counts[nonce] = nc
        return "right"
