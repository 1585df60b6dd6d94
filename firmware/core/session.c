/* A session as the board knows it: opened by a fresh START, a return once begun, the wait at level, reset.  Never writes `mode`. */
#include "session.h"

#include "angle.h"
#include "budget.h"
#include "rate_loop.h"
#include "rest.h"

#define SESSION_EARNEST_CDPS (-60)   /* the Pi is bringing the person up, not crawling */
#define SESSION_RISING_CDPS (-40)
#define SESSION_OVERDUE_MS 2000U     /* for the Pi's own warning before it begins */
#define SESSION_PI_TRIPS 3U          /* until upright: a Pi that trips without end cannot keep anybody down */
#define SESSION_ARRIVED_CDEG (BOARD_UPRIGHT_CDEG + 30)
#define SESSION_STILL_MS 1000U
#define SESSION_BUDGET_LEAST_DS 600U
#define SESSION_TEST_CLOSING_MS 20U
#define SESSION_TEST_MS (SESSION_TEST_CLOSING_MS + 400U)
#define SESSION_TEST_CDEG 6          /* the push turns a table without brake by 0.14 deg in that time; a held one by nothing */

static bool resting(const board_t *board)
{
    return board->angle.at_rest && board->rest.zone != REST_BEFORE && rest_left_ms(board) > 0U;
}

static bool rising(const board_t *board)
{
    return board->angle.rate_cdps <= SESSION_RISING_CDPS;
}

static bool wants_up(const board_t *board, bool overdue)
{
    const protocol_command_t *command = &board->link.command;
    uint8_t mode = board->session.mode;
    if (mode == PROTOCOL_BOARD_MODE_ASCENT || mode == PROTOCOL_BOARD_MODE_RESCUE) {
        return true;
    }
    if (!board->link.fresh) {
        return false;
    }
    bool steers = command->request == PROTOCOL_REQUEST_RETURN_UP;
    if (steers && mode == PROTOCOL_BOARD_MODE_FOLLOW && (command->rate_cdps <= SESSION_EARNEST_CDPS || resting(board))) {
        return true;
    }
    bool claims = steers || command->request == PROTOCOL_REQUEST_ASCEND || (command->flags & PROTOCOL_COMMAND_FLAG_WARN) != 0U;
    return claims && overdue && board->session.overdue_ms < SESSION_OVERDUE_MS;
}

static void watch_pi(board_t *board)
{
    session_t *session = &board->session;
    bool overdue = budget_overdue(board);
    session->overdue_ms = overdue && !rising(board) ? board_count(session->overdue_ms) : (uint16_t)0U;
    session->pi_wants_up = wants_up(board, overdue);
}

static void watch_trip(board_t *board)
{
    session_t *session = &board->session;
    BOARD_BY_REGISTER(session);
    if (!board->link.heard) {
        return;
    }
    bool asked = board->link.command.request == PROTOCOL_REQUEST_TRIP;
    session->pi_trip = asked && !session->trip_heard && session->pi_trips < SESSION_PI_TRIPS;
    if (session->pi_trip) {
        session->pi_trips++;
    }
    session->trip_heard = asked;
}

/* The first believable angle after a reset decides whether somebody may be hanging here (SR13). */
static void watch_boot(board_t *board)
{
    session_t *session = &board->session;
    if (session->boot_checked || !board->angle.ready) {
        return;
    }
    session->boot_checked = true;
    if (board->angle.at_upright) {
        if (!board->memory.estop_latched) {
            board->memory.level_wait = false;
        }
        return;
    }
    session->return_only = true;
    session_wait_at_level(board); /* nobody has asked for this return, whatever the Pi may say of it (SR15) */
    board->guard.latched |= PROTOCOL_REASON_RESET;
}

void session_watch(board_t *board)
{
    session_t *session = &board->session;
    watch_boot(board);
    if (board->memory.estop_cycle_due != board->inputs.estop_cycle_due) {
        board->memory.estop_cycle_due = board->inputs.estop_cycle_due;
        board->save = true;
    }
    session->away = board->angle.ready ? (!board->angle.at_upright || session->session_open) : board->angle.lost_ms >= 100U;
    watch_pi(board);
    watch_trip(board);
    if (board->inputs.start.edge) {
        session->brake_tested = false;
        session->brake_held = false;
    }
}

BOARD_ONE_COPY void session_latch(board_t *board)
{
    session_t *session = &board->session;
    if (!board->memory.estop_latched && !board->memory.fault_latched) {
        board->memory.fault_latched = true;
        board->save = true;
    }
    session->testing = false;
    session->grace = false;
    session->ask_ms = 0;
    if (session->away) {
        session->return_only = true;
    }
}

void session_begin_return(board_t *board)
{
    session_t *session = &board->session;
    if (!session->returning) {
        session->returning = true;
        session->answered = false;
        session->asked = false;
        rest_begin_return(board);
    }
}

void session_wait_at_level(board_t *board)
{
    BOARD_BY_REGISTER(board);
    if (!board->memory.level_wait) {
        board->memory.level_wait = true;
        board->save = true;
    }
}

static void end_level_wait(board_t *board)
{
    if (board->memory.level_wait) {
        board->memory.level_wait = false;
        board->save = true;
    }
}

BOARD_CALLED void session_answer(board_t *board)
{
    board->session.answered = true;
    end_level_wait(board);
}

/* At upright rest and standing; half a degree short after a second of standing there is arrived too. */
bool session_arrived(board_t *board)
{
    session_t *session = &board->session;
    BOARD_BY_REGISTER(session);
    bool still = session->returning && board->angle.at_upright && board->angle.at_rest && board->drive.state == DRIVE_OFF;
    session->upright_still_ms = still ? board_count(session->upright_still_ms) : (uint16_t)0U;
    return still && (board->angle.angle_cdeg <= SESSION_ARRIVED_CDEG || session->upright_still_ms >= SESSION_STILL_MS);
}

BOARD_ONE_COPY void session_finish(board_t *board)
{
    session_t *session = &board->session;
    session->returning = false;
    session->session_open = false;
    session->return_only = false;
    session->half_rate = false;
    session->asked = false;
    session->answered = false;
    session->ascent_by_pi = false;
    session->pi_trips = 0;
    session->takeovers = 0;
    session->asks = 0;
    session->no_progress = false;
    session->sinks = false;
    session->grace = false;
    session->ask_ms = 0;
    board->drive.brake_slips = false;
    end_level_wait(board);
    if (!board->memory.estop_latched && !board->memory.fault_latched) {
        board->guard.latched = 0;
    }
}

bool session_reset_due(board_t *board)
{
    const inputs_t *inputs = &board->inputs;
    BOARD_BY_REGISTER(inputs);
    bool held = inputs->ok.pressed && inputs->ok.seen_released;
    bool place = board->angle.at_upright && inputs->estop_closed_ms >= BOARD_ESTOP_CLOSED_MS && !inputs->estop_cycle_due;
    board->session.reset_ms = held && place ? board_count(board->session.reset_ms) : (uint16_t)0U;
    return board->session.reset_ms >= BOARD_RESET_HOLD_MS;
}

void session_reset(board_t *board)
{
    board->memory.estop_latched = false;
    board->memory.fault_latched = false;
    session_finish(board);
    angle_reset(&board->angle);
    board->session.reset_ms = 0;
    board->save = true;
}

static bool start_asked(const board_t *board)
{
    return board->inputs.start_edge_ms <= BOARD_START_FRESH_MS && board->link.fresh &&
           (board->link.command.flags & PROTOCOL_COMMAND_FLAG_SESSION) != 0U;
}

static bool sensors_good(const angle_t *angle, const board_in_t *in)
{
    BOARD_BY_REGISTER(angle);
    return angle->at_upright && angle->trusted && !angle->pot_out && !angle->encoder_out && in->end_stop_up_closed && in->end_stop_down_closed;
}

static bool power_good(const board_t *board)
{
    return board->inputs.mains_present && board->inputs.battery_mv >= BOARD_BATTERY_TWO_RETURNS_MV &&
           board->budget.left_ds >= SESSION_BUDGET_LEAST_DS;
}

static bool nothing_left_over(const board_t *board)
{
    return !board->session.return_only && !board->session.returning && !board->drive.brake_slips && board->guard.latched == 0U;
}

/* SR11, the board's half: its own fresh START, the Pi's word, and every interlock it can see. */
static bool start_ready(const board_t *board, const board_in_t *in)
{
    bool locks = board->inputs.ankles_closed_ms >= BOARD_LOCKS_CLOSED_MS && !in->release_pulled && in->self_check_ok;
    return locks && start_asked(board) && sensors_good(&board->angle, in) && power_good(board) && nothing_left_over(board);
}

bool session_may_follow(board_t *board, const board_in_t *in)
{
    session_t *session = &board->session;
    if (session->session_open) {
        return true;
    }
    if (board->link.command.rate_cdps <= 0) {
        return false;
    }
    if (start_ready(board, in) && !session->testing) {
        session->session_open = true;
        return true;
    }
    session->not_started = true;
    return false;
}

static int16_t test_moved_cdeg(const board_t *board)
{
    return board_more(board_abs((int16_t)(board->angle.encoder_cdeg - board->session.test_from_cdeg)),
                      board_abs((int16_t)(board->angle.pot_cdeg - board->session.test_from_pot_cdeg)) / 2);
}

/* SR16: once per START the motor pushes towards head-down against the set brake. */
void session_test_brake(board_t *board, const board_in_t *in, bool asked)
{
    session_t *session = &board->session;
    BOARD_BY_REGISTER(session);
    bool ready = asked && !session->session_open && board->drive.state == DRIVE_OFF && start_ready(board, in);
    if (asked && !ready) {
        session->not_started = true;
    }
    if (!ready || session->brake_tested) {
        session->testing = false;
        return;
    }
    if (!session->testing) {
        session->testing = true;
        session->test_ms = 0;
        session->test_from_cdeg = board->angle.encoder_cdeg;
        session->test_from_pot_cdeg = board->angle.pot_cdeg;
    }
    session->test_ms = board_count(session->test_ms);
    bool held = test_moved_cdeg(board) < SESSION_TEST_CDEG;
    if (!held || session->test_ms >= SESSION_TEST_MS) {
        session->brake_tested = true;
        session->brake_held = held;
        session->testing = false;
    }
}
