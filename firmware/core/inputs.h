/* Raw inputs to facts: debounced buttons, contacts with their ages, converter counts in units.  Decides nothing. */
#ifndef INPUTS_H
#define INPUTS_H

#include "board_state.h"

void inputs_start(inputs_t *inputs, const board_memory_t *memory);
void inputs_update(inputs_t *inputs, const board_in_t *in);

#define INPUTS_MEAN_MS 20U

/* The mean current since this was last asked for, INPUTS_MEAN_MS ago: one count of the converter is 49 mA, and its noise 29, more than
 * the load check of the Pi can bear (SR16). */
int16_t inputs_mean_ma(inputs_t *inputs);

#endif
