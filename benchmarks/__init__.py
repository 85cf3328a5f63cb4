"""Programs that measure; each prints ratios against something run beside it."""
