"""Figures: counted from facts, so that dashboard and archive give the same numbers."""
