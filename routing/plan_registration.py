"""`[trunks.NAME.registration]`: a trunk that has us register with it and prove who we are (RFC 3261 10, 22).

The password is no part of a plan: `vaxeln trunk password NAME` sets it.
"""

import re
from typing import Annotated

from pydantic import Field, Strict, StringConstraints, model_validator

from routing.plan_part import Part

_ADDRESS = re.compile(r"([A-Za-z0-9_.!~*'()&=+$/-]{1,64})@([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])")
"""USER@DOMAIN without escapes and ports, which no registrar asks for."""

# What stands in quotes in a header: nothing that would have to be escaped there, and no colon in a user,
# for that ends it in what is hashed (RFC 7616 3.4.2)
_User = Annotated[str, StringConstraints(pattern=r"^[!#-9;-\[\]-~]{1,128}$")]
_Realm = Annotated[str, StringConstraints(pattern=r"^[ !#-\[\]-~]{1,128}$")]
_Expires = Annotated[int, Strict(), Field(ge=60, le=86_400)]

DEFAULT_EXPIRES = 3600
"""Seconds: what most registrars grant, and RFC 3261 10.2.1.1 suggests."""


class Registration(Part):
    """Who we are to the operator of a trunk.

    user: the name that goes with the password. realm: the one that the trunk's challenges name; the password
    answers to no other. address_of_record: USER@DOMAIN under which we register, and by whose user calls to us
    are known; when left out `user` if that has an `@`, else user@realm. expires: seconds that are asked for;
    the registrar may grant fewer.
    """

    user: _User
    realm: _Realm
    address_of_record: str = ""
    expires: _Expires = DEFAULT_EXPIRES

    @model_validator(mode="after")
    def _has_an_address(self) -> "Registration":
        if _ADDRESS.fullmatch(self.record) is None:
            why = "must be" if self.address_of_record else "must be given here, for user and realm make none:"
            raise ValueError(f"address_of_record {why} USER@DOMAIN, such as 0853061000@sip.example.net")
        return self

    @property
    def record(self) -> str:
        """The address of record, USER@DOMAIN."""
        return self.address_of_record or (self.user if "@" in self.user else f"{self.user}@{self.realm}")
