"""Sound: sockets and latching, the relay between legs, the prompts and their player.

`latch`, `payloads`, `leg` and `player` decide, with the time as an argument; `ports` and `relay` hold the
sockets.
"""
