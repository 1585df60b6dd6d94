/* See oracle.h.  One function for each kind of rule. */
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    DUTY_MOST = 1000, RATE_MOST_CDPS = 300, HALF_CDPS = 75, ACCEL_MOST_CDPS2 = 300, EXPIRES_MS = 100, LOCKS_MS = 1000,
    START_MS = 5000 + 31, LET_GO_MS = 10, RESET_MS = 3000, RESET_CLOSED_MS = 1000, CLEAR_MS = 30000, BUDGET_DS = 6000,
    TX_BYTES = 16, FOREVER = 1000000, MODES = 6, STOPPED = 4, FAULT = 5, RESCUE = 3
};

static void must(bool holds, const char *sentence)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", sentence);
        abort();
    }
}

static uint32_t count(uint32_t value_ms, bool goes_on)
{
    return goes_on ? (value_ms < FOREVER ? value_ms + 1U : value_ms) : 0U;
}

void oracle_start(oracle_t *oracle, const board_t *board)
{
    oracle->ankles_ms = oracle->ok_ms = oracle->closed_ms = oracle->upright_ms = 0;
    oracle->start_ms = oracle->return_ms = oracle->command_ms = FOREVER;
    oracle->left_open = oracle->right_open = oracle->session_open = false;
    must(board->memory.inverted_ds <= BUDGET_DS, "SR2: no more inverted time is counted than there is");
    must(board->memory.inverted_ds >= oracle->inverted_ds, "a reset gives no inverted time back");
    must(board->memory.estop_latched || !oracle->estop_latched, "a reset unlatches no emergency stop");
    oracle->inverted_ds = board->memory.inverted_ds;
    oracle->estop_latched = board->memory.estop_latched;
}

static void watch(oracle_t *oracle, const board_t *board, const board_in_t *in, bool commanded)
{
    oracle->ankles_ms = count(oracle->ankles_ms, in->ankle_left_closed && in->ankle_right_closed);
    oracle->closed_ms = count(oracle->closed_ms, in->estop_a_closed && in->estop_b_closed);
    oracle->ok_ms = count(oracle->ok_ms, in->ok_pressed);
    oracle->start_ms = count(oracle->start_ms, !in->start_pressed);
    oracle->return_ms = count(oracle->return_ms, !in->return_pressed);
    oracle->command_ms = count(oracle->command_ms, !commanded);
    bool standing = board->angle.at_upright && !board->session.session_open;
    oracle->upright_ms = count(oracle->upright_ms, standing);
    oracle->left_open = standing && (oracle->left_open || !in->ankle_left_closed);
    oracle->right_open = standing && (oracle->right_open || !in->ankle_right_closed);
}

static void judge_outputs(const board_t *board, const board_in_t *in, const board_out_t *out)
{
    bool open = !in->estop_a_closed || !in->estop_b_closed;
    bool off = out->duty == 0 && !out->brake_released && !out->contactor_closed;
    must(out->duty >= -DUTY_MOST && out->duty <= DUTY_MOST, "the bridge gets one side's duty and no more than all of it");
    must(!open || off, "SR1: an open emergency-stop channel means motor, brake coil and contactor off");
    must(!open || board->memory.estop_latched, "SR1: an open channel is latched in the same millisecond");
    must(out->contactor_closed || (out->duty == 0 && !out->brake_released), "nothing is driven behind an open contactor");
    must(board->session.mode < MODES, "a mode is one of the six");
    must((board->session.mode != STOPPED && board->session.mode != FAULT) || off, "SR1: stopped is off");
    must((out->tx_count == 0U || out->tx_count == TX_BYTES) && out->buzzer <= 3U, "outputs stay in their ranges");
    must(in->self_check_ok || off, "SR13: a board that does not trust itself drives nothing");
    must(!in->overcurrent_latched || off, "SR9: the over-current latch is never driven against");
    must(!in->release_pulled || off, "the lever suspends the drive");
}

static void judge_motion(const oracle_t *oracle, const board_t *board, const board_in_t *in)
{
    int16_t rate_cdps = board->plan.rate_cdps;
    bool slow = board->session.mode == RESCUE || board->memory.fault_latched || board->session.half_rate;
    must(rate_cdps >= -RATE_MOST_CDPS && rate_cdps <= RATE_MOST_CDPS, "SR4: no planned rate over the absolute one");
    must(!slow || (rate_cdps >= -HALF_CDPS && rate_cdps <= HALF_CDPS), "SR4: half rate is half rate");
    must(board->drive.profile_cdps >= -RATE_MOST_CDPS && board->drive.profile_cdps <= RATE_MOST_CDPS, "SR4: nor in the profile");
    must(board->drive.accel_cdps2 >= -ACCEL_MOST_CDPS2 && board->drive.accel_cdps2 <= ACCEL_MOST_CDPS2, "SR4: acceleration");
    if (rate_cdps > 0) {
        must(oracle->ankles_ms >= LOCKS_MS, "SR6: no descent unless the locks have been closed for a second");
        must(in->end_stop_down_closed, "SR5: no descent onto an open end stop");
        must(board->session.session_open, "SR11: no descent outside a session");
        must(oracle->command_ms <= EXPIRES_MS, "SR7: no descent on an expired command");
    }
    must(board->session.mode != RESCUE || rate_cdps == 0 || oracle->return_ms <= LET_GO_MS, "SR1: rescue moves only while RETURN is held");
    must(board->session.mode != RESCUE || rate_cdps <= 0, "SR1: rescue goes up only");
}

static void judge_memory(oracle_t *oracle, const board_t *board)
{
    const board_memory_t *memory = &board->memory;
    bool cleared = memory->inverted_ds == 0U && oracle->upright_ms >= CLEAR_MS && oracle->left_open && oracle->right_open;
    must(memory->inverted_ds >= oracle->inverted_ds || cleared, "SR2: inverted time only grows until the session is over");
    must(memory->inverted_ds <= BUDGET_DS, "SR2: the count stops at its end");
    bool reset = oracle->ok_ms >= RESET_MS && oracle->closed_ms >= RESET_CLOSED_MS && board->angle.calibrated;
    must(memory->estop_latched || !oracle->estop_latched || reset, "SR1: only a reset at upright rest clears the latch");
    must(!board->session.session_open || oracle->session_open || oracle->start_ms <= START_MS, "SR11: a session needs a fresh START");
    oracle->inverted_ds = memory->inverted_ds;
    oracle->estop_latched = memory->estop_latched;
    oracle->session_open = board->session.session_open;
}

void oracle_judge(oracle_t *oracle, const board_t *board, const board_in_t *in, const board_out_t *out, bool commanded)
{
    watch(oracle, board, in, commanded);
    judge_outputs(board, in, out);
    judge_motion(oracle, board, in);
    judge_memory(oracle, board);
}
