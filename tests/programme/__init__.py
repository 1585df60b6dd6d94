"""The therapy programme: protocols and permission."""
