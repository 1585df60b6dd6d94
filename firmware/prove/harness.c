/* Entry of the range proof: any memory, any reset cause, then for ever any inputs a board can be handed.  Read by Frama-C only. */
#include <stddef.h>

#include "__fc_builtin.h"
#include "board.h"
#include "board_state.h"

/* The clamps compare the upper half alone, which intervals cannot follow; contracts take the place of their lines. */
/*@ assigns \result \from speed_q16;
    ensures -65536 <= \result <= 65536; */
static int32_t clamp_speed(int32_t speed_q16);
/*@ assigns \result \from value_q16;
    ensures -917504000 - 65536 <= \result <= 917504000 + 65535; */
static int32_t clamp_q16(int32_t value_q16);
#include "angle.c"

#define POT_COUNTS_MOST 4092       /* the sum of four 10-bit conversions */
#define COUNTS_MOST 1023           /* one conversion */

static board_t board;

static bool any_bool(void)
{
    return Frama_C_interval(0, 1) != 0;
}

/* Calibrations that angle_start() accepts, wired the right way round; it refuses any other, and the mirror image divides the same numbers
 * with the other sign.  What it refuses is in the fuzzer's memories. */
static void any_memory(board_memory_t *memory)
{
    memory->estop_latched = any_bool();
    memory->fault_latched = any_bool();
    memory->level_wait = any_bool();
    memory->estop_cycle_due = any_bool();
    memory->inverted_ds = Frama_C_unsigned_short_interval(0, UINT16_MAX);
    memory->boot_count = Frama_C_unsigned_short_interval(0, UINT16_MAX);
    memory->calibrated = any_bool();
    memory->pot_zero_counts = Frama_C_unsigned_short_interval(1001, 3099);
    memory->pot_span_counts = Frama_C_short_interval(1300, 2300);
    memory->encoder_span_counts = Frama_C_short_interval(20, 2000);
}

static void any_contacts(board_in_t *in)
{
    in->estop_a_closed = any_bool();
    in->estop_b_closed = any_bool();
    in->end_stop_up_closed = any_bool();
    in->end_stop_down_closed = any_bool();
    in->ankle_left_closed = any_bool();
    in->ankle_right_closed = any_bool();
    in->start_pressed = any_bool();
    in->return_pressed = any_bool();
    in->ok_pressed = any_bool();
    in->release_pulled = any_bool();
    in->overcurrent_latched = any_bool();
    in->self_check_ok = any_bool();
}

static void any_inputs(board_in_t *in)
{
    in->pot_counts = Frama_C_unsigned_short_interval(0, POT_COUNTS_MOST);
    in->current_counts = Frama_C_unsigned_short_interval(0, COUNTS_MOST);
    in->battery_counts = Frama_C_unsigned_short_interval(0, COUNTS_MOST);
    in->mains_counts = Frama_C_unsigned_short_interval(0, COUNTS_MOST);
    in->bandgap_counts = Frama_C_unsigned_short_interval(0, COUNTS_MOST);
    in->encoder_counts = Frama_C_long_interval(INT32_MIN, INT32_MAX);
    in->rx_count = Frama_C_unsigned_char_interval(0, UINT8_MAX);
    any_contacts(in);
    for (uint8_t index = 0; index < BOARD_RX_MAX; index++) {
        in->rx[index] = Frama_C_unsigned_char_interval(0, UINT8_MAX);
    }
}

/* What interval arithmetic cannot see from one tick to the next, with the reason why it holds.  The fuzzer's oracle checks those
 * of profile and acceleration after every tick of every history (tests/firmware/fuzz/oracle.c); the others rest on their reason. */
static void settled(void)
{
    /* A filter's value lies between what it was and what it is fed; the potentiometer's is fed clamped angles. */
    //@ admit bound_pot: -917504000 <= board.angle.pot_q16 <= 917504000;
    /* Drawn to pot_q16 by a 512th of less than half a degree at a time, from where it was set to pot_q16. */
    //@ admit bound_reference: -917504000 <= board.angle.encoder_reference_q16 <= 917504000;
    /* Follows potentiometer minus encoder only while these agree to 1.5 degrees or have differed for less than 0.1 s. */
    //@ admit bound_bias: -500000000 <= board.angle.bias_q16 <= 500000000;
    /* Never more than a cap that is at most the limit for a stop, changed by the jerk towards it. */
    //@ admit bound_accel: -300 <= board.drive.accel_cdps2 <= 300;
    /* Kept from a command that link.c found in range. */
    //@ admit bound_permitted: -9000 <= board.plan.permitted_cdeg <= 9000;
    /* Ends at the planned rate, which is bounded: the acceleration ends as the rate arrives. */
    //@ admit bound_profile: -307200 <= board.drive.profile_q10 <= 307200;
    /* A filter of 32 ms, fed with the motor's current (25 A) less what its acceleration needs. */
    //@ admit bound_felt: -500000 <= board.drive.felt_q4 <= 500000;
    /* A filter of 512 ms, fed with that. */
    //@ admit bound_usual: -8388352 <= board.drive.usual_q8 <= 8388352;
}

void prove(void)
{
    board_memory_t memory;
    any_memory(&memory);
    board_start(&board, any_bool() ? &memory : NULL, Frama_C_unsigned_char_interval(0, UINT8_MAX));
    /*@ loop widen_hints "all", -32767, -28000, -18000, -16000, -14000, -9000, -7500, -1000, -300, -285, -75, 0, 75, 285, 300, 1000, 6000, 9000,
        14000, 16000, 18000, 28000, 32767, 60000, 716800, 917504000, -716800, -917504000; */
    for (;;) {
        board_in_t in;
        board_out_t out;
        any_inputs(&in);
        settled();
        board_tick(&board, &in, &out);
        board_memory(&board, &memory);
    }
}
