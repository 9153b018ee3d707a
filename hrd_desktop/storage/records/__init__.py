"""The records database by groups of tables: what the user entered, custody, and the vault's bookkeeping."""
