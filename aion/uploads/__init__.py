"""Uploads without network: files, batches, outcomes, and the journal (`aion.uploads.journal`)."""
