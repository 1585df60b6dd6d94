"""The ATmega328P in virtual time over libsimavr (GPL-3: a tool for tests, never part of what runs on the table)."""
