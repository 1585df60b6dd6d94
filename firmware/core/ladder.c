/* SR14: when the help ladder sounds.  Counts; moves nothing. */
#include "ladder.h"

#define LADDER_PROGRESS_CDEG 50
#define LADDER_FAULT_MS 10000U      /* latched off upright rest, and RETURN not pressed or of no use */
#define LADDER_LOST_MS 100U

/* True: half a degree up; the place follows the table while no motion is due. */
static bool watch_progress(board_t *board)
{
    session_t *session = &board->session;
    int16_t angle_cdeg = board->angle.angle_cdeg;
    bool due = board->plan.due && session->away;
    bool rose = session->progress_cdeg - angle_cdeg >= LADDER_PROGRESS_CDEG;
    session->stuck_ms = due && !rose ? board_count(session->stuck_ms) : (uint16_t)0U;
    if (!due || rose || angle_cdeg > session->progress_cdeg) { /* sinking, or noise, is no progress */
        session->progress_cdeg = angle_cdeg;
    }
    session->no_progress = session->away && (session->no_progress || session->stuck_ms >= BOARD_NO_PROGRESS_MS);
    return rose;
}

void ladder_update(board_t *board)
{
    session_t *session = &board->session;
    bool rescue = session->mode == PROTOCOL_BOARD_MODE_STOPPED || session->mode == PROTOCOL_BOARD_MODE_RESCUE;
    bool fault = session->mode == PROTOCOL_BOARD_MODE_FAULT;
    bool waits = board->memory.level_wait && session->returning && board->angle.at_rest && board->plan.waiting &&
                 board->angle.angle_cdeg <= BOARD_LEVEL_CDEG + BOARD_GATE_HALF_CDEG;
    bool progress = watch_progress(board);
    session->stopped_ms = rescue && session->away ? board_count(session->stopped_ms) : (uint16_t)0U;
    uint16_t fault_ms = fault ? board_count(session->fault_ms) : session->fault_ms;
    session->fault_ms = progress || !session->away ? (uint16_t)0U : fault_ms; /* a RETURN that fails again at once is no progress */
    session->ladder = session->away && (session->no_progress || session->stopped_ms >= BOARD_ESTOP_LADDER_MS ||
                                        session->fault_ms >= LADDER_FAULT_MS || board->inputs.unsound || board->angle.lost_ms >= LADDER_LOST_MS ||
                                        board->budget.spent || waits);
}
