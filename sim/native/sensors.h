/* What the instruments make of the truth: noise, bias, quantisation, delay and their faults.  Reads the plant, changes nothing in it. */
#ifndef SIM_SENSORS_H
#define SIM_SENSORS_H

#include "../../firmware/core/board.h"
#include "plant.h"
#include "rng.h"

enum { IMU_DELAY_MS = 5, IMU_RING = 8 };

typedef struct {
    double accel_mps2[3], gyro_dps[3], chip_time_s;
} imu_sample_t;

typedef struct {
    rng_t pot_rng, adc_rng, imu_rng;
    double up[IMU_DELAY_MS], side[IMU_DELAY_MS], rate[IMU_DELAY_MS]; /* what the filter inside the chip still owes */
    uint32_t delay_at;
    double next_sample_s;
    uint32_t samples;
    imu_sample_t imu, ring[IMU_RING];
    double sampled_s;            /* world time of the newest sample the Pi could read */
    uint16_t pot_kept, adc_kept[4];
    bool pot_frozen, adc_frozen;
    double drift_deg;
    int32_t encoder_zero;
    uint32_t ms;
} sensors_t;

void sensors_begin(sensors_t *s, uint64_t seed);
/* The encoder counts from the board's reset. */
void sensors_reset_encoder(sensors_t *s, const plant_t *p, const table_t *table);
void sensors_step(sensors_t *s, const plant_t *p, const table_t *table, const fault_t *fault, double now_s);
/* Analogue channels, encoder and end stops of the board; contacts and bytes are not sensors. */
void sensors_board(sensors_t *s, const plant_t *p, const table_t *table, const fault_t *fault, board_in_t *in);

#endif
