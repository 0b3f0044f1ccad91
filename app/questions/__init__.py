"""Everything that can be asked, one question to a file; the names of the files are the contents."""
