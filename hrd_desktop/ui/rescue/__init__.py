"""Rescuing a vault that does not open, from the unlock screen."""
