"""Those who read an entity where no line of the project does: schemas, responses and templates."""
