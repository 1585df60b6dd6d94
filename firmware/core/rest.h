/* SR3: how long the table has been at rest, and whether the rest a return needs next has been taken.  Counts; moves nothing. */
#ifndef REST_H
#define REST_H

#include "board_state.h"

enum { REST_BEFORE, REST_GATE, REST_PAST };

void rest_update(board_t *board);

/* A return begins, or another driver takes it over: rest taken more than 2 degrees away no longer counts past the gate. */
void rest_begin_return(board_t *board);

/* Milliseconds this place still asks for; 0 when taken or none is needed. */
uint16_t rest_left_ms(const board_t *board);

#endif
