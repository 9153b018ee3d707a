"""Backups in the window: the card, its dialogs, and the age beside panic."""
