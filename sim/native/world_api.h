/* The simulated world as Python sees it: plain values and functions, read by cffi as well as by the C compiler.
 * Only declarations without preprocessor in them; every angle is an inversion angle, + is head down. */
#ifndef SIM_WORLD_API_H
#define SIM_WORLD_API_H
#include <stdint.h>

/* Who lies on the table and what they do. */
typedef struct {
    double mass_kg;       /* 0..150 */
    double height_m;
    double balance_m;     /* centre of mass from the pivot along the body, + towards the head */
    double lift_m;        /* centre of mass above the pivot when level, at right angles to the body */
    double arms_overhead; /* 0 arms crossed, 1 overhead; moved with a time constant of half a second */
    double hand_nm;       /* torque a helper or the person puts on the table, + head down */
    double change_s;      /* time constant with which a changed mass or balance takes effect; 0 is a step */
} person_t;

/* Everything the physics is made of.  Rationale for each value: sim/world.py, TABLE_RATIONALE. */
typedef struct {
    double frame_mass_kg, frame_balance_m, frame_lift_m, frame_inertia_kgm2;
    double pivot_coulomb_nm, static_factor, pivot_viscous_nms;
    double gear_ratio, gear_forward, gear_backward, rotor_inertia_kgm2, rotor_friction_nm;
    double motor_ohm, motor_nm_per_a;
    double brake_nm, brake_delay_s;
    double contactor_close_s, contactor_open_s;
    double stop_up_deg, stop_down_deg, stop_nm_per_rad, stop_nms_per_rad;
    double damper_nms_per_rad;
    double overcurrent_a;
    double battery_ah, battery_ohm, battery_full_v, battery_empty_v, charge_fraction;
    double mains_v, mains_ohm;
    double board_a, coil_a;
    double imu_from_pivot_m;
    double imu_axes[9];     /* rows: the chip's x, y, z in the table's axes (towards the head, to the right hand, out of the table) */
    double imu_accel_bias_mps2[3], imu_gyro_bias_dps[3];
    double pot_zero_counts, pot_counts_per_deg, pot_noise_counts, pot_bow_counts;
    double encoder_counts_per_deg;
    double bounce_ms;
} table_t;

/* Faults and disturbances: zero (or one, where it is a factor) is a healthy world.  sim/faults.py names them. */
typedef struct {
    double pot_frozen, pot_rail, pot_noise_factor, pot_bias_deg, pot_drift_deg_per_min, pot_gain, pot_inverted;
    double pot_dropout_ms, pot_dropout_every_ms, encoder_frozen;
    double imu_frozen, imu_noise_factor, imu_angle_bias_deg, imu_accel_bias_mps2, imu_gyro_bias_dps, imu_not_a_number;
    double imu_swapped, imu_saturated, imu_reset, imu_nak, imu_bus_hung, imu_slow_s, imu_repeat, imu_time_offset_s, imu_absent;
    double supply_sag, adc_frozen, adc_mux;
    double board_clock_drift, self_check_bad;
    double uplink_cut, downlink_cut, link_delay_ms, link_rate_factor, link_flip, link_drop, link_garbage, link_flood;
    double send_frozen, send_stale_challenge, send_stranger, send_out_of_range, send_twice, send_reordered, send_hold_forever;
    double end_stop_up, end_stop_down;   /* 0 healthy, 1 wire open, 2 welded closed */
    double motor_jammed, bridge_short, motor_reversed, gear_slip_nm, gear_slips, brake_factor, brake_drag, regeneration_v, motor_short;
    double obstacle, obstacle_deg, obstacle_nm_per_rad;
    double battery_gone;
    double bounce_ms;
} fault_t;

/* The truth, for monitors: physics and what the board really does, never what software believes. */
typedef struct {
    double now_s, angle_deg, rate_dps, accel_dps2;          /* acceleration over the last 50 ms */
    double peak_rate_dps, peak_accel_dps2, peak_raw_accel_dps2, max_angle_deg, min_angle_deg; /* since the last read */
    double rotor_angle_deg, motor_a, bus_v, battery_charge, gravity_nm;
    double still_s;      /* |rate| under 0.1 deg/s without a break */
    double gate_rest_s;  /* at rest within 30 +-2 deg without leaving that band; motion inside the band pauses it */
    double inverted_s;   /* above 0 deg since the session's budgets last cleared: 30 s upright with a lock seen open */
    double upright_s;    /* within 1 deg of upright rest without a break */
    int32_t duty, boot_count;
    uint32_t board_reasons, board_flags;
    uint8_t board_mode, board_contacts, buzzer, reset_cause;
    uint8_t brake_released_asked, contactor_asked;
    uint8_t brake_on, contactor_closed, motor_powered, mains, board_running, overcurrent_latched;
    uint8_t estop_a_closed, estop_b_closed, ankle_left_closed, ankle_right_closed;
    uint8_t end_stop_up_closed, end_stop_down_closed, release_pulled, start_pressed, return_pressed, ok_pressed;
} truth_t;

/* What the Pi's own wires and its serial port bring, decoded by the same C as the board's. */
typedef struct {
    double now_s;
    double accel_mps2[3], gyro_dps[3], chip_time_s, imu_age_s;
    double report_age_s, angle_deg, rate_dps, pot_deg, encoder_deg, budget_left_s, rest_s, round_trip_s, uptime_s;
    int32_t current_ma, battery_mv;
    uint32_t reasons, schema, panel; /* panel: bit per contact, as the Pi's pins see them */
    uint16_t flags, challenge, tick_ms;
    uint8_t mode, contacts, command_seq, reset_cause, imu_configured, identified, heard, spare;
} sense_t;

/* The board's instruments as counts, and what arrives on its serial wire: for tests of sensors and faults. */
typedef struct {
    int32_t pot_counts, current_counts, battery_counts, mains_counts, bandgap_counts, encoder_counts;
    uint32_t rx_bytes, rx_frames, rx_bad;      /* since the start */
    int32_t rate_cdps;                         /* of the newest whole command frame that arrived, believed or not */
    uint16_t reply, schema, tick_ms;
    uint8_t seq, request;
} instruments_t;

typedef struct world world_t;

uint32_t world_size(void);
void world_begin(world_t *w, uint64_t seed, const table_t *table, const person_t *person, double angle_deg);
void world_start_board(world_t *w, const uint8_t *memory, uint32_t size, uint8_t reset_cause);
void world_run(world_t *w, uint32_t n_ms);
/* The board taken out and the drive's wires held in a tester's hand; duty -1..1. */
void world_run_bench(world_t *w, uint32_t n_ms, double duty, uint8_t release_brake, uint8_t contactor, uint8_t lever);
void world_instruments(const world_t *w, instruments_t *out);
uint32_t world_now_ms(const world_t *w);
void world_truth(world_t *w, truth_t *out);
void world_sense(const world_t *w, sense_t *out);
void world_command(world_t *w, uint8_t request, uint8_t flags, int16_t rate_cdps, int16_t imu_cdeg, int16_t permitted_cdeg, uint16_t challenge);
/* The same in the Pi's own numbers, rounded as the real link rounds them; what does not fit or is no number is not sent. */
void world_ask(world_t *w, uint8_t request, uint8_t flags, double rate_dps, double imu_deg, double permitted_deg, uint16_t challenge);
person_t *world_person(world_t *w);
table_t *world_table(world_t *w);
fault_t *world_faults(world_t *w);
void world_contact(world_t *w, uint32_t contact, uint8_t closed);
void world_contact_fault(world_t *w, uint32_t contact, uint8_t stuck); /* 0 healthy, 1 stuck open, 2 stuck closed */
uint8_t world_contact_seen(const world_t *w, uint32_t contact);
uint32_t world_contacts_seen(const world_t *w); /* all of them, a bit each */
void world_mains(world_t *w, uint8_t present);
void world_place(world_t *w, double angle_deg, double rate_dps);
void world_reset_board(world_t *w, uint8_t cause, uint8_t lose_memory);
void world_hang_board(world_t *w, uint8_t watchdog_works);
void world_open_port(world_t *w, uint8_t raw); /* a fresh process: nothing heard yet; raw: it reads the bytes itself */
uint32_t world_serial_read(world_t *w, uint8_t *out, uint32_t size);
void world_serial_write(world_t *w, const uint8_t *data, uint32_t size);
uint32_t world_imu_samples(const world_t *w);
void world_imu(world_t *w, double accel_mps2[3], double gyro_dps[3], double *chip_time_s);
void world_memory(const world_t *w, uint8_t *out, uint32_t size);
uint32_t world_memory_size(void);
/* The board taken out and another one put in its place, for good: who does so steps the world by the two halves of a
 * millisecond, with the structs of world_external.h. */
typedef struct external_in external_in_t;
typedef struct external_out external_out_t;
void world_external(world_t *w, uint8_t external);
void world_external_begin(world_t *w, external_in_t *in);
void world_external_end(world_t *w, const external_out_t *out);
#endif
