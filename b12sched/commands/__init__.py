"""The commands for a cohort; those for one patient are in `cli`."""
