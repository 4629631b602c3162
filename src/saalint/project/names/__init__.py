"""What a name in a module means: definitions, classes and their order, constants, what is installed."""
