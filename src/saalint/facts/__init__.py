"""What one file says, alone: frozen records lowered from its syntax tree."""
