"""What is asked and what counts as an answer. No solver, no file, no plot."""
