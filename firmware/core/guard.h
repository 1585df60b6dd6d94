/* The board's safety rules as one table.  Judges; moves nothing. */
#ifndef GUARD_H
#define GUARD_H

#include "board_state.h"

/* What a broken rule demands; the greatest demand wins. */
typedef enum {
    GUARD_ALLOW,
    GUARD_REFUSE,      /* upright rest is not left; told, nothing else */
    GUARD_HOLD,        /* controlled stop and brake for as long as it is broken */
    GUARD_RETURN,      /* the board's own controlled return, when it breaks */
    GUARD_RETURN_HALF, /* the same at half rate */
    GUARD_ASK,         /* ... and at once a controlled stop, whoever drives, then 20 s in which somebody can answer */
    GUARD_FAULT,       /* emergency-stop reaction, latched, when it breaks */
    GUARD_STOP,        /* emergency stop, latched */
    GUARD_ACTIONS      /* so many there are */
} guard_action_t;

void guard_update(board_t *board, const board_in_t *in);

#endif
