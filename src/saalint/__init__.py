"""saalint: a static analyser for SQLAlchemy that follows objects from their query to the reads that fail.

The folders stand in the order in which the data goes through them, and each imports only what lies before it: `source`
(text), `config`, `findings` (what is reported, as records), `facts` (what one file says), `library` (what third-party
code means), `project` (facts of all files, joined), `interpret` (what the code would do, to events), `rules` (events to
findings), `fixes`, `reports`, `front_ends`. `engine` alone knows all of these stages: begin there.
"""
