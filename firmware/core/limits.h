/* The drive board's own limits, compiled in.  Written here on purpose a second time (the Pi's are in
 * controller/core/limits.py); tests/contract holds them together: the Pi is at least as strict. */
#ifndef LIMITS_H
#define LIMITS_H

#define BOARD_UPRIGHT_CDEG            (-7500)  /* head-up mechanical stop */
#define BOARD_LEVEL_CDEG               (-300)  /* just head-up: waiting there is not inverted */
#define BOARD_GATE_CDEG                 3000   /* the 30 degree mark (guide) */
#define BOARD_GATE_HALF_CDEG             200
#define BOARD_CEILING_CDEG              9000
#define BOARD_OVERRUN_CDEG               200   /* beyond the permitted angle: a fault */
#define BOARD_END_STOP_CDEG             9200

#define BOARD_RATE_CDPS                  150   /* normal */
#define BOARD_HALF_RATE_CDPS              75
#define BOARD_MAX_RATE_CDPS              300   /* whatever is commanded */
#define BOARD_OVERSPEED_CDPS             500
#define BOARD_ACCEL_CDPS2                150
#define BOARD_STOP_ACCEL_CDPS2           300   /* controlled stop */
#define BOARD_AT_REST_CDPS                10

#define BOARD_REST_MS                  12000UL /* SR3, at the gate */
#define BOARD_REST_PAST_GATE_MS        10000UL /* SR3, a return that begins past the gate */
#define BOARD_INVERTED_MS             600000UL /* SR2, return and rest included */
#define BOARD_RESET_CHARGE_MS           5000UL /* SR2: a reset costs 5 s of budget */
#define BOARD_COMMAND_EXPIRES_MS         100U  /* SR7 */
#define BOARD_TAKE_OVER_MS              2000U  /* SR7 */
#define BOARD_START_FRESH_MS            5000U  /* SR11 */
#define BOARD_LOCKS_CLOSED_MS           1000U  /* SR6 */
#define BOARD_ESTOP_DISAGREE_MS           50U  /* SR1 */
#define BOARD_NO_PROGRESS_MS           10000U  /* SR14 */
#define BOARD_ESTOP_LADDER_MS          60000UL /* SR14 */
#define BOARD_ANSWER_MS                82000UL /* SR15: 60 s + 20 s + the Pi's margin */
#define BOARD_RESET_HOLD_MS             3000U  /* OK held at upright rest */
#define BOARD_ESTOP_CLOSED_MS           1000U  /* ... both channels closed before a reset counts */
#define BOARD_SESSION_CLEAR_MS         30000UL /* upright with the ankle locks seen open */
#define BOARD_DISAGREE_CDEG              150   /* SR8 */
#define BOARD_DISAGREE_MS                100U
#define BOARD_WARNING_MS                2000U  /* SR4: before motion nobody just asked for */
#define BOARD_RETURN_GRACE_MS            500U  /* after RETURN the Pi has this long before the board does it itself */

#define BOARD_BATTERY_TWO_RETURNS_MV   23000U
#define BOARD_OVERVOLTAGE_MV           31000U
#define BOARD_STALL_MA                  3000   /* 410 Nm for 100 ms; the heaviest person permitted asks for 1800 (faults 76, 81, 89) */
#define BOARD_OVERCURRENT_MA           12000
#define BOARD_CURRENT_UA_PER_COUNT     48828L  /* +-25 A over 1024 counts */
#define BOARD_BATTERY_UV_PER_COUNT     35156L  /* 36 V over 1024 counts */
#define BOARD_MAINS_UV_PER_COUNT       35156L
#define BOARD_MAINS_PRESENT_MV         20000U

#endif
