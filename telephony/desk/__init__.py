"""Who answers, and who waits: pure, over what the house has folded."""
