"""A call as the fold of its facts: pure, and ignorant of SIP."""
