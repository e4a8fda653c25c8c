"""What happened, as frozen values: kinds, headers, disclosures, digests. Stdlib only; no I/O."""
