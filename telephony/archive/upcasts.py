"""What brings facts of older versions up to the present ones: see `codec`.

A fact class whose fields change gets a higher `VERSION` and a line here, from the version it leaves to the
next. The kept corpus (`tests/telephony/archive/corpus`) holds a fact of each version ever written and fails
without it.
"""

from telephony.archive.codec import Upcasts

UPCASTS: Upcasts = {}
