"""What is said, in which language, in which order.  Pure but for reading the phrase file."""
