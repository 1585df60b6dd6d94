/* What the instruments make of the truth: noise, bias, quantisation, delay and their faults.  Reads the plant, changes nothing in it. */
#include "sensors.h"

#include <math.h>
#include <string.h>

#define IMU_PERIOD_S (1.0 / 104.0)      /* the chip's 104 Hz output data rate */
#define IMU_ACCEL_SIGMA_MPS2 0.0050     /* 70 ug per root Hz over the 52 Hz filter (LSM6DSOX data sheet) */
#define IMU_GYRO_SIGMA_DPS 0.027        /* 3.8 mdps per root Hz over 52 Hz */
#define TRANSFER_LIMIT_S 0.010           /* the bus is opened with every transfer bounded to this (hardware/bus.py) */
#define ADC_FULL 1023.0
#define POT_FULL 4092.0
#define CURRENT_COUNTS_PER_A (1024.0 / 50.0)
#define SUPPLY_COUNTS_PER_V (1024.0 / 36.0)
#define BANDGAP_COUNTS (1.1 / 5.0 * 1024.0)
#define END_STOP_UP_DEG (-75.5)
#define END_STOP_DOWN_DEG 92.0

static double degrees(double radians)
{
    return radians * PLANT_DEG_PER_RAD;
}

static uint16_t counts(double value, double full)
{
    return (uint16_t)(value <= 0.0 ? 0.0 : (value >= full ? full : value + 0.5));
}

void sensors_begin(sensors_t *s, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    s->pot_rng = rng_stream(seed, 1);
    s->adc_rng = rng_stream(seed, 2);
    s->imu_rng = rng_stream(seed, 3);
    s->next_sample_s = IMU_PERIOD_S * rng_uniform(&s->imu_rng);
    for (uint32_t i = 0; i < IMU_DELAY_MS; i++) {
        s->up[i] = PLANT_G_MPS2;
    }
}

/* ---------------------------------------------------------------- the IMU on the table */

/* Specific force in the table's axes: gravity's reaction, and what turning about the pivot adds at the chip's place. */
static void feel(sensors_t *s, const plant_t *p, const table_t *table, const fault_t *fault)
{
    const bool straight = fault->imu_angle_bias_deg == 0.0;
    const double angle = p->angle + fault->imu_angle_bias_deg / PLANT_DEG_PER_RAD;
    const double arm = table->imu_from_pivot_m;
    s->side[s->delay_at] = -PLANT_G_MPS2 * (straight ? p->sine : sin(angle)) - arm * p->rate * p->rate;
    s->up[s->delay_at] = PLANT_G_MPS2 * (straight ? p->cosine : cos(angle)) - arm * p->accel;
    s->rate[s->delay_at] = degrees(p->rate);
    s->delay_at = (s->delay_at + 1) % IMU_DELAY_MS;
}

static double chip_axis(const double axes[9], uint32_t row, double head, double right, double out)
{
    return axes[3 * row] * head + axes[3 * row + 1] * right + axes[3 * row + 2] * out;
}

static void swap_axes(imu_sample_t *sample)
{
    const double x = sample->accel_mps2[0];
    sample->accel_mps2[0] = sample->accel_mps2[1];
    sample->accel_mps2[1] = x;
    const double g = sample->gyro_dps[0];
    sample->gyro_dps[0] = sample->gyro_dps[1];
    sample->gyro_dps[1] = g;
}

static void measure(sensors_t *s, const table_t *table, const fault_t *fault, imu_sample_t *sample)
{
    const uint32_t oldest = s->delay_at;
    const double noise = fault->imu_noise_factor;
    for (uint32_t i = 0; i < 3; i++) {
        const double accel = chip_axis(table->imu_axes, i, s->side[oldest], 0.0, s->up[oldest]);
        /* Head down is a positive turn about the axis to the right hand (out x head). */
        const double gyro = chip_axis(table->imu_axes, i, 0.0, s->rate[oldest], 0.0);
        sample->accel_mps2[i] = accel + table->imu_accel_bias_mps2[i] + fault->imu_accel_bias_mps2 + noise * IMU_ACCEL_SIGMA_MPS2 * rng_gauss(&s->imu_rng);
        sample->gyro_dps[i] = gyro + table->imu_gyro_bias_dps[i] + fault->imu_gyro_bias_dps + noise * IMU_GYRO_SIGMA_DPS * rng_gauss(&s->imu_rng);
        if (fault->imu_saturated > 0.0) {
            sample->accel_mps2[i] = 400.0;
            sample->gyro_dps[i] = 3000.0;
        }
    }
    if (fault->imu_swapped > 0.0) {
        swap_axes(sample);
    }
}

static void sample_imu(sensors_t *s, const table_t *table, const fault_t *fault, double now_s)
{
    imu_sample_t fresh = {.chip_time_s = now_s + fault->imu_time_offset_s};
    measure(s, table, fault, &fresh);
    s->samples++;
    if (fault->imu_frozen > 0.0) {
        return; /* the chip's clock stands as well */
    }
    if (fault->imu_repeat > 0.0) {
        s->imu = s->ring[s->samples % IMU_RING];
        return;
    }
    s->imu = fresh;
    s->ring[s->samples % IMU_RING] = fresh;
}

static bool imu_reachable(const fault_t *fault)
{
    return fault->imu_nak <= 0.0 && fault->imu_bus_hung <= 0.0 && fault->imu_absent <= 0.0 && fault->imu_slow_s <= TRANSFER_LIMIT_S;
}

void sensors_step(sensors_t *s, const plant_t *p, const table_t *table, const fault_t *fault, double now_s)
{
    s->ms++;
    s->drift_deg += fault->pot_drift_deg_per_min * (PLANT_DT_S / 60.0);
    feel(s, p, table, fault);
    if (now_s >= s->next_sample_s) {
        s->next_sample_s += IMU_PERIOD_S;
        sample_imu(s, table, fault, now_s);
    }
    if (imu_reachable(fault)) {
        s->sampled_s = now_s;
    }
}

/* ---------------------------------------------------------------- the board's channels */

static bool pot_dropped(const sensors_t *s, const fault_t *fault)
{
    return fault->pot_dropout_ms > 0.0 && fmod((double)s->ms, fault->pot_dropout_every_ms) < fault->pot_dropout_ms;
}

static uint16_t pot_counts(sensors_t *s, const plant_t *p, const table_t *table, const fault_t *fault)
{
    double angle = degrees(p->angle) * fault->pot_gain + fault->pot_bias_deg + s->drift_deg;
    if (fault->pot_inverted > 0.0) {
        angle = -angle;
    }
    const double bow = table->pot_bow_counts * (1.0 - (angle / 90.0) * (angle / 90.0)); /* what a straight line through the ends leaves over */
    const double noise = table->pot_noise_counts * fault->pot_noise_factor * rng_gauss(&s->pot_rng);
    uint16_t reading = counts(table->pot_zero_counts + table->pot_counts_per_deg * angle + bow + noise, POT_FULL);
    if (fault->pot_rail != 0.0) {
        reading = fault->pot_rail > 0.0 ? (uint16_t)POT_FULL : 0;
    }
    if (pot_dropped(s, fault)) {
        reading = 0;
    }
    if (fault->pot_frozen > 0.0) {
        reading = s->pot_frozen ? s->pot_kept : reading;
    }
    s->pot_frozen = fault->pot_frozen > 0.0;
    s->pot_kept = reading;
    return reading;
}

static uint16_t against_supply(sensors_t *s, double value, double sag)
{
    return counts((value + 0.6 * rng_gauss(&s->adc_rng)) / (1.0 - sag), ADC_FULL);
}

static void keep_or_freeze(sensors_t *s, const fault_t *fault, board_in_t *in)
{
    uint16_t *channel[4] = {&in->current_counts, &in->battery_counts, &in->mains_counts, &in->bandgap_counts};
    const bool frozen = fault->adc_frozen > 0.0;
    for (uint32_t i = 0; i < 4; i++) {
        if (frozen && s->adc_frozen) {
            *channel[i] = s->adc_kept[i];
        } else if (fault->adc_mux > 0.0) {
            *channel[i] = (uint16_t)(in->pot_counts / 4);
        }
        s->adc_kept[i] = *channel[i];
    }
    if (frozen && s->adc_frozen) {
        in->pot_counts = s->pot_kept;
    }
    s->adc_frozen = frozen;
}

static int32_t encoder_counts(const plant_t *p, const table_t *table)
{
    return (int32_t)floor(degrees(p->rotor_angle) * table->encoder_counts_per_deg);
}

void sensors_reset_encoder(sensors_t *s, const plant_t *p, const table_t *table)
{
    s->encoder_zero = encoder_counts(p, table);
}

static bool end_stop(double fault, bool closed)
{
    return fault == 1.0 ? false : (fault == 2.0 ? true : closed);
}

void sensors_board(sensors_t *s, const plant_t *p, const table_t *table, const fault_t *fault, board_in_t *in)
{
    const double sag = fault->supply_sag;
    const uint16_t kept = s->pot_kept;
    in->pot_counts = pot_counts(s, p, table, fault);
    in->current_counts = against_supply(s, 512.0 * (1.0 - sag) + p->motor_a * CURRENT_COUNTS_PER_A, sag);
    in->battery_counts = against_supply(s, p->bus_v * SUPPLY_COUNTS_PER_V, sag);
    in->mains_counts = against_supply(s, (p->mains ? table->mains_v : 0.0) * SUPPLY_COUNTS_PER_V, sag);
    in->bandgap_counts = against_supply(s, BANDGAP_COUNTS, sag);
    if (fault->adc_frozen > 0.0 && s->adc_frozen) {
        s->pot_kept = kept;
    }
    keep_or_freeze(s, fault, in);
    if (fault->encoder_frozen <= 0.0) { /* else the count stays what it was */
        in->encoder_counts = encoder_counts(p, table) - s->encoder_zero;
    }
    in->end_stop_up_closed = end_stop(fault->end_stop_up, degrees(p->angle) > END_STOP_UP_DEG);
    in->end_stop_down_closed = end_stop(fault->end_stop_down, degrees(p->angle) < END_STOP_DOWN_DEG);
    in->overcurrent_latched = p->overcurrent;
}
