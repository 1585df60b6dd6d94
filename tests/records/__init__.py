"""The records under power cuts, kills, bad disks and other people's hands."""
