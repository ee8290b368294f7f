"""Writing plans to files and streams: formats, one plan, a whole cohort."""
