"""Letting a bundle out: what leaves, for whom, where to."""
