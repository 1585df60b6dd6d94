/* Who drives now: the mode table and the moments at which it changes.  The only file that writes `mode`. */
#ifndef MODES_H
#define MODES_H

#include "board_state.h"

void modes_update(board_t *board, const board_in_t *in);

/* Nothing but a latch stands between the motor and motion. */
bool modes_drive_able(const board_t *board, const board_in_t *in);

/* The mode with nobody driving: what is latched decides. */
uint8_t modes_at_stand(const board_memory_t *memory);

#endif
