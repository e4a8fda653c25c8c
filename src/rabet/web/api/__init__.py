"""HTTP API for the agency's own systems. Imported with its first request, because its library weighs more than all pages."""
