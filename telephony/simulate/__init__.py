"""What a plan that is not in force would do with the calls of the log, or with invented ones."""
