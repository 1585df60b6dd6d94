/* A session as the board knows it: opened by a fresh START, a return once begun, the wait at level, reset.  Never writes `mode`. */
#ifndef SESSION_H
#define SESSION_H

#include "board_state.h"

/* Facts of this tick that the rules judge: away from upright rest, what the Pi carries out, the ladder's clocks. */
void session_watch(board_t *board);

void session_latch(board_t *board);
void session_begin_return(board_t *board);
void session_wait_at_level(board_t *board);
void session_answer(board_t *board);
bool session_arrived(board_t *board);
void session_finish(board_t *board);
bool session_reset_due(board_t *board);
void session_reset(board_t *board);

/* May the Pi's programme motion go on; from upright rest only with the board's own START and every interlock (SR11). */
bool session_may_follow(board_t *board, const board_in_t *in);
void session_test_brake(board_t *board, const board_in_t *in, bool asked);

#endif
