"""The virtual table in the browser: the simulated world behind the same page that shows a real table, with contacts to press."""
