"""What stays of an upload on this machine: `aion.uploads.journal`."""
