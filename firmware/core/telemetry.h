/* What the Pi is told, and when.  Reads the state; decides nothing. */
#ifndef TELEMETRY_H
#define TELEMETRY_H

#include "board_state.h"

void telemetry_start(telemetry_t *telemetry, uint8_t reset_cause);
void telemetry_update(board_t *board, const board_in_t *in, board_out_t *out);

#endif
