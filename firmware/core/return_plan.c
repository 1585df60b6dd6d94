/* How far and how fast the table may turn now: floor, ceiling and wanted rate of every motion, whoever asks.  Moves nothing.
 * Every motion of every mode passes through the same clamp at the end of this file. */
#include "return_plan.h"

#include "angle.h"
#include "budget.h"
#include "modes.h"
#include "rest.h"
#include "stopping.h"

#define PLAN_UPRIGHT_CDEG (BOARD_UPRIGHT_CDEG + 5) /* stop just before the mechanical stop */
#define PLAN_MOST_CDPS (BOARD_MAX_RATE_CDPS - 10) /* room for the rate loop's overshoot below the absolute limit */
#define PLAN_REACHED_CDEG 8
#define PLAN_START_CDEG 20         /* from rest a bound this near is reached already: no creeping after noise */
#define PLAN_LAG_SHIFT 4           /* what the rate loop runs on: 1/16 s */
#define PLAN_DIZZY_PAST_CDEG 300   /* off upright rest */
#define PLAN_WARN_REST_MS ((uint16_t)BOARD_WARNING_MS)

void return_plan_start(plan_t *plan)
{
    plan->permitted_cdeg = BOARD_CEILING_CDEG;
}

/* TP10: who feels dizzy while the board brings them up is stopped and waits, by dizzy_back and nothing else: the hold of a Pi that has
 * just begun again stops no ascent.  RETURN goes on; so does the ascent once time is short or nobody answers, whatever the Pi says. */
static bool dizzy_waits(const board_t *board)
{
    return board->link.fresh && board->link.command.request == PROTOCOL_REQUEST_DIZZY_BACK && !board->session.dizzy_blocked &&
           !budget_overdue(board);
}

/* What the mode wants before anything is clamped. */
static int16_t wanted_cdps(const board_t *board)
{
    const session_t *session = &board->session;
    const protocol_command_t *command = &board->link.command;
    BOARD_BY_REGISTER(command);
    if (session->mode == PROTOCOL_BOARD_MODE_ASCENT) {
        return dizzy_waits(board) ? (int16_t)0 : (int16_t)-BOARD_RATE_CDPS;
    }
    if (session->mode == PROTOCOL_BOARD_MODE_RESCUE) {
        return session->releasing ? (int16_t)0 : (int16_t)-BOARD_HALF_RATE_CDPS;
    }
    if (session->mode != PROTOCOL_BOARD_MODE_FOLLOW || !board->link.fresh || session->must_rest) {
        return 0;
    }
    if (command->request == PROTOCOL_REQUEST_FOLLOW) {
        return command->rate_cdps;
    }
    if (command->request == PROTOCOL_REQUEST_RETURN_UP) {
        return board_less(command->rate_cdps, 0);
    }
    return command->request == PROTOCOL_REQUEST_DIZZY_BACK ? board_more(command->rate_cdps, 0) : (int16_t)0;
}

static bool dizzy_may_descend(const board_t *board)
{
    const session_t *session = &board->session;
    return board->link.command.request == PROTOCOL_REQUEST_DIZZY_BACK && !session->dizzy_blocked && !session->return_only &&
           session->session_open && board->angle.trusted && board->inputs.ankles_closed_ms >= BOARD_LOCKS_CLOSED_MS &&
           board->angle.angle_cdeg < BOARD_GATE_CDEG && board->angle.angle_cdeg > BOARD_UPRIGHT_CDEG + PLAN_DIZZY_PAST_CDEG &&
           (board->guard.latched & ~PROTOCOL_REASON_PI_SILENT) == 0U;
}

int16_t return_plan_ceiling_cdeg(const board_t *board)
{
    const session_t *session = &board->session;
    if (session->returning || session->return_only || !session->session_open) {
        return session->returning && dizzy_may_descend(board) ? board_less(BOARD_GATE_CDEG, board->plan.permitted_cdeg)
                                                              : board->angle.angle_cdeg;
    }
    return board->plan.permitted_cdeg;
}

/* SR3 and SR15 as one number.  Upward through the gate without its rest does not exist, whoever asks. */
int16_t return_plan_floor_cdeg(const board_t *board, bool rest_due)
{
    if (board->session.ask_ms > 0U) {
        return board->session.ask_cdeg;
    }
    if (rest_due && board->rest.zone != REST_PAST) {
        return BOARD_GATE_CDEG;
    }
    if (!board->session.returning) {
        return 0; /* following the programme never brings anybody above level */
    }
    if (rest_due) {
        return board->angle.angle_cdeg;
    }
    if (board->memory.level_wait || board->plan.up_switch_open) {
        return BOARD_LEVEL_CDEG;
    }
    return PLAN_UPRIGHT_CDEG;
}

/* The speed from which the table still stops within `way_cdeg`, or `wanted_cdps` where that is less. */
static int16_t approach_cdps(const board_t *board, int16_t way_cdeg, int16_t wanted_cdps)
{
    int16_t speed_cdps = board_abs(board->drive.profile_cdps);
    int16_t least_cdeg = board->drive.brake_released ? (int16_t)PLAN_REACHED_CDEG : (int16_t)PLAN_START_CDEG;
    if (way_cdeg <= least_cdeg) {
        return 0;
    }
    way_cdeg = (int16_t)(way_cdeg - (speed_cdps >> PLAN_LAG_SHIFT));
    int16_t most_cdps = way_cdeg < (int16_t)STOPPING_FAR_CDEG ? stopping_cdps((uint16_t)board_more(way_cdeg, 0)) : (int16_t)PLAN_MOST_CDPS;
    return board_less(wanted_cdps, most_cdps);
}

static int16_t way_up_cdeg(const board_t *board, bool rest_due)
{
    int16_t way_cdeg = (int16_t)(board->angle.angle_cdeg - return_plan_floor_cdeg(board, rest_due));
    if (board->angle.disputed) { /* upright and level by the first of the two to say so */
        int16_t first_cdeg = angle_first_cdeg(&board->angle);
        if (board->angle.leg < 2U && board->angle.first_began_inverted) {
            way_cdeg = board_less(way_cdeg, (int16_t)(first_cdeg - BOARD_LEVEL_CDEG));
        }
        if (first_cdeg > PLAN_UPRIGHT_CDEG) {
            way_cdeg = board_less(way_cdeg, (int16_t)(first_cdeg - PLAN_UPRIGHT_CDEG));
        }
    }
    return way_cdeg;
}

/* An open head-up switch blocks upward motion (SR5).  One exception, so that a single broken wire traps nobody head-down: with two angles
 * agreeing that the table is head-down, a return that was pressed for may go on to level and no further; from there it is the lever. */
static bool up_switch_blocks(const board_t *board, const board_in_t *in)
{
    return !in->end_stop_up_closed && (!board->angle.trusted || board->angle.angle_cdeg < BOARD_LEVEL_CDEG ||
                                       !in->end_stop_down_closed || !board->session.returning);
}

static bool blocked(const board_t *board, const board_in_t *in)
{
    return board->session.mode == PROTOCOL_BOARD_MODE_STOPPED || board->session.mode == PROTOCOL_BOARD_MODE_FAULT ||
           !modes_drive_able(board, in);
}

/* SR4: two seconds of warning before the board moves anybody who did not just ask for it. */
static bool warn(board_t *board, bool wants_up, uint16_t left_ms)
{
    session_t *session = &board->session;
    uint8_t mode = session->mode;
    bool rests = left_ms > 0U && board->rest.zone != REST_BEFORE;
    bool starting = false;
    bool warning = false;
    if (mode == PROTOCOL_BOARD_MODE_ASCENT) { /* one on its way up already has nothing new to warn of */
        starting = wants_up && session->ask_ms == 0U && !session->asked && !session->ascent_by_pi && board->drive.profile_cdps >= 0;
        warning = starting || (rests && left_ms <= PLAN_WARN_REST_MS && !board->drive.brake_released);
    } else if (session->away && (mode == PROTOCOL_BOARD_MODE_BRAKED || mode == PROTOCOL_BOARD_MODE_FOLLOW)) {
        warning = !board->link.fresh || (session->overdue_ms > 0U && !rests); /* warned of while the Pi has its last chance */
    }
    session->warning = warning;
    uint16_t warn_ms = warning ? board_count(session->warn_ms) : (uint16_t)0U;
    session->warn_ms = warn_ms;
    return starting && warn_ms < BOARD_WARNING_MS;
}

/* Never faster than the bound ahead allows, and never past it. */
static int16_t clamp_up(const board_t *board, int16_t rate_cdps, bool rest_due)
{
    return board->plan.blocked_up ? (int16_t)0 : (int16_t)-approach_cdps(board, way_up_cdeg(board, rest_due), (int16_t)-rate_cdps);
}

static int16_t clamp_down(const board_t *board, const board_in_t *in, int16_t rate_cdps)
{
    bool allowed = in->end_stop_down_closed && board->angle.trusted && board->session.session_open &&
                   board->inputs.ankles_closed_ms >= BOARD_LOCKS_CLOSED_MS;
    if (!allowed) {
        return 0;
    }
    return approach_cdps(board, (int16_t)(return_plan_ceiling_cdeg(board) - board->angle.angle_cdeg), rate_cdps);
}

static int16_t most_cdps(const board_t *board)
{
    const session_t *session = &board->session;
    if (session->half_rate || session->mode == PROTOCOL_BOARD_MODE_RESCUE || board->memory.fault_latched || !board->angle.trusted) {
        return BOARD_HALF_RATE_CDPS;
    }
    return PLAN_MOST_CDPS;
}

/* The least permitted angle heard in a session; none has been heard before it. */
static void hear_permitted(board_t *board)
{
    if (!board->session.away) {
        board->plan.permitted_cdeg = BOARD_CEILING_CDEG;
    } else if (board->link.heard && board->session.session_open) {
        board->plan.permitted_cdeg = board_less(board->plan.permitted_cdeg, board->link.command.permitted_angle_cdeg);
    }
}

void return_plan_update(board_t *board, const board_in_t *in)
{
    plan_t *plan = &board->plan;
    hear_permitted(board);
    plan->up_switch_open = !in->end_stop_up_closed;
    plan->blocked = blocked(board, in);
    plan->blocked_up = up_switch_blocks(board, in);
    uint16_t left_ms = rest_left_ms(board);
    int16_t wanted = wanted_cdps(board);
    int16_t most = most_cdps(board);
    wanted = board_more(board_less(wanted, most), (int16_t)-most);
    int16_t rate = wanted > 0 ? clamp_down(board, in, wanted) : clamp_up(board, wanted, left_ms > 0U);
    bool warning_first = warn(board, rate < 0, left_ms);
    bool level_wait = board->memory.level_wait && board->angle.angle_cdeg <= BOARD_LEVEL_CDEG + BOARD_GATE_HALF_CDEG;
    plan->waiting = warning_first || level_wait || (left_ms > 0U && board->rest.zone != REST_BEFORE);
    plan->due = wanted < 0 && !plan->waiting;
    int16_t profile_cdps = board->drive.profile_cdps;
    bool slows = profile_cdps > 0 ? wanted < profile_cdps : wanted > profile_cdps;
    plan->gentle = !slows && board->session.ask_ms == 0U;
    plan->rate_cdps = plan->blocked || warning_first ? (int16_t)0 : rate;
}
