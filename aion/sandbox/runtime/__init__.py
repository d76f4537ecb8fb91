"""What every call works with: state, jobs, snapshots, the running call and its rights."""
