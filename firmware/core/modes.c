/* Who drives now: the mode table and the moments at which it changes.  The only file that writes `mode`. */
#include "modes.h"

#include "angle.h"
#include "budget.h"
#include "guard.h"
#include "rate_loop.h"
#include "rest.h"
#include "session.h"

#define MODES_ESTOP_CLOSED_MS 50U   /* bounce of a released mushroom */
#define MODES_TAKEOVERS 2U          /* in one return: a Pi that takes over and then holds cannot keep anybody down */
#define MODES_ASK_MS 20000U         /* as long as anybody is given to answer (SR15) */
#define MODES_BACK_OFF_CDEG 200     /* fault 89 */
#define MODES_SINKS_CDEG 10
#define MODES_GRACE_LAST_MS 3000U
#define MODES_STOPS (PROTOCOL_REASON_ESTOP | PROTOCOL_REASON_ESTOP_DISAGREE | PROTOCOL_REASON_OVERSPEED | PROTOCOL_REASON_END_STOP | \
                     PROTOCOL_REASON_POT_RANGE | PROTOCOL_REASON_ANGLE_LOST | PROTOCOL_REASON_STALL | PROTOCOL_REASON_OVERCURRENT | \
                     PROTOCOL_REASON_WRONG_WAY | PROTOCOL_REASON_UNCOMMANDED | PROTOCOL_REASON_PI_TRIP | PROTOCOL_REASON_LOAD | \
                     PROTOCOL_REASON_SELF_CHECK)
#define MODES_SILENT_MS (BOARD_TAKE_OVER_MS - BOARD_COMMAND_EXPIRES_MS)

bool modes_drive_able(const board_t *board, const board_in_t *in)
{
    return board->angle.calibrated && !board->angle.lost && !in->release_pulled && !in->overcurrent_latched && in->self_check_ok &&
           board->inputs.estop_closed_ms > 0U && !board->session.sinks;
}

static bool at_stand(const board_t *board)
{
    return board->drive.state == DRIVE_OFF;
}

static uint8_t request_of(const board_t *board)
{
    return board->link.fresh ? board->link.command.request : PROTOCOL_REQUEST_HOLD;
}

static bool asks_up(uint8_t request)
{
    return request == PROTOCOL_REQUEST_RETURN_UP || request == PROTOCOL_REQUEST_ASCEND;
}

BOARD_CALLED uint8_t modes_at_stand(const board_memory_t *memory)
{
    if (memory->estop_latched) {
        return PROTOCOL_BOARD_MODE_STOPPED;
    }
    return memory->fault_latched ? PROTOCOL_BOARD_MODE_FAULT : PROTOCOL_BOARD_MODE_BRAKED;
}

/* Who sinks under the RETURN that followed a stop has had no help of it: each press would open the brake for the next fall (fault 79). */
static void judge_rescue(board_t *board)
{
    bool rescue = modes_at_stand(&board->memory) != PROTOCOL_BOARD_MODE_BRAKED;
    if (rescue && board->angle.angle_cdeg - board->drive.far_cdeg >= MODES_SINKS_CDEG) {
        board->session.sinks = true;
    }
}

static void latch(board_t *board)
{
    judge_rescue(board);
    rate_loop_cut(&board->drive);
    session_latch(board);
    if (board->session.mode != PROTOCOL_BOARD_MODE_STOPPED && board->session.mode != PROTOCOL_BOARD_MODE_RESCUE) {
        rest_begin_return(board); /* the way up after a stop is a new return; letting RETURN go in the middle of it is not */
    }
    board->session.mode = modes_at_stand(&board->memory);
}

/* The board brings the person up by itself.  Nobody asked: wait at level. */
static void ascend(board_t *board, bool asked)
{
    if (board->angle.at_rest) { /* one still on its way up only changes hands: no stop for a rest it has taken */
        rest_begin_return(board);
    }
    session_begin_return(board);
    board->session.asked = asked;
    if (!asked) {
        session_wait_at_level(board);
    }
    board->session.ascent_by_pi = false;
    board->session.grace = false;
    board->session.mode = PROTOCOL_BOARD_MODE_ASCENT;
}

/* Something in the way of a descent is given 2 degrees at once; anything else is only stopped for.  Never past the gate. */
static void begin_asking(board_t *board)
{
    session_t *session = &board->session;
    BOARD_BY_REGISTER(session);
    int16_t angle_cdeg = board->angle.angle_cdeg;
    int16_t least_cdeg = angle_cdeg > BOARD_GATE_CDEG ? BOARD_GATE_CDEG : BOARD_UPRIGHT_CDEG;
    bool backs_off = board->drive.profile_cdps > 0 && (board->guard.now & PROTOCOL_REASON_OBSTACLE) != 0U;
    session->ask_ms = MODES_ASK_MS;
    session->asks++;
    session->ask_cdeg = backs_off ? board_more((int16_t)(angle_cdeg - MODES_BACK_OFF_CDEG), least_cdeg) : (int16_t)BOARD_END_STOP_CDEG;
}

/* RETURN or OK ends the wait, and so does time that is short: then up, warned as ever. */
static void ask(board_t *board)
{
    session_t *session = &board->session;
    BOARD_BY_REGISTER(session);
    bool over = board->inputs.return_.edge || board->inputs.ok.edge || board->budget.short_;
    if (over) {
        session->ask_ms = 0;
    } else if (session->ask_ms > 0U) {
        session->ask_ms--;
    }
}

/* The board's own trips.  A return that the Pi is carrying out already is not taken out of its hands, only slowed. */
static bool trip(board_t *board)
{
    uint8_t action = board->guard.action;
    if (!board->session.away || action < GUARD_RETURN) {
        return false;
    }
    if (action >= GUARD_RETURN_HALF) {
        board->session.half_rate = true;
    }
    board->budget.unanswered_ms = 0;
    if (action == GUARD_ASK) {
        begin_asking(board);
    } else if (action == GUARD_RETURN_HALF) {
        board->session.ask_ms = 0; /* a lock that is open does not wait for an answer (SR6) */
    }
    if (action != GUARD_ASK && board->session.mode == PROTOCOL_BOARD_MODE_FOLLOW && board->session.returning && board->session.pi_wants_up) {
        return false;
    }
    ascend(board, false);
    return true;
}

/* RETURN is obeyed at once; who carries it out is decided a moment later. */
static void press(board_t *board)
{
    session_t *session = &board->session;
    if (board->inputs.return_.edge && session->away) {
        session_begin_return(board);
        session_answer(board);
        session->asked = true;
        session->dizzy_blocked = true;
        session->grace = true;
        session->grace_ms = 0;
        board->guard.latched |= PROTOCOL_REASON_ASKED;
    } else if (board->inputs.ok.edge && session->returning) {
        session_answer(board);
    }
}

/* RETURN ends a wait for dizziness at once; the Pi must have asked for something else before it can ask for another. */
BOARD_CALLED static void unblock_dizzy(board_t *board)
{
    if (board->link.fresh && board->link.command.request != PROTOCOL_REQUEST_DIZZY_BACK) {
        board->session.dizzy_blocked = false;
    }
}

static bool grace_over(board_t *board)
{
    session_t *session = &board->session;
    BOARD_BY_REGISTER(session);
    if (!session->grace) {
        return false;
    }
    session->grace_ms = board_count(session->grace_ms);
    if (session->grace_ms >= MODES_GRACE_LAST_MS) {
        session->grace = false;
        return !session->pi_wants_up;
    }
    return session->grace_ms >= BOARD_RETURN_GRACE_MS && !asks_up(request_of(board));
}

/* SR15: who falls silent on the way up is not stood up, whoever began the return and whoever carries it out: by the Pi's word, which counts
 * only until somebody has pressed, or by the board's own count of the time since a press, which begins anew with each. */
static void wait_for_the_silent(board_t *board)
{
    const session_t *session = &board->session;
    bool unasked = asks_up(request_of(board)) && (board->link.command.flags & PROTOCOL_COMMAND_FLAG_UNASKED) != 0U;
    if (budget_unanswered(board) || (unasked && !session->answered && !session->asked)) {
        session_wait_at_level(board);
    }
}

static void take_return_request(board_t *board)
{
    session_begin_return(board);
    if ((board->link.command.flags & PROTOCOL_COMMAND_FLAG_HALF_RATE) != 0U) {
        board->session.half_rate = true;
    }
    wait_for_the_silent(board);
}

/* The Pi's requests, from BRAKED and FOLLOW. */
static void follow(board_t *board, const board_in_t *in)
{
    session_t *session = &board->session;
    uint8_t request = request_of(board);
    bool wanted = false;
    if (request == PROTOCOL_REQUEST_FOLLOW) {
        wanted = session_may_follow(board, in);
    } else if (asks_up(request)) {
        wanted = session->away;
        if (wanted) {
            take_return_request(board);
        }
        if (wanted && request == PROTOCOL_REQUEST_ASCEND && !session->must_rest) {
            session->ascent_by_pi = true;
            session->mode = PROTOCOL_BOARD_MODE_ASCENT;
            return;
        }
    } else if (request == PROTOCOL_REQUEST_DIZZY_BACK) {
        wanted = session->returning;
    }
    if (wanted) {
        session->mode = PROTOCOL_BOARD_MODE_FOLLOW;
    } else if (at_stand(board)) {
        session->mode = PROTOCOL_BOARD_MODE_BRAKED;
    }
    session_test_brake(board, in, request == PROTOCOL_REQUEST_TEST_BRAKE);
}

static void braked_or_follow(board_t *board, const board_in_t *in)
{
    session_t *session = &board->session;
    press(board);
    if (trip(board)) {
        return;
    }
    if (grace_over(board)) {
        ascend(board, true);
        return;
    }
    if (session->away && board->link.silent_ms >= MODES_SILENT_MS) {
        ascend(board, session->asked);
        return;
    }
    session->must_rest = (session->must_rest || !board->link.fresh) && !at_stand(board);
    follow(board, in);
    unblock_dizzy(board);
}

/* The Pi takes over at rest only, by asking for exactly this return; a hold never ends the board's own ascent. */
static void ascent(board_t *board)
{
    session_t *session = &board->session;
    BOARD_BY_REGISTER(session);
    uint8_t request = request_of(board);
    press(board);
    session->grace = false;
    unblock_dizzy(board);
    ask(board);
    wait_for_the_silent(board); /* before a trip, which counts the silence anew */
    (void)trip(board);
    if (session->ascent_by_pi && !asks_up(request)) {
        session->ascent_by_pi = false;
        session->mode = PROTOCOL_BOARD_MODE_FOLLOW;
        session->must_rest = !at_stand(board);
    } else if (request == PROTOCOL_REQUEST_RETURN_UP && at_stand(board) && !board->memory.fault_latched &&
               !board->budget.short_ && session->ask_ms == 0U && session->takeovers < MODES_TAKEOVERS) {
        session->takeovers++;
        session->ascent_by_pi = false;
        session->mode = PROTOCOL_BOARD_MODE_FOLLOW;
    }
}

static void stopped(board_t *board, const board_in_t *in)
{
    session_t *session = &board->session;
    bool ready = board->inputs.estop_closed_ms >= MODES_ESTOP_CLOSED_MS && !board->inputs.estop_cycle_due && session->away;
    if (session_reset_due(board)) {
        session_reset(board);
        session->mode = PROTOCOL_BOARD_MODE_BRAKED;
    } else if (board->inputs.return_.edge && ready && modes_drive_able(board, in)) {
        session_begin_return(board);
        session_answer(board);
        session->releasing = false;
        session->mode = PROTOCOL_BOARD_MODE_RESCUE;
    }
}

static void rescue(board_t *board)
{
    session_t *session = &board->session;
    BOARD_BY_REGISTER(session);
    bool halted = board->guard.action == GUARD_ASK; /* the finger stays on, the motion ends: it takes a fresh press */
    if (halted) {
        session->asks++;
    }
    if (halted || !board->inputs.return_.pressed) {
        session->releasing = true;
    }
    if (session->releasing && at_stand(board)) {
        session->mode = PROTOCOL_BOARD_MODE_STOPPED;
    }
}

/* A stop that only the Pi has asked for keeps nobody head-down: with the time nearly gone, or nobody answering, the board brings up. */
static bool pi_overruled(const board_t *board)
{
    return budget_overdue(board) && (board->guard.latched & MODES_STOPS) == PROTOCOL_REASON_PI_TRIP;
}

static void fault(board_t *board, const board_in_t *in)
{
    if (session_reset_due(board)) {
        session_reset(board);
        board->session.mode = PROTOCOL_BOARD_MODE_BRAKED;
    } else if (board->session.away && modes_drive_able(board, in)) {
        if (board->inputs.return_.edge) {
            session_answer(board);
            ascend(board, true);
        } else if (pi_overruled(board)) {
            board->session.pi_trips = UINT8_MAX; /* they count no more until upright */
            ascend(board, false);
        }
    }
}

static void arrive(board_t *board)
{
    if (session_arrived(board)) {
        session_finish(board);
        board->session.mode = modes_at_stand(&board->memory);
    }
}

BOARD_CALLED void modes_update(board_t *board, const board_in_t *in)
{
    if (board->guard.action == GUARD_STOP && !board->memory.estop_latched) {
        board->memory.estop_latched = true;
        board->save = true;
    }
    if (board->guard.action >= GUARD_FAULT) {
        latch(board);
        return;
    }
    board->session.not_started = false;
    switch (board->session.mode) {
    case PROTOCOL_BOARD_MODE_ASCENT:
        ascent(board);
        break;
    case PROTOCOL_BOARD_MODE_RESCUE:
        rescue(board);
        break;
    case PROTOCOL_BOARD_MODE_STOPPED:
        stopped(board, in);
        break;
    case PROTOCOL_BOARD_MODE_FAULT:
        fault(board, in);
        break;
    default:
        braked_or_follow(board, in);
        break;
    }
    arrive(board);
}
