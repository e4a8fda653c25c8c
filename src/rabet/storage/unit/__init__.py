"""The unit of work, split by subject: each file is one part of the port `casework.ports.UnitOfWork`."""
