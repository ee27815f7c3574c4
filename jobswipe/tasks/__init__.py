"""Work that outlives the process that decided on it: the ledger, the queue, the worker, the schedule."""
