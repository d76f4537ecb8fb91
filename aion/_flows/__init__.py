"""What several resources do in the same way: walk through pages, wait for an end."""
