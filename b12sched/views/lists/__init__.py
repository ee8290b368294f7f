"""The lists about a cohort in each format: worklist, forecast, audit."""
