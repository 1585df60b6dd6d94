/* The predicates of guard.c's table: each true means that its rule is broken now.  Read only. */
#ifndef RULES_H
#define RULES_H

#include "board_state.h"

bool rules_estop(const board_t *board, const board_in_t *in);
bool rules_estop_disagree(const board_t *board, const board_in_t *in);
bool rules_time_up(const board_t *board, const board_in_t *in);
bool rules_overspeed(const board_t *board, const board_in_t *in);
bool rules_past_limit(const board_t *board, const board_in_t *in);
bool rules_end_stop(const board_t *board, const board_in_t *in);
bool rules_ankle_open(const board_t *board, const board_in_t *in);
bool rules_pi_silent(const board_t *board, const board_in_t *in);
bool rules_stranger(const board_t *board, const board_in_t *in);
bool rules_pot_range(const board_t *board, const board_in_t *in);
bool rules_angle_disagree(const board_t *board, const board_in_t *in);
bool rules_angle_lost(const board_t *board, const board_in_t *in);
bool rules_stall(const board_t *board, const board_in_t *in);
bool rules_overcurrent(const board_t *board, const board_in_t *in);
bool rules_wrong_way(const board_t *board, const board_in_t *in);
bool rules_uncommanded(const board_t *board, const board_in_t *in);
bool rules_brake_slip(const board_t *board, const board_in_t *in);
bool rules_pi_trip(const board_t *board, const board_in_t *in);
bool rules_obstacle(const board_t *board, const board_in_t *in);
bool rules_load_drop(const board_t *board, const board_in_t *in);
bool rules_overvoltage(const board_t *board, const board_in_t *in);
bool rules_mains_lost(const board_t *board, const board_in_t *in);
bool rules_battery_low(const board_t *board, const board_in_t *in);
bool rules_start_stuck(const board_t *board, const board_in_t *in);
bool rules_not_started(const board_t *board, const board_in_t *in);
bool rules_self_check(const board_t *board, const board_in_t *in);
bool rules_no_progress(const board_t *board, const board_in_t *in);
bool rules_estop_waiting(const board_t *board, const board_in_t *in);
bool rules_unanswered(const board_t *board, const board_in_t *in);

#endif
