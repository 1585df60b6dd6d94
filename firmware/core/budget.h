/* SR2 and the board's share of SR15: inverted time used, time a return would take, time since an answer.  Counts; moves nothing. */
#ifndef BUDGET_H
#define BUDGET_H

#include "board_state.h"

#define BUDGET_MOST_DS ((uint16_t)(BOARD_INVERTED_MS / 100UL))

void budget_start(board_t *board);
void budget_update(board_t *board);

/* Nobody has answered for as long as anybody is given (SR15). */
bool budget_unanswered(const board_t *board);

/* Time is short, or nobody answers: a return must not wait for the Pi any longer. */
bool budget_overdue(const board_t *board);

#endif
