"""The disk, the names of files on it, and TOML files within bounds."""
