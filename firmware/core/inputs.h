/* Raw inputs to facts: debounced buttons, contacts with their ages, converter counts in units.  Decides nothing. */
#ifndef INPUTS_H
#define INPUTS_H

#include "board_state.h"

void inputs_start(inputs_t *inputs, const board_memory_t *memory);
void inputs_update(inputs_t *inputs, const board_in_t *in);

#endif
