/* Lock step of world and board: every millisecond the world's wires go to the pins, 16 000 cycles run, the pins go back to the world.
 * Knows which wire is which pin (firmware/avr/pins.h; tests/avr/test_pins.py compares), and no rule. */
#include "avr_board.h"

#include "../native/world_external.h"

#define PORT_B 0
#define PORT_C 1
#define PORT_D 2
#define ENCODER_MOST 3          /* steps a millisecond that a 4 kHz sampling surely sees */
#define ENDLESS_LOOP 0xCFFF     /* rjmp .-2 */

typedef void (*world_begin_t)(void *world, external_in_t *in);
typedef void (*world_end_t)(void *world, const external_out_t *out);

/* Counts of the supervised loop: bit 0 up, 1 down, 2 lever open; 10 kohm to the supply, 680 ohm + 1.8, 3.3, 6.8 kohm. */
static const uint16_t loop_counts[8] = {65, 203, 291, 375, 438, 492, 531, 570};

static void put_analogue(avr_board_t *b, const external_in_t *in)
{
    const uint8_t loop = (uint8_t)((in->end_stop_up_closed ? 0 : 1) | (in->end_stop_down_closed ? 0 : 2) | (in->release_pulled ? 4 : 0));
    avr_bandgap_counts(b, in->bandgap_counts);
    avr_adc_sum_of_four(b, in->pot_counts);
    avr_adc_counts(b, 1, in->current_counts);
    avr_adc_counts(b, 2, in->battery_counts);
    avr_adc_counts(b, 6, in->mains_counts);
    avr_adc_counts(b, 7, loop_counts[loop]);
}

static void put_level(avr_board_t *b, uint8_t port, uint8_t bit, bool high)
{
    if ((b->outside_mask[port] >> bit & 1) == 0 || ((b->outside[port] >> bit & 1) != 0) != high) {
        avr_pin_set(b, port, bit, high);
    }
}

static void put_contacts(avr_board_t *b, const external_in_t *in)
{
    put_level(b, PORT_D, 2, !in->estop_a_closed);
    put_level(b, PORT_D, 3, !in->estop_b_closed);
    put_level(b, PORT_C, 3, !in->ankle_left_closed);
    put_level(b, PORT_C, 4, !in->ankle_right_closed);
    put_level(b, PORT_B, 3, !in->start_pressed);
    put_level(b, PORT_B, 4, !in->return_pressed);
    put_level(b, PORT_C, 5, !in->ok_pressed);
    put_level(b, PORT_D, 7, in->overcurrent_latched != 0);
}

static void show_encoder(avr_board_t *b, uint64_t cycle, bool now)
{
    const uint8_t phase = (uint8_t)(b->encoder_shown & 3); /* A before B is towards head-down */
    const bool a = phase == 1 || phase == 2;
    const bool level_b = phase == 2 || phase == 3;
    if (now) {
        put_level(b, PORT_D, 4, a);
        put_level(b, PORT_D, 5, level_b);
    } else {
        avr_pin_later(b, cycle, PORT_D, 4, a);
        avr_pin_later(b, cycle, PORT_D, 5, level_b);
    }
}

/* The steps of this millisecond, spread evenly over it. */
static void put_encoder(avr_board_t *b, int32_t counts)
{
    if (!b->encoder_known) {
        b->encoder_known = true;
        b->encoder_shown = counts;
        show_encoder(b, 0, true);
    }
    int32_t steps = counts - b->encoder_shown;
    steps = steps > ENCODER_MOST ? ENCODER_MOST : (steps < -ENCODER_MOST ? -ENCODER_MOST : steps);
    const int32_t most = steps < 0 ? -steps : steps;
    for (int32_t i = 0; i < most; i++) {
        b->encoder_shown += steps < 0 ? -1 : 1;
        show_encoder(b, b->avr->cycle + (uint64_t)(MS_CYCLES * (i + 1) / (most + 1)), false);
    }
}

/* The main loop hangs: the first instruction of clock_tick_done jumps to itself, in the real processor's flash. */
static void hang(avr_board_t *b, uint16_t at, bool watchdog_works)
{
    b->hung_word = avr_flash_word(b, at, ENDLESS_LOOP);
    b->hung = true;
    if (!watchdog_works) {
        avr_cycle_timer_slot_p slot = b->avr->cycle_timers.timer;
        while (slot != NULL && slot->param != b->watchdog) {
            slot = slot->next;
        }
        if (slot != NULL) {
            avr_cycle_timer_cancel(b->avr, slot->timer, slot->param);
        }
    }
}

static void heal(avr_board_t *b, uint16_t at)
{
    if (b->hung) {
        avr_flash_word(b, at, b->hung_word);
        b->hung = false;
    }
}

static void put_power(avr_board_t *b, const external_in_t *in, uint16_t hang_at)
{
    static const uint8_t blank[1024] = {0};
    if (in->reset_cause != 0) {
        heal(b, hang_at);
        if (in->lose_memory) {
            avr_eeprom_write(b, blank, 0, sizeof blank);
        }
        avr_reset_by(b, in->reset_cause, in->reset_cause == CAUSE_POWER);
        b->resets_told = b->stats.resets;
    } else if (in->hang && !b->hung) {
        hang(b, hang_at, in->watchdog_works);
    }
}

static void take(avr_board_t *b, bool powered, uint16_t buzzer_at, external_out_t *out)
{
    memset(out, 0, sizeof *out);
    const double drive = avr_drive_mean(b);
    if (!powered) {
        return;
    }
    out->duty = drive;
    out->brake_released = avr_pin_get(b, PORT_B, 0);
    out->contactor_closed = avr_pin_get(b, PORT_D, 6);
    out->buzzer = b->avr->data[buzzer_at];
    out->running = !b->hung && b->stats.dead == 0;
    out->tx_count = (uint8_t)avr_serial_get(b, out->tx, NULL, sizeof out->tx);
    if (b->stats.resets != b->resets_told) {
        b->resets_told = b->stats.resets;
        out->reset_cause = b->cause;
    }
}

int avr_couple(avr_board_t *b, void *world, uintptr_t begin, uintptr_t end, uint32_t n_ms, uint16_t buzzer_at, uint16_t hang_at)
{
    const world_begin_t world_begin = (world_begin_t)begin;
    const world_end_t world_end = (world_end_t)end;
    external_in_t in;
    external_out_t out;
    for (uint32_t i = 0; i < n_ms; i++) {
        const uint64_t until = (b->avr->cycle / MS_CYCLES + 1) * MS_CYCLES;
        world_begin(world, &in);
        put_contacts(b, &in);
        put_analogue(b, &in);
        put_power(b, &in, hang_at);
        put_encoder(b, in.encoder_counts);
        avr_serial_put(b, in.rx, in.rx_count);
        if (in.powered) {
            avr_run_to(b, until);
        } else {
            serial_cut_off(b);
            b->avr->cycle = until;
        }
        if (b->hung && b->stats.resets != b->resets_told) {
            heal(b, hang_at);
        }
        take(b, in.powered != 0, buzzer_at, &out);
        world_end(world, &out);
    }
    return b->stats.dead;
}
