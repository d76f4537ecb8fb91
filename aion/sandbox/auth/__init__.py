"""Identity, scopes and the audit log."""
