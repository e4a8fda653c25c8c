"""Real randomness: the only place that asks the operating system for random bytes."""

import os


class SystemRandomness:
    """`Randomness` port."""

    def token(self, size: int) -> bytes:
        """Return `size` unpredictable bytes."""
        return os.urandom(size)
