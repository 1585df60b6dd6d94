/* From a wanted rate to duty, brake and contactor: sequence, jerk-limited profile, PI, and what the drive's own behaviour betrays (SR9). */
#ifndef RATE_LOOP_H
#define RATE_LOOP_H

#include "board_state.h"

enum { DRIVE_OFF, DRIVE_CLOSING, DRIVE_RELEASING, DRIVE_RUN, DRIVE_SETTING };

/* Motor power off and brake set in this very tick. */
void rate_loop_cut(drive_state_t *drive);
void rate_loop_update(board_t *board);

/* The direction the drive is being turned in: -1, 0, 1. */
int8_t rate_loop_driven(const drive_state_t *drive);

#endif
