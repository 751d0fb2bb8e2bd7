"""Programs that tests talk to and that are no Python packages."""

import os
import shutil

import pytest

DEBIAN_PACKAGES = {
    "curl": "curl",
    "sipp": "sip-tester",
    "baresip": "baresip-core",
    "espeak-ng": "espeak-ng",
    "sox": "sox",
    "ip": "iproute2",
    "kamailio": "kamailio",
    "nft": "nftables",
    "openssl": "openssl",
}
"""Where each comes from, for whoever reads why a test was skipped."""


def require_peer(program: str) -> str:
    """The path of the program. Without it the test is skipped, or fails when REQUIRE_PEERS=1."""
    path = shutil.which(program)
    if path is not None:
        return path
    reason = f"{program} is not installed (Debian: apt-get install {DEBIAN_PACKAGES[program]})"
    if os.environ.get("REQUIRE_PEERS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
