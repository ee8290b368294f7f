"""Plans to files and streams: the table of formats, one plan, or a whole cohort."""
