"""Rules for code on its way from `Session` and `Query` to `AsyncSession` and `select()`."""
