/* board_tick(): what happens each millisecond, in order.  Every line's rules are in the file of that name. */
#include "board.h"

#include <string.h>

#include "angle.h"
#include "board_state.h"
#include "budget.h"
#include "guard.h"
#include "inputs.h"
#include "ladder.h"
#include "link.h"
#include "load.h"
#include "modes.h"
#include "plausible.h"
#include "rate_loop.h"
#include "rest.h"
#include "return_plan.h"
#include "session.h"
#include "telemetry.h"

#define BOARD_SOUND_WARNING 1U
#define BOARD_SOUND_ALARM 2U
#define BOARD_SOUND_LADDER 3U

_Static_assert(sizeof(board_t) <= 600U, "the state fits the small board's RAM three times over");

void board_start(board_t *board, const board_memory_t *memory, uint8_t reset_cause)
{
    memset(board, 0, sizeof *board);
    if (memory != NULL) {
        board->memory = *memory;
    } else { /* nothing known: everything latched, no time left, no calibration */
        board->memory.estop_latched = true;
        board->memory.fault_latched = true;
        board->memory.level_wait = true;
        board->memory.estop_cycle_due = true;
        board->memory.inverted_ds = BUDGET_MOST_DS;
    }
    board->memory.boot_count++;
    board->save = true;
    inputs_start(&board->inputs, &board->memory);
    angle_start(&board->angle, &board->memory);
    link_start(&board->link, board->memory.boot_count);
    return_plan_start(&board->plan);
    budget_start(board);
    telemetry_start(&board->telemetry, reset_cause);
    board->session.mode = modes_at_stand(&board->memory);
}

static uint8_t sound(const board_t *board)
{
    const session_t *session = &board->session;
    uint8_t asked = board->link.fresh ? board->link.command.flags : (uint8_t)0U;
    if (session->ladder) {
        return BOARD_SOUND_LADDER;
    }
    if (session->warning || (asked & PROTOCOL_COMMAND_FLAG_WARN) != 0U) {
        return BOARD_SOUND_WARNING;
    }
    bool alarm = session->away && (board->guard.latched & ~PROTOCOL_REASON_ASKED) != 0U;
    return alarm || (asked & PROTOCOL_COMMAND_FLAG_ALARM) != 0U ? BOARD_SOUND_ALARM : (uint8_t)0U;
}

static void put_outputs(board_t *board, board_out_t *out)
{
    out->duty = board->drive.duty;
    out->brake_released = board->drive.brake_released;
    out->contactor_closed = board->drive.contactor_closed;
    out->buzzer = sound(board);
    out->save_memory = board->save;
    board->save = false;
}

/* What is bounded at 150 ms and more is judged in every second tick, the one half in the even and the other in the odd ones, so that no tick
 * bears both.  Each counts by BOARD_PAIR_MS. */
static void judge_in_turn(board_t *board, int8_t driven)
{
    if ((board->telemetry.tick_ms & 1U) != 0U) {
        load_update(board, driven);
    } else {
        rest_update(board);
        ladder_update(board);
    }
}

void board_tick(board_t *board, const board_in_t *in, board_out_t *out)
{
    out->tx_count = 0;
    inputs_update(&board->inputs, in);
    link_update(&board->link, in, board->telemetry.tick_ms);
    int8_t driven = rate_loop_driven(&board->drive); /* what nothing changes before the rate loop's own turn */
    angle_update(board, in, driven);
    budget_update(board);
    plausible_update(board, driven);
    session_watch(board);
    judge_in_turn(board, driven);
    guard_update(board, in);
    modes_update(board, in);
    return_plan_update(board, in);
    rate_loop_update(board);
    telemetry_update(board, in, out);
    put_outputs(board, out);
}

void board_memory(const board_t *board, board_memory_t *memory)
{
    *memory = board->memory;
}
