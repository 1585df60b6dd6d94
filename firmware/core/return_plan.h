/* How far and how fast the table may turn now: floor, ceiling and wanted rate of every motion, whoever asks.  Moves nothing. */
#ifndef RETURN_PLAN_H
#define RETURN_PLAN_H

#include "board_state.h"

void return_plan_start(plan_t *plan);

/* How far down and how far up the table may turn now. */
int16_t return_plan_ceiling_cdeg(const board_t *board);
int16_t return_plan_floor_cdeg(const board_t *board, bool rest_due);

void return_plan_update(board_t *board, const board_in_t *in);

#endif
