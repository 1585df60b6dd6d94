/* How far and how fast the table may turn now: floor, ceiling and wanted rate of every motion, whoever asks.  Moves nothing. */
#ifndef RETURN_PLAN_H
#define RETURN_PLAN_H

#include "board_state.h"
#include "budget.h" /* budget_overdue: what a wait for dizziness ends with */

void return_plan_start(plan_t *plan);
void return_plan_update(board_t *board, const board_in_t *in);

#endif
