"""What families are composed of: one building block, or one kin of blocks, to a file."""
