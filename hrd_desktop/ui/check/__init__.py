"""Checking a bundle that somebody gave us."""
