/* What the drive's own behaviour betrays (SR4, SR9): stall, wrong way, motion nobody asked for, a brake that creeps.  Watches only. */
#ifndef PLAUSIBLE_H
#define PLAUSIBLE_H

#include "board_state.h"

/* `driven` is the direction the drive is being turned in: -1, 0, 1. */
void plausible_update(board_t *board, int8_t driven);

/* A new drive begins with clean counters. */
void plausible_forget(drive_state_t *drive);

#endif
