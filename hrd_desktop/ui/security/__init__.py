"""The security section: what opens the vault, when it locks, panic, and checking all of it."""
