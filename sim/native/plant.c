/* Physics of table, person, gear, motor, brake, contactor and battery.  Knows no sensor, no board, no rule. */
#include "plant.h"

#include <math.h>
#include <string.h>

#define ARMS_MASS_FRACTION 0.099    /* both arms and hands, de Leva 1996: 2 x 4.94 % */
#define ARMS_TRAVEL_OF_HEIGHT 0.35  /* their centre of mass, from crossed on the chest to overhead */
#define ARMS_TIME_S 0.5
#define GYRATION_OF_HEIGHT 0.289    /* uniform rod, L / sqrt 12; measured adults lie at 0.27..0.29 (transverse axis) */
#define COIL_HOLDS_V 14.0           /* a 24 V spring brake's coil lets go below about 60 % of its voltage */
#define DOG_CLUTCH_NM 4000.0        /* what the engaged gear train can carry */
#define SHORT_OHM 0.05
#define CURRENT_MAX_A 60.0
#define LATCH_RESET_S 0.5           /* the comparator's latch needs the contactor out this long */

static double sign(double x)
{
    return (double)(x > 0.0) - (double)(x < 0.0);
}

static double clip(double x, double limit)
{
    return x > limit ? limit : (x < -limit ? -limit : x);
}

/* ---------------------------------------------------------------- person */

static double follow(double now, double wanted, double time_s)
{
    if (now == wanted) {
        return now;
    }
    return time_s < PLANT_DT_S ? wanted : now + (wanted - now) * (PLANT_DT_S / time_s);
}

static void look_at_angle(plant_t *p)
{
    if (p->angle != p->seen_angle) {
        p->seen_angle = p->angle;
        p->sine = sin(p->angle);
        p->cosine = cos(p->angle);
    }
}

static void move_person(plant_t *p, const table_t *table, const person_t *person)
{
    p->mass_kg = follow(p->mass_kg, person->mass_kg, person->change_s);
    p->balance_m = follow(p->balance_m, person->balance_m, person->change_s);
    p->arms = follow(p->arms, person->arms_overhead, ARMS_TIME_S);
    const double along = p->balance_m + p->arms * ARMS_MASS_FRACTION * ARMS_TRAVEL_OF_HEIGHT * person->height_m;
    const double gyration = GYRATION_OF_HEIGHT * person->height_m;
    const double radius2 = gyration * gyration + along * along + person->lift_m * person->lift_m;
    p->inertia = table->frame_inertia_kgm2 + p->mass_kg * radius2;
    look_at_angle(p); /* somebody may have put the table elsewhere */
    const double c = p->cosine;
    const double s = p->sine;
    p->gravity_nm = PLANT_G_MPS2 * (p->mass_kg * (along * c + person->lift_m * s) + table->frame_mass_kg * (table->frame_balance_m * c + table->frame_lift_m * s));
}

/* ---------------------------------------------------------------- power */

static void switch_contactor(plant_t *p, const table_t *table, bool coil)
{
    if (coil == p->contactor_closed) {
        p->contactor_wait_s = 0.0;
        return;
    }
    p->contactor_wait_s += PLANT_DT_S;
    if (p->contactor_wait_s + 1e-9 >= (coil ? table->contactor_close_s : table->contactor_open_s)) {
        p->contactor_closed = coil;
        p->contactor_wait_s = 0.0;
    }
}

/* Spring applied: the coil's field takes the delay to build and to die; until then the old state holds in full. */
static void switch_brake(plant_t *p, const table_t *table, bool wanted)
{
    const bool current = wanted && p->contactor_closed && p->bus_v > COIL_HOLDS_V;
    p->brake_has_current = current;
    if (current != p->brake_on) {
        p->brake_wait_s = 0.0;
        return;
    }
    p->brake_wait_s += PLANT_DT_S;
    if (p->brake_wait_s + 1e-9 >= table->brake_delay_s) {
        p->brake_on = !current;
        p->brake_wait_s = 0.0;
    }
}

static void supply(plant_t *p, const table_t *table, const fault_t *fault)
{
    const double full_as = table->battery_ah * 3600.0;
    const double open_v = table->battery_empty_v + (table->battery_full_v - table->battery_empty_v) * (p->charge_as / full_as);
    const bool battery = fault->battery_gone <= 0.0 && p->charge_as > 0.0;
    const bool moving = p->motor_powered && fabs(p->rate) > 0.2 / PLANT_DEG_PER_RAD;
    if (p->mains) {
        p->bus_v = table->mains_v - p->bus_a * table->mains_ohm;
        p->charge_as = smaller(full_as, p->charge_as + 0.5 * PLANT_DT_S);
    } else {
        p->bus_v = battery ? open_v - p->bus_a * table->battery_ohm : 0.0;
        p->charge_as = larger(0.0, p->charge_as - p->bus_a * PLANT_DT_S);
    }
    if (moving && p->bus_v > 0.0) {
        p->bus_v += fault->regeneration_v;
    }
}

/* The comparator behind the current sense latches the bridge off by hardware; taking the contactor out resets it. */
static void latch_overcurrent(plant_t *p, const table_t *table)
{
    if (fabs(p->motor_a) > table->overcurrent_a) {
        p->overcurrent = true;
    }
    p->armed_off_s = p->contactor_closed ? 0.0 : p->armed_off_s + PLANT_DT_S;
    if (p->armed_off_s > LATCH_RESET_S) {
        p->overcurrent = false;
    }
}

/* Motor torque at the pivot before gear losses.  Inductance is left out: L/R is under a millisecond. */
static double motor(plant_t *p, const table_t *table, const fault_t *fault, double asked)
{
    const double shorted = fault->bridge_short;
    const double duty = shorted != 0.0 ? shorted : (p->overcurrent ? 0.0 : asked);
    const double per_rad = table->motor_nm_per_a * table->gear_ratio;
    p->motor_powered = p->contactor_closed && p->bus_v > 0.0 && duty != 0.0;
    p->motor_a = 0.0;
    if (!p->motor_powered) {
        p->bus_a = table->board_a + (p->brake_has_current ? table->coil_a : 0.0);
        return 0.0;
    }
    const double way = fault->motor_reversed > 0.0 ? -1.0 : 1.0;
    const double emf_v = way * per_rad * p->rotor_rate;
    const bool shorted_leads = fault->motor_short > 0.0; /* the bridge feeds the short, the motor brakes through it */
    const double through_a = (shorted_leads ? -emf_v : duty * p->bus_v - emf_v) / table->motor_ohm;
    p->motor_a = clip(shorted_leads ? duty * p->bus_v / SHORT_OHM : through_a, CURRENT_MAX_A);
    p->bus_a = duty * p->motor_a + table->board_a + (p->brake_has_current ? table->coil_a : 0.0);
    return way * per_rad * clip(through_a, CURRENT_MAX_A);
}

/* ---------------------------------------------------------------- mechanics */

typedef struct {
    double load, load_friction;   /* at the pivot, friction as a magnitude */
    double rotor, rotor_friction; /* at the rotor, referred to the pivot */
    double load_inertia, rotor_inertia;
    double forward, backward;
} torques_t;

/* Both bodies as one, sliding in direction `way`: the worm loses power one way or the other, by who drives whom. */
static double together(const torques_t *t, double way, double *through)
{
    const double load = t->load - way * t->load_friction;
    const double rotor = t->rotor - way * t->rotor_friction;
    const bool motor_drives = (rotor * t->load_inertia - t->rotor_inertia * load) * way >= 0.0;
    const double efficiency = motor_drives ? t->forward : 1.0 / t->backward;
    const double accel = (load + efficiency * rotor) / (t->load_inertia + efficiency * t->rotor_inertia);
    *through = efficiency * (rotor - t->rotor_inertia * accel);
    return accel;
}

/* One body with friction: it moves off only against static friction, and friction alone never turns it back. */
static double slide(double rate, double torque, double friction, double static_factor, double inertia)
{
    if (rate == 0.0) {
        const double grip = friction * static_factor;
        return fabs(torque) <= grip ? 0.0 : (torque - sign(torque) * friction) / inertia * PLANT_DT_S;
    }
    const double next = rate + (torque - sign(rate) * friction) / inertia * PLANT_DT_S;
    return next * rate < 0.0 ? 0.0 : next;
}

static double coupled_rate(const torques_t *t, double rate, double static_factor, double *through)
{
    if (rate != 0.0) {
        const double next = rate + together(t, sign(rate), through) * PLANT_DT_S;
        return next * rate < 0.0 ? 0.0 : next;
    }
    torques_t grip = *t;
    grip.load_friction *= static_factor;
    grip.rotor_friction *= static_factor;
    for (double way = -1.0; way <= 1.0; way += 2.0) {
        if (together(&grip, way, through) * way > 0.0) {
            return together(t, way, through) * PLANT_DT_S;
        }
    }
    *through = 0.0;
    return 0.0;
}

/* Slipping, declutched or broken: `limit` is all that passes between the two, towards `way` on the table.  Once that would drive one
 * past the other they are one body again, with the momentum they had, whatever that would have been. */
static void move_apart(plant_t *p, const torques_t *t, double static_factor, double limit, double way)
{
    const double between = limit * way;
    const double at_rotor = between * p->rotor_rate >= 0.0 ? between / t->forward : between * t->backward;
    const double before = p->rotor_rate - p->rate;
    const double momentum = t->load_inertia * p->rate + t->rotor_inertia * p->rotor_rate;
    p->rate = slide(p->rate, t->load + between, t->load_friction, static_factor, t->load_inertia);
    p->rotor_rate = slide(p->rotor_rate, t->rotor - at_rotor, t->rotor_friction, static_factor, t->rotor_inertia);
    if (limit > 0.0 && before != 0.0 && before * (p->rotor_rate - p->rate) <= 0.0) {
        p->rate = momentum / (t->load_inertia + t->rotor_inertia);
        p->rotor_rate = p->rate;
    }
}

/* One body, as long as what passes between its halves is no more than `limit`. */
static void move(plant_t *p, const torques_t *t, double static_factor, double limit)
{
    double through = 0.0;
    if (limit > 0.0 && p->rate == p->rotor_rate) {
        const double rate = coupled_rate(t, p->rate, static_factor, &through);
        if (fabs(through) <= limit) {
            p->rate = rate;
            p->rotor_rate = rate;
            return;
        }
    }
    move_apart(p, t, static_factor, limit, p->rate == p->rotor_rate ? sign(through) : sign(p->rotor_rate - p->rate));
}

static double end_stops(const plant_t *p, const table_t *table)
{
    const double up = table->stop_up_deg / PLANT_DEG_PER_RAD - p->angle;
    const double down = p->angle - table->stop_down_deg / PLANT_DEG_PER_RAD;
    if (up > 0.0) {
        return larger(0.0, table->stop_nm_per_rad * up - table->stop_nms_per_rad * p->rate);
    }
    return down > 0.0 ? smaller(0.0, -table->stop_nm_per_rad * down - table->stop_nms_per_rad * p->rate) : 0.0;
}

static double obstacle(plant_t *p, const fault_t *fault)
{
    if (fault->obstacle == 0.0) {
        p->obstacle_set = false;
        return 0.0;
    }
    if (!p->obstacle_set) {
        p->obstacle_at = p->angle + fault->obstacle * fault->obstacle_deg / PLANT_DEG_PER_RAD;
        p->obstacle_set = true;
    }
    const double into = (p->angle - p->obstacle_at) * fault->obstacle;
    return into > 0.0 ? -fault->obstacle * fault->obstacle_nm_per_rad * into : 0.0;
}

static torques_t sum_torques(plant_t *p, const table_t *table, const person_t *person, const fault_t *fault, const drive_t *drive)
{
    const bool lifted = drive->lever_pulled;
    const double held = p->brake_on ? fault->brake_factor : fault->brake_drag;
    const double damper = lifted ? table->damper_nms_per_rad : 0.0;
    torques_t t;
    t.load = p->gravity_nm + person->hand_nm + end_stops(p, table) + obstacle(p, fault) - (table->pivot_viscous_nms + damper) * p->rate;
    t.load_friction = table->pivot_coulomb_nm + (lifted ? 0.0 : held * table->brake_nm);
    t.rotor = motor(p, table, fault, drive->duty);
    t.rotor_friction = table->rotor_friction_nm * table->gear_ratio + (fault->motor_jammed > 0.0 ? 1e5 : 0.0);
    t.load_inertia = p->inertia;
    t.rotor_inertia = table->rotor_inertia_kgm2 * table->gear_ratio * table->gear_ratio;
    t.forward = table->gear_forward;
    t.backward = table->gear_backward;
    return t;
}

void plant_begin(plant_t *p, const table_t *table, const person_t *person, double angle_deg)
{
    memset(p, 0, sizeof *p);
    p->cosine = 1.0; /* of the angle zero, until another one is looked at */
    p->angle = angle_deg / PLANT_DEG_PER_RAD;
    p->rotor_angle = p->angle;
    p->mass_kg = person->mass_kg;
    p->balance_m = person->balance_m;
    p->arms = person->arms_overhead;
    p->charge_as = table->battery_ah * 3600.0 * table->charge_fraction;
    p->mains = true;
    p->brake_on = true;
    p->bus_v = table->mains_v;
    move_person(p, table, person);
}

void plant_step(plant_t *p, const table_t *table, const person_t *person, const fault_t *fault, const drive_t *drive)
{
    move_person(p, table, person);
    supply(p, table, fault);
    switch_contactor(p, table, drive->contactor_coil);
    switch_brake(p, table, drive->release_brake);
    const double limit = drive->lever_pulled ? 0.0 : (fault->gear_slips > 0.0 ? fault->gear_slip_nm : DOG_CLUTCH_NM);
    const torques_t t = sum_torques(p, table, person, fault, drive);
    const double before = p->rate;
    move(p, &t, table->static_factor, limit);
    latch_overcurrent(p, table);
    p->accel = (p->rate - before) / PLANT_DT_S;
    p->angle += p->rate * PLANT_DT_S;
    p->rotor_angle += p->rotor_rate * PLANT_DT_S;
    look_at_angle(p);
}
