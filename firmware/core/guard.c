/* Every rule the board enforces by itself, on one screen.  True always means trouble; the greatest demand wins.
 * HOLD, REFUSE and STOP are demanded for as long as the rule is broken; a return or a fault begins when it breaks, so that a
 * lasting cause cannot keep a person from being brought up afterwards.  The predicates and their bounds are in rules.c. */
#include "guard.h"

#include "rules.h"

/* What the table finds in a tick; `by` is known when this is compiled, and costs the board nothing. */
typedef struct {
    uint32_t now;               /* reasons whose rule is broken */
    uint32_t by[GUARD_ACTIONS]; /* reasons by what they demand */
} found_t;

/* Inline, or else the AVR takes 17 cycles for a rule that holds, and takes 4. */
BOARD_IN_PLACE static inline void rule(found_t *found, bool broken, uint8_t action, uint32_t reason)
{
    found->by[action] |= reason;
    if (broken) {
        found->now |= reason;
    }
}

BOARD_IN_PLACE static inline void judge(found_t *g, const board_t *board, const board_in_t *in)
{
    /*      broken                            demand             reason */
    rule(g, rules_estop(board, in),           GUARD_STOP,        PROTOCOL_REASON_ESTOP);            /* SR1 */
    rule(g, rules_estop_disagree(board, in),  GUARD_STOP,        PROTOCOL_REASON_ESTOP_DISAGREE);   /* SR1 */
    rule(g, rules_time_up(board, in),         GUARD_RETURN,      PROTOCOL_REASON_TIME_UP);          /* SR2 */
    rule(g, rules_overspeed(board, in),       GUARD_FAULT,       PROTOCOL_REASON_OVERSPEED);        /* SR4 */
    rule(g, rules_past_limit(board, in),      GUARD_RETURN,      PROTOCOL_REASON_PAST_LIMIT);       /* SR5 */
    rule(g, rules_end_stop(board, in),        GUARD_FAULT,       PROTOCOL_REASON_END_STOP);         /* SR5 */
    rule(g, rules_ankle_open(board, in),      GUARD_RETURN_HALF, PROTOCOL_REASON_ANKLE_OPEN);       /* SR6 */
    rule(g, rules_pi_silent(board, in),       GUARD_HOLD,        PROTOCOL_REASON_PI_SILENT);        /* SR7 */
    rule(g, rules_stranger(board, in),        GUARD_HOLD,        PROTOCOL_REASON_STRANGER);         /* SR7 */
    rule(g, rules_pot_range(board, in),       GUARD_FAULT,       PROTOCOL_REASON_POT_RANGE);        /* SR8 */
    rule(g, rules_angle_disagree(board, in),  GUARD_RETURN_HALF, PROTOCOL_REASON_ANGLE_DISAGREE);   /* SR8 */
    rule(g, rules_angle_lost(board, in),      GUARD_FAULT,       PROTOCOL_REASON_ANGLE_LOST);       /* SR8 */
    rule(g, rules_stall(board, in),           GUARD_FAULT,       PROTOCOL_REASON_STALL);            /* SR9 */
    rule(g, rules_overcurrent(board, in),     GUARD_FAULT,       PROTOCOL_REASON_OVERCURRENT);      /* SR9 */
    rule(g, rules_wrong_way(board, in),       GUARD_FAULT,       PROTOCOL_REASON_WRONG_WAY);        /* SR9 */
    rule(g, rules_uncommanded(board, in),     GUARD_FAULT,       PROTOCOL_REASON_UNCOMMANDED);      /* SR9 */
    rule(g, rules_brake_slip(board, in),      GUARD_RETURN,      PROTOCOL_REASON_BRAKE_SLIP);       /* SR9 */
    rule(g, rules_pi_trip(board, in),         GUARD_FAULT,       PROTOCOL_REASON_PI_TRIP);          /* SR9 */
    rule(g, rules_overvoltage(board, in),     GUARD_FAULT,       PROTOCOL_REASON_LOAD);             /* SR9 */
    rule(g, rules_obstacle(board, in),        GUARD_ASK,         PROTOCOL_REASON_OBSTACLE);         /* SR9 */
    rule(g, rules_load_drop(board, in),       GUARD_ASK,         PROTOCOL_REASON_LOAD_DROP);        /* SR9 */
    rule(g, rules_mains_lost(board, in),      GUARD_RETURN,      PROTOCOL_REASON_MAINS_LOST);       /* SR10 */
    rule(g, rules_battery_low(board, in),     GUARD_REFUSE,      PROTOCOL_REASON_BATTERY_LOW);      /* SR10 */
    rule(g, rules_start_stuck(board, in),     GUARD_REFUSE,      PROTOCOL_REASON_BUTTON_STUCK);     /* SR11 */
    rule(g, rules_not_started(board, in),     GUARD_REFUSE,      PROTOCOL_REASON_NOT_STARTED);      /* SR11 */
    rule(g, rules_self_check(board, in),      GUARD_FAULT,       PROTOCOL_REASON_SELF_CHECK);       /* SR13 */
    rule(g, rules_no_progress(board, in),     GUARD_REFUSE,      PROTOCOL_REASON_NO_PROGRESS);      /* SR14 */
    rule(g, rules_estop_waiting(board, in),   GUARD_REFUSE,      PROTOCOL_REASON_ESTOP_WAITING);    /* SR14 */
    rule(g, rules_unanswered(board, in),      GUARD_RETURN,      PROTOCOL_REASON_UNANSWERED);       /* SR15 */
}

BOARD_IN_PLACE static inline bool any(const found_t *found, uint32_t demands, uint8_t action)
{
    return (demands & found->by[action]) != 0U;
}

BOARD_IN_PLACE static inline uint8_t greatest(const found_t *found, uint32_t demands)
{
    if (demands == 0U) {
        return GUARD_ALLOW;
    }
    if (any(found, demands, GUARD_STOP)) {
        return GUARD_STOP;
    }
    if (any(found, demands, GUARD_FAULT)) {
        return GUARD_FAULT;
    }
    if (any(found, demands, GUARD_ASK)) {
        return GUARD_ASK;
    }
    if (any(found, demands, GUARD_RETURN_HALF)) {
        return GUARD_RETURN_HALF;
    }
    if (any(found, demands, GUARD_RETURN)) {
        return GUARD_RETURN;
    }
    return any(found, demands, GUARD_HOLD) ? GUARD_HOLD : GUARD_REFUSE;
}

BOARD_ONE_COPY void guard_update(board_t *board, const board_in_t *in)
{
    BOARD_BY_REGISTER(in);
    guard_t *guard = &board->guard;
    found_t found = {0};
    judge(&found, board, in);
    uint32_t mild = found.by[GUARD_REFUSE] | found.by[GUARD_HOLD];
    uint32_t demands = found.now & (mild | found.by[GUARD_STOP] | ~guard->now);
    guard->now = found.now;
    guard->latched |= demands & ~mild;
    guard->action = greatest(&found, demands);
}
