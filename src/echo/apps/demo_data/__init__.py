"""What the demo replays when nothing else is given: recorded ticks and recorded trades."""
