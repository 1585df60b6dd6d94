"""The Pi's half and the board's half, held together."""
