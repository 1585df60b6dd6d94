/* Which command is in force: whole, in sequence, from our own protocol, answering our challenge, at our pace (SR7).
 * The only way in for an order, and an order can only ask for less than a START at the board itself allows: nothing comes from a network (SR12). */
#ifndef LINK_H
#define LINK_H

#include "board_state.h"

void link_start(link_t *link, uint16_t seed);
void link_update(link_t *link, const board_in_t *in, uint16_t tick_ms);

/* A new question for the Pi; the newest few answers count. */
void link_new_challenge(link_t *link);

#endif
