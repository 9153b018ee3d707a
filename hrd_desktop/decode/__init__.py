"""Readers of untrusted files, run in a separate process without rights; the parent only frames and bounds."""
