"""Deviations of a calendar as iCalendar (RFC 5545), for other programs to show and to write.

An event of whole days is closed on each of them; an event with times is open from its begin to its end, and
the rest of that day is closed.
"""
