"""The browser panel: its page and the web server that shows it, in a process of its own.  Must never import hardware or steer anything."""
