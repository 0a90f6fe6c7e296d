"""Measured workloads. Figures are for one run on one machine; quote ratios of what was measured in the same run."""
