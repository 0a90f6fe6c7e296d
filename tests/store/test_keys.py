from __future__ import annotations

import threading

import pytest

from engine.store.database import Database
from engine.store.keys import BLOCK, LOW, KeySequence

THREADS, EACH = 8, 2_000


def test_keys_are_unique_over_threads_and_over_nodes(database: Database, database_url: str) -> None:
    other = Database(database_url)
    taken: list[int] = []
    begin = threading.Barrier(THREADS)

    def take(keys: KeySequence) -> None:
        begin.wait()
        keys.reserve()
        taken.extend([keys() for _ in range(EACH)])

    nodes = [KeySequence(database), KeySequence(other)]
    threads = [threading.Thread(target=take, args=(nodes[number % 2],)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert len(taken) == len(set(taken)) == THREADS * EACH
    assert all(0 < key < 2**63 for key in taken)


def test_a_node_takes_a_new_block_before_the_old_one_is_used_up(database: Database) -> None:
    keys, other = KeySequence(database), KeySequence(database)
    keys.reserve()
    other.reserve()
    first = keys()
    for _ in range(BLOCK - LOW):
        keys()
    keys.reserve()
    assert keys() == first + 2 * BLOCK


def test_keys_that_were_not_reserved_are_refused(database: Database) -> None:
    with pytest.raises(RuntimeError, match="reserved"):
        KeySequence(database)()
