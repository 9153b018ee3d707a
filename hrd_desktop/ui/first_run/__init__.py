"""The first run: from nothing to an open vault, one decision a page."""
