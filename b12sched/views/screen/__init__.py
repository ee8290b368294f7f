"""The text that people read on a terminal."""
