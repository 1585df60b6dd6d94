"""The people command, as whoever types it meets it."""
