/* SR14: when the help ladder sounds.  Counts; moves nothing. */
#ifndef LADDER_H
#define LADDER_H

#include "board_state.h"

void ladder_update(board_t *board);

#endif
