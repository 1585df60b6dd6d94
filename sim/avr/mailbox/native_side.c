/* The same core compiled for this computer with packed structs, so that its state is byte for byte the AVR's, and a driver that leads it
 * through sessions: valid commands, a table that moves as the duty says, buttons, and now and then any value at all.  For differential.py only. */
#include "board.h"
#include "board_state.h"
#include "frame.h"
#include "protocol.h"

#include <string.h>

enum { LETTERS = 8 };

typedef struct {
    uint64_t dice;
    int32_t angle_q8;     /* hundredths of a degree, 8 bits more */
    int32_t rate_q8;      /* the same per millisecond */
    uint16_t pi_ms, waits_ms;
    uint8_t seq, request, flags;
    int16_t rate_cdps, permitted_cdeg;
    board_in_t last;
    bool driven, scripted; /* scripted: a person who presses START at 1.5 s and a Pi that obeys */
} driver_t;

static board_t board;
static board_memory_t memory;
static driver_t driver;

static uint32_t roll(uint32_t below)
{
    driver.dice ^= driver.dice << 13;
    driver.dice ^= driver.dice >> 7;
    driver.dice ^= driver.dice << 17;
    return (uint32_t)(driver.dice >> 32) % below;
}

uint32_t diff_sizes(uint32_t which)
{
    const uint32_t sizes[] = {sizeof(board_t), sizeof(board_in_t), sizeof(board_out_t), sizeof(board_memory_t)};
    return sizes[which];
}

/* A start after a reset, mostly from a memory that makes sense. */
void diff_start(uint64_t seed, uint8_t cause, uint8_t *memory_out)
{
    memset(&driver, 0, sizeof driver);
    driver.dice = seed * UINT64_C(0x9E3779B97F4A7C15) + 1U;
    for (uint32_t i = 0; i < 8; i++) {
        (void)roll(2);
    }
    memset(&memory, 0, sizeof memory);
    memory.estop_latched = roll(8) == 0;
    memory.fault_latched = roll(8) == 0;
    memory.level_wait = roll(6) == 0;
    memory.inverted_ds = (uint16_t)(roll(4) == 0 ? roll(65536) : roll(3000));
    memory.boot_count = (uint16_t)roll(65536);
    memory.calibrated = roll(16) != 0;
    memory.pot_zero_counts = (uint16_t)(roll(16) == 0 ? roll(65536) : 2046);
    memory.pot_span_counts = (int16_t)(roll(16) == 0 ? (int32_t)roll(65536) - 32768 : 1925);
    memory.encoder_span_counts = (int16_t)(roll(16) == 0 ? (int32_t)roll(65536) - 32768 : 222);
    driver.angle_q8 = roll(3) == 0 ? ((int32_t)roll(16500) - 7500) * 256 : -7500 * 256;
    driver.permitted_cdeg = 9000;
    driver.scripted = (seed & 1U) != 0;
    if (driver.scripted) {
        memory = (board_memory_t){.calibrated = true, .pot_zero_counts = 2046, .pot_span_counts = 1925, .encoder_span_counts = 222, .boot_count = memory.boot_count};
        driver.angle_q8 = -7500 * 256;
    }
    board_start(&board, &memory, cause);
    memcpy(memory_out, &memory, sizeof memory);
}

static void new_mind(void)
{
    static const uint8_t requests[] = {0, 1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 6};
    driver.request = requests[roll(sizeof requests)];
    driver.flags = (uint8_t)(roll(4) == 0 ? roll(64) : (roll(64) & 0x26U) | 0x08U | PROTOCOL_COMMAND_FLAG_IMU_VALID);
    driver.rate_cdps = (int16_t)(roll(12) == 0 ? (int32_t)roll(65536) - 32768 : (int32_t)roll(301) - 120);
    driver.permitted_cdeg = (int16_t)(roll(12) == 0 ? (int32_t)roll(65536) - 32768 : (int32_t)roll(9001));
    driver.waits_ms = (uint16_t)roll(4000);
    if (driver.scripted && roll(8) != 0) {
        driver.request = roll(5) == 0 ? PROTOCOL_REQUEST_RETURN_UP : PROTOCOL_REQUEST_FOLLOW;
        driver.flags = PROTOCOL_COMMAND_FLAG_SESSION | PROTOCOL_COMMAND_FLAG_IMU_VALID;
        driver.rate_cdps = (int16_t)(60 + roll(120));
        driver.permitted_cdeg = 9000;
    }
}

static void command(board_in_t *in)
{
    uint8_t data[PROTOCOL_FRAME_BYTES];
    protocol_command_t c = {
        .seq = ++driver.seq, .request = driver.request, .flags = driver.flags, .rate_cdps = driver.rate_cdps,
        .imu_angle_cdeg = (int16_t)(driver.angle_q8 / 256), .permitted_angle_cdeg = driver.permitted_cdeg,
        .schema = (uint16_t)(PROTOCOL_SCHEMA_HASH & 0xFFFFUL), .tick_ms = driver.pi_ms,
    };
    c.challenge_reply = protocol_challenge_reply(board.link.challenge[roll(4)], c.tick_ms);
    protocol_pack_command(&c, data);
    (void)frame_encode(data, in->rx);
    in->rx_count = FRAME_WIRE_BYTES;
    if (roll(60) == 0) {
        in->rx[roll(FRAME_WIRE_BYTES)] ^= (uint8_t)(1U << roll(8));
    }
}

static void hands(board_in_t *in)
{
    bool *const contacts[] = {
        &in->estop_a_closed, &in->estop_b_closed, &in->end_stop_up_closed, &in->end_stop_down_closed, &in->ankle_left_closed, &in->ankle_right_closed,
        &in->start_pressed, &in->return_pressed, &in->ok_pressed, &in->release_pulled, &in->overcurrent_latched, &in->self_check_ok,
    };
    if (driver.scripted && driver.pi_ms < 1700) {
        in->start_pressed = driver.pi_ms >= 1500 && driver.pi_ms < 1600;
        return;
    }
    if (roll(driver.scripted ? 900 : 150) == 0) {
        const uint32_t which = 6 + roll(3);
        *contacts[which] = !*contacts[which];
    }
    if (roll(2500) == 0) {
        const uint32_t which = roll(12);
        *contacts[which] = !*contacts[which];
    }
    if (roll(1200) == 0) { /* everything healthy again */
        in->estop_a_closed = in->estop_b_closed = in->end_stop_up_closed = in->end_stop_down_closed = in->ankle_left_closed = in->ankle_right_closed = true;
        in->release_pulled = in->overcurrent_latched = false;
        in->self_check_ok = true;
    }
}

static void wild(board_in_t *in)
{
    static const uint16_t edges[] = {0, 1, 511, 512, 1022, 1023, 1024, 4092, 4095, 32767, 32768, 65535};
    uint16_t *const counts[] = {&in->pot_counts, &in->current_counts, &in->battery_counts, &in->mains_counts, &in->bandgap_counts};
    *counts[roll(5)] = roll(2) == 0 ? edges[roll(12)] : (uint16_t)roll(65536);
    if (roll(8) == 0) {
        in->encoder_counts = (int32_t)(roll(65536) << 16 | roll(65536));
    }
}

static void table_moves(const board_out_t *out)
{
    const bool free = out->brake_released && out->contactor_closed;
    const int32_t wanted = free ? (int32_t)out->duty * 256 * 6 / 10000 : 0;
    driver.rate_q8 += (wanted - driver.rate_q8) / 16;
    driver.angle_q8 += driver.rate_q8;
    driver.angle_q8 = driver.angle_q8 < -7500 * 256 ? -7500 * 256 : (driver.angle_q8 > 9400 * 256 ? 9400 * 256 : driver.angle_q8);
}

static void next(board_in_t *in)
{
    const int32_t angle_cdeg = driver.angle_q8 / 256;
    hands(&driver.last);
    *in = driver.last;
    in->pot_counts = (uint16_t)(2046 + angle_cdeg * 1925 / 10000 + (int32_t)roll(5) - 2);
    in->encoder_counts = (angle_cdeg + 7500) * 222 / 100;
    in->current_counts = (uint16_t)(512 + (int32_t)roll(61) - 30);
    in->battery_counts = (uint16_t)(750 + roll(20));
    in->mains_counts = (uint16_t)(770 + roll(10));
    in->bandgap_counts = (uint16_t)(224 + roll(3));
    in->rx_count = 0;
    memset(in->rx, 0, sizeof in->rx);
    driver.pi_ms++;
    driver.waits_ms = driver.waits_ms > 0 ? (uint16_t)(driver.waits_ms - 1U) : (uint16_t)0U;
    if (driver.waits_ms == 0) {
        new_mind();
    }
    if (driver.pi_ms % 20 == 0 && driver.request != 0) {
        command(in);
    }
    if (roll(driver.scripted ? 3000 : 400) == 0) {
        wild(in);
    }
}

void diff_run(uint8_t *in_out, uint8_t *out_out, uint8_t *state_out)
{
    if (!driver.driven) {
        driver.driven = true;
        driver.last.estop_a_closed = driver.last.estop_b_closed = driver.last.end_stop_up_closed = driver.last.end_stop_down_closed = true;
        driver.last.ankle_left_closed = driver.last.ankle_right_closed = driver.last.self_check_ok = true;
    }
    for (uint32_t i = 0; i < LETTERS; i++) {
        board_in_t in;
        board_out_t out = {0};
        next(&in);
        board_tick(&board, &in, &out);
        table_moves(&out);
        memcpy(in_out + i * sizeof in, &in, sizeof in);
        memcpy(out_out + i * sizeof out, &out, sizeof out);
    }
    memcpy(state_out, &board, sizeof board);
}
