/* What the motor's current says about the load: something in the way, or nobody there any more (SR9).  Watches only. */
#ifndef LOAD_H
#define LOAD_H

#include "board_state.h"

void load_update(board_t *board, int8_t driven);

#endif
