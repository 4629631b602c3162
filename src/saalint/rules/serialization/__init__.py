"""What a serialiser reads of the objects that it is handed: SAA5xx."""
