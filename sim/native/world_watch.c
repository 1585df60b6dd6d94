/* The true peaks and timers that the monitors read: from the physics, never from what a sensor or a program believes. */
#include <math.h>
#include <string.h>

#include "world.h"

#define AT_REST_DPS 0.1
#define GATE_DEG 30.0
#define GATE_HALF_DEG 2.0
#define UPRIGHT_BAND_DEG 1.0
#define BUDGET_CLEARS_MS 30000U

static double degrees(double radians)
{
    return radians * PLANT_DEG_PER_RAD;
}

void world_watch_begin(world_t *w)
{
    memset(&w->watch, 0, sizeof w->watch);
    w->watch.max_angle = degrees(w->plant.angle);
    w->watch.min_angle = w->watch.max_angle;
}

static void watch_timers(world_t *w, double angle, double rate)
{
    watch_t *t = &w->watch;
    const bool still = fabs(rate) < AT_REST_DPS;
    const bool upright = angle < w->table.stop_up_deg + UPRIGHT_BAND_DEG;
    const bool lock_open = !w->contacts[CONTACT_ANKLE_LEFT_SECONDARY].seen || !w->contacts[CONTACT_ANKLE_RIGHT_SECONDARY].seen;
    t->still_ms = still ? t->still_ms + 1U : 0U;
    if (fabs(angle - GATE_DEG) > GATE_HALF_DEG) {
        t->gate_ms = 0;
    } else if (still) {
        t->gate_ms++;
    }
    t->inverted_ms += angle > 0.0 ? 1U : 0U;
    t->upright_ms = upright ? t->upright_ms + 1U : 0U;
    t->budget_clear_ms = upright ? (lock_open ? t->budget_clear_ms + 1U : 0U) : 0U;
    if (t->budget_clear_ms >= BUDGET_CLEARS_MS) {
        t->inverted_ms = 0;
    }
}

void world_watch_step(world_t *w)
{
    watch_t *t = &w->watch;
    const double angle = degrees(w->plant.angle);
    const double rate = degrees(w->plant.rate);
    const uint32_t slot = w->now_ms % RATE_RING;
    t->accel_dps2 = (rate - t->rate[slot]) / (RATE_RING * PLANT_DT_S);
    t->rate[slot] = rate;
    t->peak_rate = larger(t->peak_rate, fabs(rate));
    t->peak_accel = larger(t->peak_accel, fabs(t->accel_dps2));
    t->peak_raw_accel = larger(t->peak_raw_accel, fabs(degrees(w->plant.accel)));
    t->max_angle = larger(t->max_angle, angle);
    t->min_angle = smaller(t->min_angle, angle);
    watch_timers(w, angle, rate);
}

static void truth_of_board(const world_t *w, truth_t *out)
{
    const drive_board_t *b = &w->board;
    out->duty = b->out.duty;
    out->boot_count = b->eeprom.boot_count;
    out->board_reasons = b->says.reasons;
    out->board_flags = b->says.flags;
    out->board_mode = b->says.mode;
    out->board_contacts = b->tells.contacts;
    out->buzzer = b->out.buzzer;
    out->reset_cause = b->cause;
    out->brake_released_asked = b->out.brake_released;
    out->contactor_asked = b->out.contactor_closed;
    out->board_running = b->running && !b->hung;
}

static void truth_of_wires(const world_t *w, truth_t *out)
{
    out->estop_a_closed = w->contacts[CONTACT_ESTOP_A].seen;
    out->estop_b_closed = w->contacts[CONTACT_ESTOP_B].seen;
    out->ankle_left_closed = w->contacts[CONTACT_ANKLE_LEFT_SECONDARY].seen && w->contacts[CONTACT_ANKLE_LEFT_PRIMARY].seen;
    out->ankle_right_closed = w->contacts[CONTACT_ANKLE_RIGHT_SECONDARY].seen && w->contacts[CONTACT_ANKLE_RIGHT_PRIMARY].seen;
    out->end_stop_up_closed = w->board.in.end_stop_up_closed;
    out->end_stop_down_closed = w->board.in.end_stop_down_closed;
    out->release_pulled = w->contacts[CONTACT_RELEASE].seen;
    out->start_pressed = w->contacts[CONTACT_START].closed;
    out->return_pressed = w->contacts[CONTACT_RETURN].closed;
    out->ok_pressed = w->contacts[CONTACT_OK].closed;
}

static void truth_of_plant(const world_t *w, truth_t *out)
{
    const plant_t *p = &w->plant;
    out->angle_deg = degrees(p->angle);
    out->rate_dps = degrees(p->rate);
    out->rotor_angle_deg = degrees(p->rotor_angle);
    out->motor_a = p->motor_a;
    out->bus_v = p->bus_v;
    out->battery_charge = p->charge_as / (w->table.battery_ah * 3600.0);
    out->gravity_nm = p->gravity_nm;
    out->brake_on = p->brake_on;
    out->contactor_closed = p->contactor_closed;
    out->motor_powered = p->motor_powered;
    out->mains = p->mains;
    out->overcurrent_latched = p->overcurrent;
}

void world_truth(world_t *w, truth_t *out)
{
    watch_t *t = &w->watch;
    memset(out, 0, sizeof *out);
    out->now_s = (double)w->now_ms * PLANT_DT_S;
    truth_of_plant(w, out);
    truth_of_board(w, out);
    truth_of_wires(w, out);
    out->accel_dps2 = t->accel_dps2;
    out->peak_rate_dps = t->peak_rate;
    out->peak_accel_dps2 = t->peak_accel;
    out->peak_raw_accel_dps2 = t->peak_raw_accel;
    out->max_angle_deg = t->max_angle;
    out->min_angle_deg = t->min_angle;
    out->still_s = t->still_ms * PLANT_DT_S;
    out->gate_rest_s = t->gate_ms * PLANT_DT_S;
    out->inverted_s = t->inverted_ms * PLANT_DT_S;
    out->upright_s = t->upright_ms * PLANT_DT_S;
    t->peak_rate = fabs(out->rate_dps);
    t->peak_accel = fabs(out->accel_dps2);
    t->peak_raw_accel = 0.0;
    t->max_angle = out->angle_deg;
    t->min_angle = out->angle_deg;
}
