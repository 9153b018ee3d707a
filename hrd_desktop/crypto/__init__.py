"""Bytes in, bytes out: no paths, no SQL, no Qt; the only importer of cryptography."""
