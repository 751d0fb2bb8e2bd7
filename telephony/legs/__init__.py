"""A dialog as the call sees it: what `sip` and `media` report becomes facts, actions become requests and
answers."""
