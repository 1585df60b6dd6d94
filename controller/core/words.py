"""What is said and shown, in plain words: for each rule what happened and the way back.  Text only; decides nothing."""

from __future__ import annotations

from controller.core.model import Mode
from controller.core.modes import Signal

GO_UP = "You are brought up. Stay calm and breathe."
CHECK_BOARD = "Let go of everything; if it comes back, have the drive board checked."

WORDS: dict[str, tuple[str, str]] = {
    # rule name: (what happened, what to do)
    "estop_disagrees": ("The two emergency stop channels differed.", "Press it in again, pull it out fully, then hold RETURN to come up."),
    "estop": ("Emergency stop pressed.", "Release the mushroom, then hold RETURN to come up. At upright rest hold OK for 3 s."),
    "estop_contacts": ("Emergency stop channels are open or differ.", "Press and release the emergency stop fully."),
    "estop_unheeded": ("Emergency stop pressed but the drive board goes on.", "Do not use the table. Have the wiring checked."),
    "mains_lost": ("Mains power is gone; running on battery.", GO_UP + " Restore mains power before the next session."),
    "battery_low": ("Battery below two full returns.", GO_UP + " Let the battery charge."),
    "time_up": ("The time upside down is used up.", GO_UP),
    "overspeed": ("The table moved too fast.", "Press RETURN once to come up. At upright rest hold OK for 3 s."),
    "past_limit": ("Past the angle permitted.", GO_UP),
    "ankle_open": ("An ankle lock is open.", GO_UP + " At upright rest hold OK and SPOTTER for 5 s after checking the locks."),
    "board_silent": ("The drive board is not heard.", "It brings you up by itself. If nothing moves, hold RETURN."),
    "board_stranger": ("The drive board speaks another version.", "Install matching firmware."),
    "board_refuses": ("The drive board refuses our commands.", "Install matching firmware."),
    "pi_silent": ("The drive board did not hear us.", "Press OK to go on or RETURN to come up."),
    "slow_link": ("The link to the drive board is slow.", "Press OK to go on or RETURN to come up. Check the cable."),
    "pi_late": ("The controller is late.", "Press OK to go on or RETURN to come up."),
    "panel_silent": ("The buttons cannot be read.", GO_UP + " RETURN and OK still work through the drive board."),
    "imu_stuck": ("The tilt sensor is stuck.", GO_UP + " Have the tilt sensor checked."),
    "imu_noise": ("The tilt sensor is noisy.", "Press OK to go on or RETURN to come up."),
    "imu_bias": ("The tilt sensor drifts.", GO_UP + " Have the tilt sensor checked."),
    "imu_not_finite": ("The tilt sensor sends nonsense.", "Press OK to go on or RETURN to come up."),
    "imu_gravity": ("The tilt sensor does not feel gravity as it should.", "Check how the sensor is mounted; calibrate."),
    "imu_saturated": ("The tilt sensor was knocked.", "Press OK to go on or RETURN to come up."),
    "imu_reset": ("The tilt sensor has lost its settings.", "Press OK to go on or RETURN to come up."),
    "imu_stale": ("The tilt sensor is silent.", "Press OK to go on or RETURN to come up. Check its cable."),
    "imu_future": ("The tilt sensor's time is wrong.", "Press OK to go on or RETURN to come up."),
    "imu_doubt": ("The tilt sensor is not trusted.", "Wait a moment; if it stays, have the sensor checked."),
    "sensors_disagree": ("The angle sensors disagree.", GO_UP + " Have the sensors checked and calibrate."),
    "apart_at_upright": ("The angle sensors differ at upright rest.", "Have the potentiometer's coupling checked, then calibrate."),
    "board_angle": ("The drive board doubts its angle.", GO_UP + " Have the potentiometer and encoder checked."),
    "rest_disagrees": ("The two rest counts disagree.", GO_UP),
    "moves_unasked": ("The table moved without being asked.", "Press RETURN once to come up. Do not use it again before a check."),
    "gear_slips": ("The table does not turn with its motor.", "Press RETURN once to come up. If you sink, have the release lever pulled."),
    "wrong_way": ("The table moved the wrong way.", "Press RETURN once to come up. Do not use it again before a check."),
    "does_not_move": ("The table does not move.", GO_UP + " Have motor and brake checked."),
    "load": ("The load is too heavy or badly balanced.", GO_UP + " Adjust the height, then hold OK and SPOTTER for 5 s."),
    "obstacle": (
        "Something is in the way of the table.",
        "Look what it is and free it. Then press OK or RETURN to come up; without an answer it goes up in 20 s.",
    ),
    "load_drop": (
        "The weight on the table has changed suddenly.",
        "Are you all right? Press OK or RETURN to come up; without an answer it goes up in 20 s.",
    ),
    "board_fault": ("The drive board has stopped for a fault.", "Press RETURN once to come up. At upright rest hold OK for 3 s."),
    "release_lever": ("The manual release lever is pulled.", "Put the lever back; then OK to go on or RETURN to come up."),
    "return_only": ("The drive board allows only the way up.", GO_UP),
    "board_returns": ("The drive board has begun the return.", GO_UP),
    "unanswered": ("Nobody answered.", "Press OK or RETURN when you are all right."),
    "button_stuck": ("A button is held too long or stuck.", "Let go of all buttons."),
    "two_buttons": ("Two buttons that mean opposite things.", "Let go of both, then press one."),
    "pi_hot": ("The controller is too hot.", "Let it cool down."),
    "storage": (
        "Records cannot be written.",
        "The service's log says why. Free or replace the storage, or acknowledge what is lost.",
    ),
    "watcher": (
        "The watcher on the other computer is out of reach.",
        "Start it (watch-for-help) and check the network, or take it out of the settings.",
    ),
    "config": ("The settings are wrong.", "Correct the settings file and restart."),
    "board_told": ("The drive board reports trouble.", CHECK_BOARD),
}

PHRASES: dict[Mode, str] = {
    # spoken on entering; {target} and {hold} are filled in
    Mode.STARTING: "",
    Mode.IDLE: "Ready.",
    Mode.PROOF_TEST: "Start. Arms crossed, please. Testing brake and sensors; a small move follows.",
    Mode.DESCENDING: "Going to {target} degrees. Breathe through your nose.",
    Mode.HOLDING: "Holding here for {hold}. Press RETURN to come up at any time.",
    Mode.PAUSED: "Paused. Press OK to go on, or RETURN to come up.",
    Mode.RETURNING: "Coming up. There is a rest at thirty degrees. Press DIZZY if you feel dizzy.",
    Mode.RESTING: "Resting here. Breathe calmly.",
    Mode.BOARD_RETURN: "The drive brings you up by itself. Stay calm and breathe.",
    Mode.LEVEL_WAIT: "You are level. Are you all right? Press OK or RETURN to come upright.",
    Mode.DIZZY_BACK: "Going back a little. Breathe calmly.",
    Mode.DIZZY_WAIT: "Waiting. Press RETURN when the dizziness has passed.",
    Mode.SETTLING: "Upright. Stay like this before you open the ankle locks.",
    Mode.RELEASE: "You may open the ankle locks now.",
    Mode.STOPPED: "Emergency stop. Release the mushroom, then hold RETURN to come up.",
    Mode.RESCUE: "Coming up while you hold RETURN.",
    Mode.FAULT: "Stopped for a fault. Press RETURN once to come up.",
}

GOING_ON: dict[Signal, str] = {
    # spoken instead when the mode is entered again
    Signal.REST_TAKEN: "Going on up.",
    Signal.ANSWERED: "Going on to upright.",
    Signal.BOARD_DONE: "Going on up.",
    Signal.GO_ON: "Going on.",
}

PROOF_WORDS: dict[str, str] = {
    "estop": "Test failed: emergency stop not closed.",
    "ankles": "Test failed: ankle locks not closed.",
    "brake": "Test failed: the brake does not hold.",
    "brake_silent": "Test failed: the brake test did not run. Press START firmly and try again.",
    "motion": "Test failed: the table did not move as asked.",
    "sensors": "Test failed: the angle sensors do not agree while moving.",
    "current": "Test failed: motor current is not plausible.",
    "watcher": "Test failed: the watcher on the other computer does not watch.",
    "battery": "Test failed: the battery does not hold its voltage.",
}

LADDER_WORDS: dict[str, str] = {
    "estop_waiting": "Help is needed. The emergency stop is still latched.",
    "no_progress": "Help is needed. The table does not come up.",
    "level_wait": "Are you all right? Press OK or RETURN. Helper: stay with them.",
    "board": "Help is needed at the inversion table.",
    "unheard": "Help is needed. The drive board is not heard.",
    "faulted": "Help is needed. The table has stopped. Press RETURN once.",
    "not_raised": "Help is needed. RETURN does not move the table.",
    "locks_jam": "Help is needed if the ankle locks do not open. Press OK if all is well.",
    "dizzy": "Help is needed. Dizziness has lasted five minutes.",
    "time_up": "Help is needed. Too long upside down.",
}

RESCUE_STEPS = (
    "Stay calm and take deep breaths.",
    "Helper: pull the manual release lever and let the table come up.",
    "No helper: push your palms against the table and rock toward upright, up to three times.",
    "If it does not work, keep breathing and wait for help. Never kick.",
)
"""The guide's order: lever first, then the three rocks; said again with each minute's call."""
