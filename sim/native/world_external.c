/* The wires of the drive board's place, for a board that is not the world's own.  Decides nothing. */
#include "world_external.h"

#include <math.h>
#include <string.h>

#include "world.h"

void world_external(world_t *w, uint8_t external)
{
    w->board.external = external != 0;
    w->board.running = false; /* begins like after power-on */
    w->board.down_ms = 1;
    w->board.next_cause = 1;
    memset(&w->board.out, 0, sizeof w->board.out);
}

static void put_contacts(const board_in_t *from, external_in_t *in)
{
    in->estop_a_closed = from->estop_a_closed;
    in->estop_b_closed = from->estop_b_closed;
    in->end_stop_up_closed = from->end_stop_up_closed;
    in->end_stop_down_closed = from->end_stop_down_closed;
    in->ankle_left_closed = from->ankle_left_closed;
    in->ankle_right_closed = from->ankle_right_closed;
    in->start_pressed = from->start_pressed;
    in->return_pressed = from->return_pressed;
    in->ok_pressed = from->ok_pressed;
    in->release_pulled = from->release_pulled;
    in->overcurrent_latched = from->overcurrent_latched;
}

static void put_counts(const board_in_t *from, external_in_t *in)
{
    in->pot_counts = from->pot_counts;
    in->current_counts = from->current_counts;
    in->battery_counts = from->battery_counts;
    in->mains_counts = from->mains_counts;
    in->bandgap_counts = from->bandgap_counts;
    in->encoder_counts = from->encoder_counts;
    in->rx_count = from->rx_count;
    memcpy(in->rx, from->rx, from->rx_count);
}

/* Supply and reset, as world_board.c has them for the world's own board. */
static void put_power(world_t *w, external_in_t *in)
{
    drive_board_t *b = &w->board;
    if (w->plant.bus_v < WORLD_BOARD_DIES_V) {
        world_board_down(b, 1U);
    } else if (!b->running && b->down_ms-- <= 1U) {
        b->running = true;
        b->cause = b->next_cause;
        in->reset_cause = b->next_cause;
        in->lose_memory = !b->eeprom_good;
        b->eeprom_good = true;
    }
    in->powered = b->running;
    in->hang = b->hung;
    in->watchdog_works = b->watchdog_works;
}

void world_external_begin(world_t *w, external_in_t *in)
{
    memset(in, 0, sizeof *in);
    world_move(w);
    world_board_read(w);
    put_contacts(&w->board.in, in);
    put_counts(&w->board.in, in);
    put_power(w, in);
}

void world_external_end(world_t *w, const external_out_t *out)
{
    drive_board_t *b = &w->board;
    b->out.duty = (int16_t)lround(out->duty * 1000.0);
    b->out.brake_released = out->brake_released != 0;
    b->out.contactor_closed = out->contactor_closed != 0;
    b->out.buzzer = out->buzzer;
    b->out.tx_count = 0;
    if (out->reset_cause != 0) {
        b->cause = out->reset_cause;
        b->hung = false;
    }
    if (out->tx_count > 0) {
        world_board_says(w, out->tx, out->tx_count);
    }
    world_after(w);
}
