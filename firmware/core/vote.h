/* Who of potentiometer, encoder and the Pi's angle is believed (SR8).  Reads angles, writes verdicts; moves nothing. */
#ifndef VOTE_H
#define VOTE_H

#include "board_state.h"

void vote_checkpoint(angle_t *angle);
void vote_update(angle_t *angle, int8_t driven);
void vote_trust(angle_t *angle);

#endif
