"""The loudspeaker: a process of its own that renders phrases ahead, plays them in turn, and can never hold the control loop."""
