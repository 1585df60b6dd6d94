/* What the Pi's wires bring at the fast depth: one IMU sample as the driver would scale it, contact levels, decoded telemetry. */
#include <math.h>
#include <string.h>

#include "world.h"

#define ACCEL_LSB_MPS2 (0.122e-3 * PLANT_G_MPS2) /* +-4 g */
#define ACCEL_FULL_MPS2 (32767.0 * ACCEL_LSB_MPS2)
#define GYRO_LSB_DPS 8.75e-3                     /* +-250 deg/s */
#define GYRO_FULL_DPS (32767.0 * GYRO_LSB_DPS)
#define CHIP_TICK_S 25e-6
#define NEVER_S HUGE_VAL
#define IDENTITY_EXPIRES_MS 3000U

static double quantised(double value, double lsb, double full)
{
    const double clipped = value > full ? full : (value < -full ? -full : value);
    return floor(clipped / lsb + 0.5) * lsb;
}

static void sense_imu(const world_t *w, sense_t *out)
{
    const imu_sample_t *imu = &w->sensors.imu;
    const bool reset = w->now_ms < w->imu_ready_ms;
    for (uint32_t i = 0; i < 3; i++) {
        out->accel_mps2[i] = reset ? 0.0 : quantised(imu->accel_mps2[i], ACCEL_LSB_MPS2, ACCEL_FULL_MPS2);
        out->gyro_dps[i] = reset ? 0.0 : quantised(imu->gyro_dps[i], GYRO_LSB_DPS, GYRO_FULL_DPS);
    }
    if (w->fault.imu_not_a_number > 0.0) {
        out->accel_mps2[0] = (double)NAN;
    }
    out->chip_time_s = reset ? 0.0 : quantised(imu->chip_time_s, CHIP_TICK_S, HUGE_VAL);
    out->imu_age_s = reset ? NEVER_S : w->now_ms * PLANT_DT_S - w->sensors.sampled_s;
    out->imu_configured = !reset;
}

static void sense_board(const world_t *w, sense_t *out)
{
    const pi_port_t *port = &w->port;
    const uint32_t oldest = port->status_ms < port->detail_ms ? port->status_ms : port->detail_ms;
    out->heard = port->has_status && port->has_detail;
    out->report_age_s = out->heard ? (double)(w->now_ms - oldest) * PLANT_DT_S : NEVER_S;
    out->identified = port->has_identity && port->identity.schema == PROTOCOL_SCHEMA_HASH && w->now_ms - port->identity_ms <= IDENTITY_EXPIRES_MS;
    out->schema = port->identity.schema;
    out->reset_cause = port->identity.reset_cause;
    out->uptime_s = port->identity.uptime_s;
    out->mode = port->status.mode;
    out->command_seq = port->status.command_seq;
    out->angle_deg = port->status.angle_cdeg * 0.01;
    out->rate_dps = port->status.rate_cdps * 0.01;
    out->current_ma = port->status.current_ma;
    out->flags = port->status.flags;
    out->reasons = port->status.reasons;
    out->pot_deg = port->detail.pot_cdeg * 0.01;
    out->encoder_deg = port->detail.encoder_cdeg * 0.01;
    out->battery_mv = port->detail.battery_mv;
    out->budget_left_s = port->detail.budget_left_ds * 0.1;
    out->rest_s = port->detail.rest_ds * 0.1;
    out->contacts = port->detail.contacts;
    out->challenge = port->detail.challenge;
    out->tick_ms = port->detail.tick_ms;
    out->round_trip_s = port_round_trip_s(port, w->now_ms);
}

void world_sense(const world_t *w, sense_t *out)
{
    memset(out, 0, sizeof *out);
    out->now_s = w->now_ms * PLANT_DT_S;
    out->panel = world_contacts_seen(w);
    sense_imu(w, out);
    sense_board(w, out);
}
