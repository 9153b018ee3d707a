"""The vault on disk; the only importer of sqlcipher3."""
