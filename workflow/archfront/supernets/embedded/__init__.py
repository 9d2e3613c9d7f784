"""Small trained super-networks that come with archfront."""
