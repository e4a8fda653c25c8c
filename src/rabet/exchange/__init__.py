"""Between agencies: cards and keys, signed and sealed batches, receipts, and the machines that send and receive. Sockets are drivers."""
