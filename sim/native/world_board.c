/* The drive board's life in the simulated world: power, reset, watchdog, clock, its inputs and outputs.  Decides nothing itself. */
#include <string.h>

#include "world.h"

#define START_UP_MS 66U       /* ATmega328P: 65 ms start-up time by the fuses, to the next millisecond */
#define PROGRAM_MS 46U        /* from the first instruction to the first decision: the sum over the flash, nearly all of it */
#define WATCHDOG_MS 16U       /* WDTO_15MS */
#define CAUSE_POWER 1U
#define CAUSE_WATCHDOG 8U

void world_board_boot(world_t *w, const board_memory_t *memory, uint8_t cause)
{
    drive_board_t *b = &w->board;
    memset(&b->out, 0, sizeof b->out);
    memset(&b->spy, 0, sizeof b->spy);
    board_start(&b->state, memory, cause);
    board_memory(&b->state, &b->eeprom);
    b->eeprom_good = true;
    b->running = true;
    b->hung = false;
    b->cause = cause;
    sensors_reset_encoder(&w->sensors, &w->plant, &w->table);
}

void world_board_down(drive_board_t *b, uint8_t cause)
{
    memset(&b->out, 0, sizeof b->out); /* reset pins float, pull-downs take every output off */
    b->running = false;
    b->hung = false;
    b->down_ms = b->external ? START_UP_MS : START_UP_MS + PROGRAM_MS; /* the binary takes its program's time by itself */
    b->next_cause = cause;
}

void world_reset_board(world_t *w, uint8_t cause, uint8_t lose_memory)
{
    if (lose_memory != 0) {
        w->board.eeprom_good = false;
    }
    world_board_down(&w->board, cause);
}

void world_hang_board(world_t *w, uint8_t watchdog_works)
{
    w->board.hung = true;
    w->board.hung_ms = 0;
    w->board.watchdog_works = watchdog_works != 0;
}

/* False while the board cannot run this millisecond. */
static bool alive(world_t *w)
{
    drive_board_t *b = &w->board;
    if (w->plant.bus_v < WORLD_BOARD_DIES_V) {
        world_board_down(b, CAUSE_POWER);
        return false;
    }
    if (!b->running) {
        if (b->down_ms-- > 1U) {
            return false;
        }
        world_board_boot(w, b->eeprom_good ? &b->eeprom : NULL, b->next_cause);
        return true;
    }
    if (b->hung) {
        b->hung_ms++;
        b->out.tx_count = 0;
        if (b->watchdog_works && b->hung_ms >= WATCHDOG_MS) {
            world_board_down(b, CAUSE_WATCHDOG);
        }
        return false;
    }
    return true;
}

static void read_contacts(const contact_t c[CONTACT_COUNT], board_in_t *in)
{
    in->estop_a_closed = c[CONTACT_ESTOP_A].seen;
    in->estop_b_closed = c[CONTACT_ESTOP_B].seen;
    in->ankle_left_closed = c[CONTACT_ANKLE_LEFT_SECONDARY].seen;
    in->ankle_right_closed = c[CONTACT_ANKLE_RIGHT_SECONDARY].seen;
    in->start_pressed = c[CONTACT_START].seen;
    in->return_pressed = c[CONTACT_RETURN].seen;
    in->ok_pressed = c[CONTACT_OK].seen;
    in->release_pulled = c[CONTACT_RELEASE].seen;
}

static void listen_to(drive_board_t *b, const uint8_t *data, uint32_t size)
{
    uint8_t frame[PROTOCOL_FRAME_BYTES];
    protocol_identity_t identity;
    for (uint32_t i = 0; i < size; i++) {
        if (!frame_feed(&b->spy, data[i], frame) || protocol_unpack_status(frame, &b->says) || protocol_unpack_detail(frame, &b->tells)) {
            continue;
        }
        if (b->external && protocol_unpack_identity(frame, &identity)) {
            b->eeprom.boot_count = identity.boot_count; /* its own memory is out of reach */
        }
    }
}

/* `rate` makes bytes slower or faster than the nominal 10 bits at 250 kBd. */
cable_t world_cable(const fault_t *fault, double cut)
{
    const double rate = fault->link_rate_factor > 0.0 ? fault->link_rate_factor : 1.0;
    cable_t c;
    c.byte_us = (uint32_t)(10.0 * 1e6 / (double)PROTOCOL_BAUD / rate);
    c.delay_us = (uint32_t)(fault->link_delay_ms * 1000.0);
    c.flip = fault->link_flip;
    c.drop = fault->link_drop;
    c.cut = cut > 0.0;
    return c;
}

/* What the board sends, onto the line to the Pi. */
void world_board_says(world_t *w, const uint8_t *data, uint32_t size)
{
    const cable_t c = world_cable(&w->fault, w->fault.downlink_cut);
    listen_to(&w->board, data, size);
    line_put(&w->down, &c, &w->down_rng, w->now_ms * 1000U, data, size);
}

static void tick(world_t *w)
{
    drive_board_t *b = &w->board;
    board_tick(&b->state, &b->in, &b->out);
    if (b->out.save_memory) {
        board_memory(&b->state, &b->eeprom);
    }
    if (b->out.tx_count > 0) {
        uint8_t wire[FRAME_WIRE_BYTES];
        world_board_says(w, wire, frame_encode(b->out.tx, wire));
    }
}

static void spy_on_wire(drive_board_t *b)
{
    uint8_t frame[PROTOCOL_FRAME_BYTES];
    b->rx_bytes += b->in.rx_count;
    for (uint8_t i = 0; i < b->in.rx_count; i++) {
        if (frame_feed(&b->wire_spy, b->in.rx[i], frame)) {
            b->rx_frames++;
            (void)protocol_unpack_command(frame, &b->arrived);
        }
    }
}

void world_board_read(world_t *w)
{
    board_in_t *in = &w->board.in;
    read_contacts(w->contacts, in);
    sensors_board(&w->sensors, &w->plant, &w->table, &w->fault, in);
    in->self_check_ok = w->fault.self_check_bad <= 0.0;
    in->rx_count = (uint8_t)line_take(&w->up, w->now_ms * 1000U, in->rx, BOARD_RX_MAX);
    spy_on_wire(&w->board);
}

/* A clock that drifts gives now and then no tick or two in one true millisecond (fault 44). */
void world_board_step(world_t *w)
{
    drive_board_t *b = &w->board;
    world_board_read(w);
    if (!alive(w)) {
        return;
    }
    b->clock += 1.0 + w->fault.board_clock_drift;
    while (b->clock >= 1.0) {
        b->clock -= 1.0;
        tick(w);
        b->in.rx_count = 0;
    }
}

void world_instruments(const world_t *w, instruments_t *out)
{
    const board_in_t *in = &w->board.in;
    const protocol_command_t *c = &w->board.arrived;
    *out = (instruments_t){
        .pot_counts = in->pot_counts, .current_counts = in->current_counts, .battery_counts = in->battery_counts,
        .mains_counts = in->mains_counts, .bandgap_counts = in->bandgap_counts, .encoder_counts = in->encoder_counts,
        .rx_bytes = w->board.rx_bytes, .rx_frames = w->board.rx_frames, .rx_bad = w->board.wire_spy.bad,
        .rate_cdps = c->rate_cdps, .reply = c->challenge_reply, .schema = c->schema, .tick_ms = c->tick_ms, .seq = c->seq, .request = c->request,
    };
}
