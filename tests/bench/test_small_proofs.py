"""The measurement of proofs fills a log, and counts what each kind of proof asks for."""

from bench.proofs import measured


def test_a_proof_asks_for_a_handful_of_tiles_whatever_the_log_holds(sqlite_database):
    few, many = (measured(sqlite_database, *sizes, 4) for sizes in ((0, 300), (300, 3_000)))
    assert few.keys() == many.keys() == {"inclusion", "consistency", "checkpoint"}
    assert all(0 < cost.statements <= 5 for cost in (*few.values(), *many.values()))
