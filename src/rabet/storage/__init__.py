"""A node's database and key store behind the ports of casework. Others import `rabet.storage.setup`, which starts Django."""
