"""Many pictures: cut into shards, read by Ray's workers, one row for each."""
