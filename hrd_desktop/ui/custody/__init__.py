"""Receipts, witnesses and bundles of others in the window."""
