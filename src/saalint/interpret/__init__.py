"""A project model to events: what the functions of a project would do, played through with abstract values.

`analysis` drives it. Each function is run on what its own declaration tells, and once for each shape of arguments that
it is called with. A `machine` runs one function in one such context; `transfer` sends each instruction and expression
to the module for its kind. Take this function:

    async def titles(session: AsyncSession) -> list[str]:
        author = await session.scalar(select(Author))
        return [book.title for book in author.books]

The parameter is a `Session` by its type (`language/declared`), an object in the heap (`domain/heap`). `select(Author)`
is a call (`calling/calls`) of something that `library/` knows: it makes a `Statement` (`queries/statements`). `scalar`
of a session of this kind makes a coroutine, which runs where it is awaited (`language/waiting`); then the statement is
executed (`queries/session_calls`, `queries/results`) and loads an `Entity` (`orm/loading`), whose `Plan`
(`domain/plans`) answers for each attribute whether the query loads it. To read `author.books` (`language/attributes`,
`orm/entities`) is to ask that plan (`orm/load_states`): the relationship is unloaded, the session asynchronous, and the
machine emits an `AttributeRead` (`events`). Whether that is worth a finding is for `rules/` to say.
"""
