"""What lists found about a cohort, in each format: worklist, forecast, audit."""
