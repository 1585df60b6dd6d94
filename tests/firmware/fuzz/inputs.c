/* Bytes as a history: a memory to start from, then deeds, each with a time: what the Pi asks, contacts, presses, sensors that lie, resets.
 * A small table moves as the duty says, so that histories reach the inside of a session.  Fuzzer entry; replay.c is the other. */
#include "frame.h"
#include "oracle.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { HEAD = 4, DEED = 4, MOST_MS = 90000, ZERO = 2046, SPAN = 1925, ENCODER_SPAN = 222, BOTTOM_CDEG = -7500, TOP_CDEG = 9400 };

typedef struct {
    board_t board;
    oracle_t oracle;
    board_in_t in;
    int32_t angle_q8, rate_q8, push_q8; /* hundredths of a degree (a millisecond), 8 bits more */
    int32_t pot_off, encoder_off, pot_stuck, encoder_stuck; /* counts; stuck 0: is not */
    int32_t noise;
    bool encoder_reversed, sends, frozen, harmed;
    int16_t imu_off_cdeg;
    protocol_command_t command;
    uint32_t now_ms, dice;
} table_t;

static const uint16_t TIMES_MS[] = {1, 3, 7, 12, 20, 35, 60, 110, 250, 600, 1100, 2100, 3300, 5100, 12500, 31000};

static uint32_t roll(table_t *t)
{
    t->dice = t->dice * UINT32_C(1664525) + UINT32_C(1013904223);
    return t->dice >> 16;
}

static void healthy(board_in_t *in)
{
    in->estop_a_closed = in->estop_b_closed = in->end_stop_up_closed = in->end_stop_down_closed = true;
    in->ankle_left_closed = in->ankle_right_closed = in->self_check_ok = true;
    in->start_pressed = in->return_pressed = in->ok_pressed = in->release_pulled = in->overcurrent_latched = false;
    in->current_counts = 512;
    in->battery_counts = 760;
    in->mains_counts = 775;
    in->bandgap_counts = 225;
}

static void begin(table_t *t, const uint8_t head[HEAD])
{
    board_memory_t memory = {
        .estop_latched = (head[0] & 1U) != 0U, .fault_latched = (head[0] & 2U) != 0U, .level_wait = (head[0] & 4U) != 0U,
        .estop_cycle_due = (head[0] & 8U) != 0U, .inverted_ds = (uint16_t)(head[1] * (head[1] < 250U ? 24U : 257U)), .calibrated = (head[0] & 16U) == 0U,
        .pot_zero_counts = (uint16_t)(ZERO + ((head[0] & 32U) != 0U ? head[3] * 16 : 0)),
        .pot_span_counts = (int16_t)((head[0] & 64U) != 0U ? head[3] * 12 : SPAN),
        .encoder_span_counts = (int16_t)((head[0] & 128U) != 0U ? head[3] * 16 : ENCODER_SPAN),
    };
    memset(t, 0, sizeof *t);
    healthy(&t->in);
    t->angle_q8 = (BOTTOM_CDEG + head[2] * 66) * 256;
    t->sends = true;
    t->command.flags = PROTOCOL_COMMAND_FLAG_SESSION | PROTOCOL_COMMAND_FLAG_IMU_VALID;
    t->command.permitted_angle_cdeg = 9000;
    t->command.schema = (uint16_t)(PROTOCOL_SCHEMA_HASH & 0xFFFFUL);
    board_start(&t->board, head[3] == 255U ? NULL : &memory, head[3]);
    oracle_start(&t->oracle, &t->board);
}

static void moves(table_t *t, const board_out_t *out)
{
    bool free = out->brake_released && out->contactor_closed;
    int32_t wanted_q8 = (free ? (int32_t)out->duty * 256 * 6 / 10000 : 0) + t->push_q8;
    t->rate_q8 += (wanted_q8 - t->rate_q8) / 16;
    t->angle_q8 += t->rate_q8;
    t->angle_q8 = t->angle_q8 < BOTTOM_CDEG * 256 ? BOTTOM_CDEG * 256 : (t->angle_q8 > TOP_CDEG * 256 ? TOP_CDEG * 256 : t->angle_q8);
}

static void sense(table_t *t)
{
    int32_t angle_cdeg = t->angle_q8 / 256;
    int32_t shake = t->noise > 0 ? (int32_t)(roll(t) % (uint32_t)(2 * t->noise + 1)) - t->noise : 0;
    int32_t pot = t->pot_stuck != 0 ? t->pot_stuck : ZERO + angle_cdeg * SPAN / 10000 + t->pot_off;
    int32_t encoder = t->encoder_stuck != 0 ? t->encoder_stuck : (angle_cdeg - BOTTOM_CDEG) * ENCODER_SPAN / 100;
    pot += shake;
    t->in.pot_counts = (uint16_t)(pot < 0 ? 0 : (pot > 4092 ? 4092 : pot));
    t->in.encoder_counts = (t->encoder_reversed ? -encoder : encoder) + t->encoder_off;
}

/* True when a whole command is among the bytes of this millisecond. */
static bool send(table_t *t)
{
    uint8_t data[PROTOCOL_FRAME_BYTES];
    t->in.rx_count = 0;
    if (!t->sends || t->now_ms % 20U != 0U) {
        return false;
    }
    t->command.seq = (uint8_t)(t->command.seq + (t->frozen ? 0U : 1U));
    t->command.tick_ms = (uint16_t)(t->frozen ? t->command.tick_ms : t->now_ms);
    t->command.imu_angle_cdeg = (int16_t)(t->angle_q8 / 256 + t->imu_off_cdeg);
    t->command.challenge_reply = protocol_challenge_reply(t->board.link.challenge[roll(t) % 4U], t->command.tick_ms);
    protocol_pack_command(&t->command, data);
    t->in.rx_count = frame_encode(data, t->in.rx);
    if (t->harmed) {
        t->in.rx[roll(t) % FRAME_WIRE_BYTES] = (uint8_t)roll(t);
    }
    return true;
}

static void live(table_t *t, uint32_t most_ms)
{
    for (uint32_t ms = 0; ms < most_ms && t->now_ms < MOST_MS; ms++) {
        board_out_t out;
        bool commanded = send(t);
        sense(t);
        board_tick(&t->board, &t->in, &out);
        oracle_judge(&t->oracle, &t->board, &t->in, &out, commanded);
        moves(t, &out);
        t->now_ms++;
    }
}

static bool *contact(board_in_t *in, uint8_t which)
{
    bool *const all[] = {
        &in->estop_a_closed, &in->estop_b_closed, &in->end_stop_up_closed, &in->end_stop_down_closed, &in->ankle_left_closed,
        &in->ankle_right_closed, &in->start_pressed, &in->return_pressed, &in->ok_pressed, &in->release_pulled,
        &in->overcurrent_latched, &in->self_check_ok,
    };
    return all[which % 12U];
}

static int16_t either(uint8_t a, uint8_t b, int16_t step)
{
    return (b & 1U) != 0U ? (int16_t)(uint16_t)((uint32_t)a << 8 | b) : (int16_t)((int8_t)a * step);
}

static void counts(board_in_t *in, uint8_t a, uint8_t b)
{
    uint16_t *const all[] = {&in->current_counts, &in->battery_counts, &in->mains_counts, &in->bandgap_counts};
    *all[b % 4U] = (uint16_t)(a * 4U + (b >> 6));
}

static void restart(table_t *t, uint8_t cause)
{
    board_memory_t memory;
    board_memory(&t->board, &memory);
    board_start(&t->board, &memory, cause);
    oracle_start(&t->oracle, &t->board);
}

/* The deeds of the Pi and its wire. */
static void pi_deed(table_t *t, uint8_t kind, uint8_t a, uint8_t b)
{
    switch (kind) {
    case 0:
        t->command.request = a % 7U;
        t->command.flags = (uint8_t)((b & 1U) != 0U ? a >> 2 : t->command.flags);
        break;
    case 1:
        t->command.flags = a & PROTOCOL_COMMAND_FLAG_ALL;
        break;
    case 2:
        t->command.rate_cdps = either(a, b, 3);
        break;
    case 3:
        t->command.permitted_angle_cdeg = either(a, b, 75);
        break;
    case 4:
        t->imu_off_cdeg = either(a, b, 20);
        break;
    default:
        t->sends = (a & 1U) == 0U;
        t->frozen = (a & 2U) != 0U;
        t->harmed = (a & 4U) != 0U;
        t->command.schema = (uint16_t)((PROTOCOL_SCHEMA_HASH & 0xFFFFUL) ^ ((a & 8U) != 0U ? b : 0U));
        break;
    }
}

/* The deeds of hands, sensors and the table itself. */
static void table_deed(table_t *t, uint8_t kind, uint8_t a, uint8_t b)
{
    switch (kind) {
    case 6:
    case 7:
        *contact(&t->in, a) = (b & 1U) != 0U ? !*contact(&t->in, a) : *contact(&t->in, a);
        break;
    case 8:
        healthy(&t->in);
        break;
    case 9:
        t->pot_off = (int8_t)a * 16;
        t->pot_stuck = (b & 1U) != 0U ? t->in.pot_counts : 0;
        t->noise = (b & 2U) != 0U ? a : 0;
        break;
    case 10:
        t->encoder_off = (int8_t)a * 64 * ((b & 4U) != 0U ? INT32_C(100000) : 1);
        t->encoder_stuck = (b & 1U) != 0U ? t->in.encoder_counts : 0;
        t->encoder_reversed = (b & 2U) != 0U;
        break;
    case 11:
        counts(&t->in, a, b);
        break;
    case 12:
        t->push_q8 = (int8_t)a * ((b & 1U) != 0U ? 4 : 1);
        break;
    default:
        restart(t, a);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static table_t table;
    if (size < HEAD) {
        return 0;
    }
    begin(&table, bytes);
    for (size_t at = HEAD; at + DEED <= size && table.now_ms < MOST_MS; at += DEED) {
        uint8_t kind = bytes[at] % 16U, a = bytes[at + 1U], b = bytes[at + 2U];
        uint16_t time_ms = TIMES_MS[bytes[at + 3U] % 16U];
        if (kind < 6U) {
            pi_deed(&table, kind, a, b);
            live(&table, time_ms);
        } else if (kind < 14U) {
            table_deed(&table, kind, a, b);
            live(&table, time_ms);
        } else { /* a press of that length, let go for a moment */
            bool *pressed = contact(&table.in, (uint8_t)(6U + a % 3U));
            *pressed = true;
            live(&table, time_ms);
            *pressed = false;
            live(&table, 35);
        }
    }
    return 0;
}
