/* The simulated world's millisecond and the door through which Python reaches it.  Touches no file, no clock, no heap. */
#include "world.h"

#include <math.h>
#include <string.h>

#define SENDABLE 32767.0   /* of the wire's i16 */
#define IMU_SET_UP_MS 260U /* reset, settings, 0.2 s of settling: what hardware/imu.py takes */

uint32_t world_size(void)
{
    return (uint32_t)sizeof(world_t);
}

static void healthy(fault_t *fault)
{
    memset(fault, 0, sizeof *fault);
    fault->pot_noise_factor = 1.0;
    fault->pot_gain = 1.0;
    fault->imu_noise_factor = 1.0;
    fault->brake_factor = 1.0;
    fault->link_rate_factor = 1.0;
    fault->pot_dropout_every_ms = 1000.0;
}

static void factory_memory(const table_t *table, board_memory_t *memory)
{
    memset(memory, 0, sizeof *memory);
    memory->calibrated = true;
    memory->pot_zero_counts = (uint16_t)table->pot_zero_counts;
    memory->pot_span_counts = (int16_t)(table->pot_counts_per_deg * 100.0);
    memory->encoder_span_counts = (int16_t)table->encoder_counts_per_deg;
}

void world_begin(world_t *w, uint64_t seed, const table_t *table, const person_t *person, double angle_deg)
{
    memset(w, 0, sizeof *w);
    w->seed = seed;
    w->table = *table;
    w->person = *person;
    healthy(&w->fault);
    w->contact_rng = rng_stream(seed, 4);
    w->up_rng = rng_stream(seed, 5);
    w->down_rng = rng_stream(seed, 6);
    w->garbage_rng = rng_stream(seed, 7);
    plant_begin(&w->plant, table, person, angle_deg);
    sensors_begin(&w->sensors, seed);
    for (uint32_t i = CONTACT_ANKLE_LEFT_PRIMARY; i <= CONTACT_ESTOP_B; i++) {
        w->contacts[i].closed = i == CONTACT_ESTOP_AUX || i == CONTACT_ESTOP_A || i == CONTACT_ESTOP_B;
        w->contacts[i].seen = w->contacts[i].closed;
    }
    w->imu_ready_ms = IMU_SET_UP_MS;
    world_watch_begin(w);
    factory_memory(table, &w->board.eeprom);
    world_board_boot(w, &w->board.eeprom, 1U);
}

/* ---------------------------------------------------------------- one millisecond */

static void noise_on_line(world_t *w)
{
    if (w->fault.link_flood <= 0.0 && w->fault.link_garbage <= 0.0) {
        return;
    }
    uint8_t rubbish[25];
    for (uint32_t i = 0; i < sizeof rubbish; i++) {
        rubbish[i] = (uint8_t)rng_next(&w->garbage_rng);
    }
    const uint32_t size = w->fault.link_flood > 0.0 ? sizeof rubbish : 4U;
    const cable_t clean = {.byte_us = 40U};
    line_put(&w->up, &clean, &w->up_rng, w->now_ms * 1000U, rubbish, size);
}

static void hear(world_t *w)
{
    uint8_t bytes[64];
    const uint32_t size = line_take(&w->down, w->now_ms * 1000U, bytes, sizeof bytes);
    if (w->raw_serial == 0) {
        port_hear(&w->port, w->now_ms, bytes, size);
        return;
    }
    for (uint32_t i = 0; i < size && w->serial_count < SERIAL_ROOM; i++) {
        w->serial[w->serial_count++] = bytes[i];
    }
}

void world_move(world_t *w)
{
    const contact_t *c = w->contacts;
    const board_out_t *out = &w->board.out;
    w->now_ms++;
    contacts_step(w->contacts, &w->contact_rng);
    const drive_t drive = {
        .duty = out->duty * 0.001,
        .release_brake = out->brake_released,
        .contactor_coil = out->contactor_closed && c[CONTACT_ESTOP_A].seen && c[CONTACT_ESTOP_B].seen,
        .lever_pulled = c[CONTACT_RELEASE].closed,
    };
    plant_step(&w->plant, &w->table, &w->person, &w->fault, &drive);
    sensors_step(&w->sensors, &w->plant, &w->table, &w->fault, w->now_ms * PLANT_DT_S);
    if (w->fault.imu_reset > 0.0) {
        w->imu_ready_ms = w->now_ms + IMU_SET_UP_MS;
    }
    noise_on_line(w);
}

void world_after(world_t *w)
{
    hear(w);
    world_watch_step(w);
}

void world_run_bench(world_t *w, uint32_t n_ms, double duty, uint8_t release_brake, uint8_t contactor, uint8_t lever)
{
    const drive_t drive = {.duty = duty, .release_brake = release_brake != 0, .contactor_coil = contactor != 0, .lever_pulled = lever != 0};
    for (uint32_t i = 0; i < n_ms; i++) {
        w->now_ms++;
        plant_step(&w->plant, &w->table, &w->person, &w->fault, &drive);
        sensors_step(&w->sensors, &w->plant, &w->table, &w->fault, w->now_ms * PLANT_DT_S);
        sensors_board(&w->sensors, &w->plant, &w->table, &w->fault, &w->board.in);
        world_watch_step(w);
    }
}

void world_run(world_t *w, uint32_t n_ms)
{
    for (uint32_t i = 0; i < n_ms; i++) {
        world_move(w);
        world_board_step(w);
        world_after(w);
    }
}

uint32_t world_now_ms(const world_t *w)
{
    return w->now_ms;
}

/* ---------------------------------------------------------------- what Python moves */

person_t *world_person(world_t *w)
{
    return &w->person;
}

table_t *world_table(world_t *w)
{
    return &w->table;
}

fault_t *world_faults(world_t *w)
{
    return &w->fault;
}

void world_contact(world_t *w, uint32_t contact, uint8_t closed)
{
    const double bounce_ms = w->fault.bounce_ms > 0.0 ? w->fault.bounce_ms : w->table.bounce_ms;
    if (contact < CONTACT_COUNT) {
        contact_set(&w->contacts[contact], closed != 0, (uint16_t)bounce_ms);
    }
}

void world_contact_fault(world_t *w, uint32_t contact, uint8_t stuck)
{
    if (contact < CONTACT_COUNT) {
        w->contacts[contact].stuck = stuck;
    }
}

uint32_t world_contacts_seen(const world_t *w)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < CONTACT_COUNT; i++) {
        bits |= w->contacts[i].seen ? 1U << i : 0U;
    }
    return bits;
}

uint8_t world_contact_seen(const world_t *w, uint32_t contact)
{
    return contact < CONTACT_COUNT && w->contacts[contact].seen;
}

void world_mains(world_t *w, uint8_t present)
{
    w->plant.mains = present != 0;
}

void world_place(world_t *w, double angle_deg, double rate_dps)
{
    w->plant.angle = angle_deg / PLANT_DEG_PER_RAD;
    w->plant.rotor_angle = w->plant.angle;
    w->plant.rate = rate_dps / PLANT_DEG_PER_RAD;
    w->plant.rotor_rate = w->plant.rate;
    world_watch_begin(w);
}

void world_start_board(world_t *w, const uint8_t *memory, uint32_t size, uint8_t reset_cause)
{
    board_memory_t kept;
    if (size != sizeof kept) {
        world_board_boot(w, NULL, reset_cause);
        return;
    }
    memcpy(&kept, memory, sizeof kept);
    world_board_boot(w, &kept, reset_cause);
}

uint32_t world_memory_size(void)
{
    return (uint32_t)sizeof(board_memory_t);
}

void world_memory(const world_t *w, uint8_t *out, uint32_t size)
{
    if (size == sizeof w->board.eeprom) {
        memcpy(out, &w->board.eeprom, size);
    }
}

/* ---------------------------------------------------------------- the Pi's wires */

void world_command(world_t *w, uint8_t request, uint8_t flags, int16_t rate_cdps, int16_t imu_cdeg, int16_t permitted_cdeg, uint16_t challenge)
{
    pi_port_t *port = &w->port;
    uint8_t data[PROTOCOL_FRAME_BYTES];
    const uint16_t tick_ms = (uint16_t)w->now_ms;
    port->seq++;
    const protocol_command_t command = {
        .seq = port->seq, .request = request, .flags = flags, .rate_cdps = rate_cdps, .imu_angle_cdeg = imu_cdeg,
        .permitted_angle_cdeg = permitted_cdeg, .challenge_reply = protocol_challenge_reply(challenge, tick_ms),
        .schema = (uint16_t)(PROTOCOL_SCHEMA_HASH & 0xFFFFUL), .tick_ms = tick_ms,
    };
    port->sent_any = true;
    port->sent_ms[port->seq] = w->now_ms;
    protocol_pack_command(&command, data);
    uint8_t wire[2 * FRAME_WIRE_BYTES];
    const uint32_t size = port_mangle(port, &w->fault, data, wire);
    const cable_t c = world_cable(&w->fault, w->fault.uplink_cut);
    line_put(&w->up, &c, &w->up_rng, w->now_ms * 1000U, wire, size);
}

void world_ask(world_t *w, uint8_t request, uint8_t flags, double rate_dps, double imu_deg, double permitted_deg, uint16_t challenge)
{
    const double rate = rint(rate_dps * 100.0);
    const double imu = rint(imu_deg * 100.0);
    const double permitted = rint(permitted_deg * 100.0);
    const bool fits = fabs(rate) <= SENDABLE && fabs(imu) <= SENDABLE && fabs(permitted) <= SENDABLE; /* false for what is no number */
    if (fits) {
        world_command(w, request, flags, (int16_t)rate, (int16_t)imu, (int16_t)permitted, challenge);
    }
}

void world_open_port(world_t *w, uint8_t raw)
{
    memset(&w->port, 0, sizeof w->port);
    w->serial_count = 0;
    w->raw_serial = raw;
}

uint32_t world_serial_read(world_t *w, uint8_t *out, uint32_t size)
{
    const uint32_t count = w->serial_count < size ? w->serial_count : size;
    memcpy(out, w->serial, count);
    w->serial_count -= count;
    memmove(w->serial, w->serial + count, w->serial_count);
    return count;
}

static bool sender_is_sick(const fault_t *f)
{
    return f->send_frozen > 0.0 || f->send_stale_challenge > 0.0 || f->send_stranger > 0.0 || f->send_out_of_range > 0.0 || f->send_twice > 0.0
        || f->send_reordered > 0.0 || f->send_hold_forever > 0.0;
}

void world_serial_write(world_t *w, const uint8_t *data, uint32_t size)
{
    uint8_t wire[SERIAL_ROOM];
    const uint8_t *bytes = data;
    const uint32_t rewritten = port_rewrite(&w->port, &w->fault, data, size, wire, sizeof wire); /* always: it remembers the last good frame */
    if (sender_is_sick(&w->fault)) {
        bytes = wire;
        size = rewritten;
    }
    const cable_t c = world_cable(&w->fault, w->fault.uplink_cut);
    line_put(&w->up, &c, &w->up_rng, w->now_ms * 1000U, bytes, size);
}

uint32_t world_imu_samples(const world_t *w)
{
    return w->sensors.samples;
}

void world_imu(world_t *w, double accel_mps2[3], double gyro_dps[3], double *chip_time_s)
{
    memcpy(accel_mps2, w->sensors.imu.accel_mps2, sizeof w->sensors.imu.accel_mps2);
    memcpy(gyro_dps, w->sensors.imu.gyro_dps, sizeof w->sensors.imu.gyro_dps);
    *chip_time_s = w->sensors.imu.chip_time_s;
}
