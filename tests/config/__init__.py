"""Settings files: what is accepted, and the one line for what is not."""
