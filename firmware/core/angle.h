/* Where the table is and how fast it turns, from potentiometer and encoder; the Pi's angle only breaks a tie (SR8).  Moves nothing. */
#ifndef ANGLE_H
#define ANGLE_H

#include "board_state.h"

void angle_start(angle_t *angle, const board_memory_t *memory);

/* `driven` is the direction the drive is being turned in: -1, 0, 1. */
void angle_update(board_t *board, const board_in_t *in, int8_t driven);

/* Begin again at upright rest: everybody is believed, the encoder is referred to the potentiometer. */
void angle_reset(angle_t *angle);

/* The first and the last of two doubted sensors to reach a place on the way up; both the same while they are believed. */
int16_t angle_first_cdeg(const angle_t *angle);
int16_t angle_last_cdeg(const angle_t *angle);

#endif
