"""The numbered schemas of the databases, each a file that is never changed once vaults exist that hold it."""
