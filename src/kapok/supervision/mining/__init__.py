"""Process mining: logs uploaded to the console, judged by a pack in the background, and kept to be read and compared."""
