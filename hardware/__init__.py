"""How to touch the real table: one file per device.  Imports the controller; never imports the simulator.

The IMU driver's base library asks which computer it runs on, and on every Raspberry Pi then demands a GPIO
library that nothing here needs.  Saying "any operating system" before the driver can be imported avoids the question.
"""

import os

os.environ.setdefault("BLINKA_OS_AGNOSTIC", "1")
