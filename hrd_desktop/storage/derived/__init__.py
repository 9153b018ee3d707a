"""The derived database: what can be made again from records and objects, for showing and for searching."""
