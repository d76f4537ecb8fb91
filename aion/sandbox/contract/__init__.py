"""The contract at run time: its operations, validation of requests and responses, error bodies."""
