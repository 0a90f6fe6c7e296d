"""The referral library: its functions, its models through the kernel, its forms."""
