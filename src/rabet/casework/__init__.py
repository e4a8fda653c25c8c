"""What an officer or a partner can ask of a node: one function per act, one act = one transaction = check + change + audit + event + message."""
