"""Phrases, their order, and the audio that comes out."""
