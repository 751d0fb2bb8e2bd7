"""What is kept: the journal of facts and their codec."""
