"""Colour, spacing, type, icons and style: the looks of the window, in one place."""
