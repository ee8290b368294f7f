"""The output formats, one file per format; each is a pure function of a plan."""
