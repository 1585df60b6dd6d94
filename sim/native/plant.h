/* Physics of table, person, gear, motor, brake, contactor and battery, 1 ms a step.  Knows no sensor, no board, no rule.
 * Angles in radians inside, torques at the pivot in Nm, + is head down. */
#ifndef SIM_PLANT_H
#define SIM_PLANT_H

#include <stdbool.h>

#include "world_api.h"

#define PLANT_DT_S 0.001
#define PLANT_G_MPS2 9.80665
#define PLANT_DEG_PER_RAD 57.29577951308232

/* What the drive's wires ask of the physics this millisecond. */
typedef struct {
    double duty;          /* -1..1; 0 leaves both bridge sides off: the motor coasts */
    bool release_brake;   /* coil wanted */
    bool contactor_coil;  /* command and both emergency-stop channels, as wired */
    bool lever_pulled;    /* manual release: declutches from the gearbox and lifts the brake */
} drive_t;

typedef struct {
    double angle, rate, accel;            /* of the pivot, rad */
    double rotor_angle, rotor_rate;       /* of the rotor, referred to the pivot */
    double mass_kg, balance_m, arms;      /* as they are now; the person struct holds where they go */
    double inertia;                       /* person and frame about the pivot */
    double seen_angle, sine, cosine;      /* of the angle, worked out when it has changed: nobody else may trust the pair */
    double motor_a, bus_a, bus_v;
    double charge_as;
    double brake_wait_s, contactor_wait_s, armed_off_s;
    double obstacle_at;
    bool brake_on, contactor_closed, motor_powered, mains, overcurrent, obstacle_set, brake_has_current;
    double gravity_nm;
} plant_t;

/* The larger and the smaller of two numbers that are numbers: the C library's ask about NaN, in a call, a dozen times a millisecond. */
static inline double larger(double a, double b)
{
    return a > b ? a : b;
}

static inline double smaller(double a, double b)
{
    return a < b ? a : b;
}

void plant_begin(plant_t *p, const table_t *table, const person_t *person, double angle_deg);
void plant_step(plant_t *p, const table_t *table, const person_t *person, const fault_t *fault, const drive_t *drive);

#endif
