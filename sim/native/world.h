/* One simulated world in one struct without pointers, so that a copy of its bytes is a snapshot:
 * physics, sensors, contacts, serial line and the drive board's real decision code.  Touches no file and no clock. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "../../firmware/core/board.h"
#include "../../firmware/core/board_state.h"
#include "contacts.h"
#include "line.h"
#include "pi_port.h"
#include "plant.h"
#include "sensors.h"
#include "world_api.h"

enum { RATE_RING = 50, SERIAL_ROOM = 512 };

typedef struct {
    double peak_rate, peak_accel, peak_raw_accel, max_angle, min_angle;
    double rate[RATE_RING];
    double accel_dps2;
    uint32_t still_ms, gate_ms, inverted_ms, upright_ms, budget_clear_ms;
} watch_t;

typedef struct {
    board_t state;
    board_in_t in;
    board_out_t out;
    board_memory_t eeprom;
    bool eeprom_good, running, hung, watchdog_works;
    bool external;                    /* somebody else's board is in its place (world_external.c) */
    uint32_t hung_ms, down_ms;
    uint8_t next_cause, cause;
    double clock;
    frame_decoder_t spy;              /* the truth reads the board's own words before the line can harm them */
    protocol_status_t says;
    protocol_detail_t tells;
    frame_decoder_t wire_spy;         /* every frame that arrives, before the board judges it */
    protocol_command_t arrived;
    uint32_t rx_bytes, rx_frames;
} drive_board_t;

struct world {
    uint64_t seed;
    uint32_t now_ms;
    table_t table;
    person_t person;
    fault_t fault;
    plant_t plant;
    sensors_t sensors;
    contact_t contacts[CONTACT_COUNT];
    rng_t contact_rng, up_rng, down_rng, garbage_rng;
    line_t up, down;                  /* up: Pi to board */
    pi_port_t port;
    uint8_t serial[SERIAL_ROOM];      /* arrived at the Pi, not read yet (bus depth) */
    uint32_t serial_count;
    uint32_t imu_ready_ms;            /* when a driver would have set the chip up again */
    drive_board_t board;
    watch_t watch;
    uint8_t raw_serial;               /* the real link reads the bytes itself */
};

#define WORLD_BOARD_DIES_V 9.0 /* its DC-DC converter's lower end; the 4.3 V brown-out detector acts there */

/* world.c: the two halves of a millisecond, before and after the board's. */
void world_move(world_t *w);
void world_after(world_t *w);
/* world_board.c: power, reset, watchdog and one millisecond of the board. */
void world_board_down(drive_board_t *b, uint8_t cause);
void world_board_read(world_t *w);
void world_board_says(world_t *w, const uint8_t *data, uint32_t size);
void world_board_step(world_t *w);
void world_board_boot(world_t *w, const board_memory_t *memory, uint8_t cause);
cable_t world_cable(const fault_t *fault, double cut);
/* world_watch.c: true peaks and timers for the monitors. */
void world_watch_step(world_t *w);
void world_watch_begin(world_t *w);

#endif
