"""Paper terminals: an EA's brain, a paper broker, files and a pipe."""
