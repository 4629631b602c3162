"""What third-party code means, as data."""
