/* SR14: when the help ladder sounds.  Counts; moves nothing. */
#include "ladder.h"

#define LADDER_PROGRESS_CDEG 50
#define LADDER_FAULT_MS 10000U      /* latched off upright rest, and RETURN not pressed or of no use */
#define LADDER_LOST_MS 100U

/* At upright rest nothing is missing and nobody waits. */
BOARD_ONE_COPY static void nothing_missing(session_t *session, int16_t angle_cdeg)
{
    session->progress_cdeg = angle_cdeg;
    session->stuck_ms = 0;
    session->stopped_ms = 0;
    session->fault_ms = 0;
    session->no_progress = false;
    session->ladder = false;
}

/* True: half a degree up; the place follows the table while no motion is due. */
static bool watch_progress(session_t *session, int16_t angle_cdeg, bool due)
{
    bool rose = session->progress_cdeg - angle_cdeg >= LADDER_PROGRESS_CDEG;
    uint16_t stuck_ms = due && !rose ? board_count_pair(session->stuck_ms) : (uint16_t)0U;
    session->stuck_ms = stuck_ms;
    if (!due || rose || angle_cdeg > session->progress_cdeg) { /* sinking, or noise, is no progress */
        session->progress_cdeg = angle_cdeg;
    }
    if (stuck_ms >= BOARD_NO_PROGRESS_MS) {
        session->no_progress = true;
    }
    return rose;
}

/* Called for by the level wait: level is reached and nobody has answered. */
static bool waits(const board_t *board, int16_t angle_cdeg)
{
    return board->memory.level_wait && board->session.returning && board->angle.at_rest && board->plan.waiting &&
           angle_cdeg <= BOARD_LEVEL_CDEG + BOARD_GATE_HALF_CDEG;
}

void ladder_update(board_t *board)
{
    session_t *session = &board->session;
    BOARD_BY_REGISTER(session);
    int16_t angle_cdeg = board->angle.angle_cdeg;
    if (!session->away) {
        nothing_missing(session, angle_cdeg);
        return;
    }
    uint8_t mode = session->mode;
    bool progress = watch_progress(session, angle_cdeg, board->plan.due);
    uint16_t stopped_ms = 0;
    if (mode == PROTOCOL_BOARD_MODE_STOPPED || mode == PROTOCOL_BOARD_MODE_RESCUE) {
        stopped_ms = board_count_pair(session->stopped_ms);
    }
    session->stopped_ms = stopped_ms;
    uint16_t fault_ms = progress ? (uint16_t)0U : session->fault_ms; /* a RETURN that fails again at once is no progress */
    if (!progress && mode == PROTOCOL_BOARD_MODE_FAULT) {
        fault_ms = board_count_pair(fault_ms);
    }
    session->fault_ms = fault_ms;
    session->ladder = session->no_progress || stopped_ms >= (uint16_t)BOARD_ESTOP_LADDER_MS || fault_ms >= LADDER_FAULT_MS || board->inputs.unsound || session->sinks ||
                      board->angle.lost_ms >= LADDER_LOST_MS || board->budget.spent || waits(board, angle_cdeg);
}
