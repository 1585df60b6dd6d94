/* What must hold after every millisecond, whatever the inputs were.  Judges by the inputs and its own counting; the limits are restated
 * here by hand.  A broken one prints its sentence and aborts, which is what a fuzzer and a test both notice. */
#ifndef ORACLE_H
#define ORACLE_H

#include "board.h"
#include "board_state.h"

/* Zeroed, and `upright_ms` as large as is known, is the state before the first tick. */
typedef struct {
    uint32_t ankles_ms, start_ms, return_ms, ok_ms, closed_ms, upright_ms, command_ms;
    bool left_open, right_open;
    bool session_open, estop_latched;
    uint16_t inverted_ds;
} oracle_t;

/* Before the first tick after a reset. */
void oracle_start(oracle_t *oracle, const board_t *board);

/* After a tick.  `commanded`: bytes of a whole command arrived in it. */
void oracle_judge(oracle_t *oracle, const board_t *board, const board_in_t *in, const board_out_t *out, bool commanded);

#endif
