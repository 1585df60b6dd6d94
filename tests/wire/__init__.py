"""The wire: generator, codec on both ends, framing, check value, link, serial port."""
