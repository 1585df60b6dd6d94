/* Every rule the board enforces by itself, on one screen.  True always means trouble; the greatest demand wins.
 * HOLD, REFUSE and STOP are demanded for as long as the rule is broken; a return or a fault begins when it breaks, so that a
 * lasting cause cannot keep a person from being brought up afterwards.  The predicates and their bounds are in rules.c. */
#include "guard.h"

#include "flash.h"
#include "rules.h"

typedef bool (*guard_test_t)(const board_t *board, const board_in_t *in);

typedef struct {
    uint8_t action;  /* guard_action_t */
    uint32_t reason; /* PROTOCOL_REASON_* */
    guard_test_t broken;
} guard_row_t;

static const guard_row_t GUARD_ROWS[] FLASH_TABLE = {
    /* demand          reason                          broken */
    { GUARD_STOP,        PROTOCOL_REASON_ESTOP,          rules_estop },             /* SR1 */
    { GUARD_STOP,        PROTOCOL_REASON_ESTOP_DISAGREE, rules_estop_disagree },    /* SR1 */
    { GUARD_RETURN,      PROTOCOL_REASON_TIME_UP,        rules_time_up },           /* SR2 */
    { GUARD_FAULT,       PROTOCOL_REASON_OVERSPEED,      rules_overspeed },         /* SR4 */
    { GUARD_RETURN,      PROTOCOL_REASON_PAST_LIMIT,     rules_past_limit },        /* SR5 */
    { GUARD_FAULT,       PROTOCOL_REASON_END_STOP,       rules_end_stop },          /* SR5 */
    { GUARD_RETURN_HALF, PROTOCOL_REASON_ANKLE_OPEN,     rules_ankle_open },        /* SR6 */
    { GUARD_HOLD,        PROTOCOL_REASON_PI_SILENT,      rules_pi_silent },         /* SR7 */
    { GUARD_HOLD,        PROTOCOL_REASON_STRANGER,       rules_stranger },          /* SR7 */
    { GUARD_FAULT,       PROTOCOL_REASON_POT_RANGE,      rules_pot_range },         /* SR8 */
    { GUARD_RETURN_HALF, PROTOCOL_REASON_ANGLE_DISAGREE, rules_angle_disagree },    /* SR8 */
    { GUARD_FAULT,       PROTOCOL_REASON_ANGLE_LOST,     rules_angle_lost },        /* SR8 */
    { GUARD_FAULT,       PROTOCOL_REASON_STALL,          rules_stall },             /* SR9 */
    { GUARD_FAULT,       PROTOCOL_REASON_OVERCURRENT,    rules_overcurrent },       /* SR9 */
    { GUARD_FAULT,       PROTOCOL_REASON_WRONG_WAY,      rules_wrong_way },         /* SR9 */
    { GUARD_FAULT,       PROTOCOL_REASON_UNCOMMANDED,    rules_uncommanded },       /* SR9 */
    { GUARD_RETURN,      PROTOCOL_REASON_BRAKE_SLIP,     rules_brake_slip },        /* SR9 */
    { GUARD_FAULT,       PROTOCOL_REASON_PI_TRIP,        rules_pi_trip },           /* SR9 */
    { GUARD_FAULT,       PROTOCOL_REASON_LOAD,           rules_overvoltage },       /* SR9 */
    { GUARD_RETURN,      PROTOCOL_REASON_LOAD,           rules_obstacle },          /* SR9 */
    { GUARD_RETURN,      PROTOCOL_REASON_MAINS_LOST,     rules_mains_lost },        /* SR10 */
    { GUARD_REFUSE,      PROTOCOL_REASON_BATTERY_LOW,    rules_battery_low },       /* SR10 */
    { GUARD_REFUSE,      PROTOCOL_REASON_BUTTON_STUCK,   rules_start_stuck },       /* SR11 */
    { GUARD_REFUSE,      PROTOCOL_REASON_NOT_STARTED,    rules_not_started },       /* SR11 */
    { GUARD_FAULT,       PROTOCOL_REASON_SELF_CHECK,     rules_self_check },        /* SR13 */
    { GUARD_REFUSE,      PROTOCOL_REASON_NO_PROGRESS,    rules_no_progress },       /* SR14 */
    { GUARD_REFUSE,      PROTOCOL_REASON_ESTOP_WAITING,  rules_estop_waiting },     /* SR14 */
    { GUARD_RETURN,      PROTOCOL_REASON_UNANSWERED,     rules_unanswered },        /* SR15 */
};

#define GUARD_ROW_COUNT ((uint8_t)(sizeof GUARD_ROWS / sizeof GUARD_ROWS[0]))

static bool lasting(uint8_t action)
{
    return action == GUARD_REFUSE || action == GUARD_HOLD || action == GUARD_STOP;
}

void guard_update(board_t *board, const board_in_t *in)
{
    guard_t *guard = &board->guard;
    uint32_t before = guard->now;
    guard->now = 0;
    guard->action = GUARD_ALLOW;
    for (uint8_t index = 0; index < GUARD_ROW_COUNT; index++) {
        guard_row_t row;
        if (!FLASH_FUNCTION(guard_test_t, &GUARD_ROWS[index].broken)(board, in)) {
            continue;
        }
        FLASH_COPY(&row, &GUARD_ROWS[index]);
        guard->now |= row.reason;
        if (lasting(row.action) || (before & row.reason) == 0U) {
            guard->action = row.action > guard->action ? row.action : guard->action;
            guard->latched |= row.action >= GUARD_RETURN ? row.reason : 0U;
        }
    }
}
