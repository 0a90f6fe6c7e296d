"""Other engines under the same workloads: Operaton and Flowable, embedded, each on a database of its own."""
