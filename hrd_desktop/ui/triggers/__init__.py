"""What sets panic off by itself, as objects of the window: a stick, a key, days; and switching off."""
