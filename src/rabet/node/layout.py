"""Where things lie in a node's directory. Nothing here is read or written."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """`root` holds node.toml; `keys` may be read by the key process only; `run` holds sockets and process ids and may be emptied."""

    root: Path

    @property
    def config(self) -> Path:
        """Settings of the node."""
        return self.root / "node.toml"

    @property
    def keys(self) -> Path:
        """Private keys that sign and open: mode 0700, read by the key process alone."""
        return self.root / "keys"

    @property
    def key_file(self) -> Path:
        """The agency's private keys."""
        return self.keys / "agency.json"

    @property
    def tls(self) -> Path:
        """Transport keys and certificates: read by listener and pusher."""
        return self.root / "tls"

    @property
    def authority(self) -> Path:
        """The agency's own certificate authority; needed only to make certificates, so it may be kept off the machine."""
        return self.root / "authority"

    @property
    def authority_key(self) -> Path:
        """The authority's private key."""
        return self.authority / "key.pem"

    @property
    def authority_certificate(self) -> Path:
        """The authority's certificate: part of the card, pinned by partners."""
        return self.authority / "certificate.pem"

    @property
    def tls_key(self) -> Path:
        """Private key of the transport certificate."""
        return self.tls / "key.pem"

    @property
    def tls_certificate(self) -> Path:
        """The certificate shown as server and as client."""
        return self.tls / "certificate.pem"

    @property
    def card(self) -> Path:
        """This agency's own signed card, as partners get it."""
        return self.root / "card.json"

    @property
    def web_secret(self) -> Path:
        """Secret of the pages' cookies and forms."""
        return self.root / "web-secret"

    @property
    def record_keys(self) -> Path:
        """The key store of the records, apart from the data and their backups."""
        return self.root / "record-keys"

    @property
    def database(self) -> Path:
        """The SQLite file, when no other database is named."""
        return self.root / "node.sqlite3"

    @property
    def agreements(self) -> Path:
        """Agreements signed by all parties, as the key process checks releases against them."""
        return self.root / "agreements"

    @property
    def stopped(self) -> Path:
        """Which agreements are suspended at this node, and which partner is reported for a breach."""
        return self.agreements / "stopped"

    @property
    def peers(self) -> Path:
        """Cards of partners whose fingerprint was compared."""
        return self.root / "peers"

    @property
    def evidence(self) -> Path:
        """Proof of what a partner did wrong: two signed texts that contradict each other."""
        return self.root / "evidence"

    @property
    def run(self) -> Path:
        """Sockets, process ids, logs of this run."""
        return self.root / "run"

    @property
    def key_socket(self) -> Path:
        """Where the key process listens."""
        return self.run / "keys.sock"

    def process_id(self, name: str) -> Path:
        """File with the process id of one of the node's processes."""
        return self.run / f"{name}.pid"
