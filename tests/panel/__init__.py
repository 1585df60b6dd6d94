"""The panel: what its server lets in, what it tells, what it costs the service."""
