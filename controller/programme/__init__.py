"""The therapy programme: which protocol, for whom.  Must never see a pin, a clock or the service."""
