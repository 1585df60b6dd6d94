"""Records, programme and the running table together."""
