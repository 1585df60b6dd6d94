/* The predicates of guard.c's table: each true means that its rule is broken now.  Read only. */
#include "rules.h"

#include "budget.h"

#define RULES_UP_SWITCH_CDEG (BOARD_UPRIGHT_CDEG + 150)  /* the head-up end-stop may be open nearer than this */
#define RULES_ANKLE_MS 5U
#define RULES_BANDGAP_MS 50U
#define RULES_OVERVOLTAGE_MS 10U
#define RULES_LOAD_MS 20U
#define RULES_ASKS 3U               /* until upright: a current sense that lies without end cannot keep a person down */
#define RULES_LOST_MS 100U
#define RULES_MAINS_MS 40U
#define RULES_POT_RANGE_MS 20U
#define RULES_START_HELD_MS 10000U

bool rules_estop(const board_t *board, const board_in_t *in)
{
    (void)board;
    return !in->estop_a_closed || !in->estop_b_closed;
}

bool rules_estop_disagree(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->inputs.estop_cycle_due;
}

/* While somebody is bringing the person up in earnest there is nothing to add. */
bool rules_time_up(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->budget.short_ && !board->session.pi_wants_up;
}

/* By the sensor that is believed, or by the faster one of two that nobody can choose from. */
bool rules_overspeed(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->drive.overspeed || board->angle.falls;
}

bool rules_past_limit(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->session.away && board->angle.ready && board->angle.angle_cdeg > board->plan.permitted_cdeg + BOARD_OVERRUN_CDEG;
}

/* Down: nothing may ever come that far.  Up: only upright rest may open it; an open wire counts as reached. */
bool rules_end_stop(const board_t *board, const board_in_t *in)
{
    bool up_open = !in->end_stop_up_closed && board->angle.angle_cdeg > RULES_UP_SWITCH_CDEG;
    return !in->end_stop_down_closed || up_open;
}

bool rules_ankle_open(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->session.away && board->inputs.ankle_open_ms >= RULES_ANKLE_MS;
}

bool rules_pi_silent(const board_t *board, const board_in_t *in)
{
    (void)in;
    return !board->link.fresh;
}

bool rules_stranger(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->link.stranger;
}

bool rules_pot_range(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->angle.pot_bad_ms >= RULES_POT_RANGE_MS;
}

bool rules_angle_disagree(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->angle.disputed || board->angle.pot_out || board->angle.encoder_out;
}

bool rules_angle_lost(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->angle.lost_ms >= RULES_LOST_MS;
}

bool rules_stall(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->drive.stall;
}

bool rules_overcurrent(const board_t *board, const board_in_t *in)
{
    return in->overcurrent_latched || board_abs(board->inputs.current_ma) > BOARD_OVERCURRENT_MA;
}

/* Two sensors turning in opposite directions: one of them is wired the wrong way round (fault 9). */
bool rules_wrong_way(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->drive.wrong_way || board->angle.opposite;
}

bool rules_uncommanded(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->drive.uncommanded;
}

bool rules_brake_slip(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->drive.brake_slips;
}

bool rules_pi_trip(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->session.pi_trip;
}

bool rules_obstacle(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->drive.rise_ms >= RULES_LOAD_MS && board->session.asks < RULES_ASKS;
}

bool rules_load_drop(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->drive.drop_ms >= RULES_LOAD_MS && board->session.asks < RULES_ASKS;
}

bool rules_overvoltage(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->inputs.overvoltage_ms >= RULES_OVERVOLTAGE_MS;
}

bool rules_mains_lost(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->inputs.mains_lost_ms >= RULES_MAINS_MS;
}

bool rules_battery_low(const board_t *board, const board_in_t *in)
{
    (void)in;
    return !board->session.session_open && board->inputs.battery_mv < BOARD_BATTERY_TWO_RETURNS_MV;
}

bool rules_start_stuck(const board_t *board, const board_in_t *in)
{
    const button_t *start = &board->inputs.start;
    (void)in;
    return start->pressed && (!start->seen_released || board->inputs.start_held_ms >= RULES_START_HELD_MS) && board->angle.ready;
}

bool rules_not_started(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->session.not_started;
}

bool rules_self_check(const board_t *board, const board_in_t *in)
{
    return !in->self_check_ok || !board->angle.calibrated || board->inputs.bandgap_bad_ms >= RULES_BANDGAP_MS;
}

bool rules_no_progress(const board_t *board, const board_in_t *in)
{
    (void)in;
    return board->session.no_progress;
}

bool rules_estop_waiting(const board_t *board, const board_in_t *in)
{
    (void)in;
    return (uint32_t)board->session.stopped_ms >= BOARD_ESTOP_LADDER_MS;
}

bool rules_unanswered(const board_t *board, const board_in_t *in)
{
    (void)in;
    return budget_unanswered(board) && !board->session.pi_wants_up;
}
