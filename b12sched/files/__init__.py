"""Files: reading and writing (`disk`), their names (`names`), and TOML (`toml`)."""
