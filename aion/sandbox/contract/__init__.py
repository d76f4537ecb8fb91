"""The contract at run time: its operations, validation of requests and answers, error bodies."""
