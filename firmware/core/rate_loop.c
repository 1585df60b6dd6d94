/* From a wanted rate to duty, brake and contactor: sequence, jerk-limited profile and PI.  Judges nothing; plausible.c does.
 * The brake is released only while the motor is under control and set again as soon as the table is at rest. */
#include "rate_loop.h"

#define DRIVE_CLOSING_MS 20U
#define DRIVE_RELEASING_MS 50U     /* the brake's own time */
#define DRIVE_SETTING_MS 60U
#define DRIVE_STOPPED_MS 20U       /* slow for this long before the brake is set: no bite while turning */
#define DRIVE_STOP_MOST_MS 600U    /* ... but set in any case */
#define DRIVE_JERK 1               /* hundredths of a degree per second squared, each ms: 10 deg/s3 */
#define DRIVE_STOP_JERK 3
#define DRIVE_CDPS2 (BOARD_ACCEL_CDPS2 - 10)           /* what the loop adds in catching up stays inside the limit */
#define DRIVE_STOP_CDPS2 (BOARD_STOP_ACCEL_CDPS2 - 15)
#define DRIVE_NEAR_CDPS 14U
#define DRIVE_LEAD_CDPS 30         /* the profile waits for a table that is not following; at 40 a dead encoder made 1.72 deg/s2 (fault 90) */
#define DRIVE_ERROR_CDPS 18        /* of which the loop sees no more: a rate that reads nothing adds 0.7 deg/s2 (fault 90) */
/* Forward: 1.5 per mille of duty per 0.01 deg/s is what a rate takes at no load and 27 V; written as p + p / 2. */
#define DRIVE_KP_SHIFT 1           /* 0.5 per mille per 0.01 deg/s: the motor follows its voltage by itself in 12 ms */
#define DRIVE_KI 6                 /* per mille per 0.01 deg/s and second */
#define DRIVE_INTEGRAL_MOST (INT32_C(700) * INT32_C(1024))
#define DRIVE_DUTY_MOST 1000
#define DRIVE_HOLD_CDEG 300
#define DRIVE_TEST_DUTY 75         /* about 470 Nm at the pivot: twice the heaviest person, less than the brake holds */

/* Downwards.  By whole bytes first, which a shift by ten bits is not on the AVR.  Nothing here is over 8191 in size. */
static int16_t whole_q10(int32_t value_q10)
{
    return (int16_t)((int16_t)(value_q10 >> 8) >> 2);
}

static int32_t clamp32(int32_t value, int32_t most)
{
    if (value > most) {
        return most;
    }
    return value < -most ? -most : value;
}

static void enter(drive_state_t *drive, uint8_t state)
{
    drive->state = state;
    drive->state_ms = 0;
}

BOARD_ONE_COPY void rate_loop_cut(drive_state_t *drive)
{
    enter(drive, DRIVE_OFF);
    drive->profile_q10 = 0;
    drive->profile_cdps = 0;
    drive->accel_cdps2 = 0;
    drive->integral_q10 = 0;
    drive->duty = 0;
    drive->brake_released = false;
}

BOARD_ONE_COPY int8_t rate_loop_driven(const drive_state_t *drive)
{
    if (drive->state != DRIVE_RUN || drive->profile_cdps == 0) {
        return 0;
    }
    return drive->profile_cdps > 0 ? 1 : -1;
}

/* One step towards `goal`.  An acceleration that has become the wrong way is taken back as fast as a stop builds it up: a stop called off
 * half way would else turn the table round. */
static int16_t eased(int16_t accel_cdps2, int16_t goal_cdps2, int16_t jerk)
{
    bool against = (accel_cdps2 > 0 && goal_cdps2 < 0) || (accel_cdps2 < 0 && goal_cdps2 > 0);
    int16_t step = against ? (int16_t)DRIVE_STOP_JERK : jerk;
    return (int16_t)(accel_cdps2 + board_clamp((int16_t)(goal_cdps2 - accel_cdps2), step));
}

/* The acceleration from which the jerk still ends at zero as the rate arrives: by how much is missing of it, first with DRIVE_JERK, then with
 * DRIVE_STOP_JERK, the root of 2000 times both, up to the limit, which holds for all that is further away.  Looked up, for a root costs the
 * AVR 250 cycles; and by halves, which fit into a byte. */
static int16_t goal_cdps2(int16_t short_cdps, bool stops)
{
    static const uint8_t half_cdps2[2][DRIVE_NEAR_CDPS + 1U] BOARD_IN_FLASH = {
        {0, 22, 31, 38, 44, 50, 54, 59, 63, 67, DRIVE_CDPS2 / 2, DRIVE_CDPS2 / 2, DRIVE_CDPS2 / 2, DRIVE_CDPS2 / 2, DRIVE_CDPS2 / 2},
        {0, 38, 54, 67, 77, 86, 94, 102, 109, 116, 122, 128, 134, 139, DRIVE_STOP_CDPS2 / 2},
    };
    uint16_t far_cdps = (uint16_t)board_abs(short_cdps);
    if (far_cdps > DRIVE_NEAR_CDPS) {
        far_cdps = DRIVE_NEAR_CDPS;
    }
    int16_t goal = (int16_t)BOARD_FLASH_BYTE(half_cdps2[stops ? 1 : 0][far_cdps]) * 2;
    return short_cdps < 0 ? (int16_t)-goal : goal;
}

/* One millisecond of a profile whose acceleration changes by the jerk only and ends at zero as the rate arrives. */
static void follow_profile(drive_state_t *drive, int16_t wanted_cdps, int16_t rate_cdps, bool gentle)
{
    int16_t profile_cdps = drive->profile_cdps;
    bool slower = wanted_cdps == 0 || board_abs(wanted_cdps) < board_abs(profile_cdps);
    bool stops = slower && !gentle;
    int16_t ahead_cdps = (int16_t)(profile_cdps - rate_cdps);
    bool leading = !slower && (wanted_cdps > 0 ? ahead_cdps > DRIVE_LEAD_CDPS : ahead_cdps < -DRIVE_LEAD_CDPS);
    int16_t goal = leading ? (int16_t)0 : goal_cdps2((int16_t)(wanted_cdps - profile_cdps), stops);
    int16_t accel_cdps2 = eased(drive->accel_cdps2, goal, stops ? (int16_t)DRIVE_STOP_JERK : (int16_t)DRIVE_JERK);
    int32_t profile_q10 = drive->profile_q10 + accel_cdps2;
    if (wanted_cdps == 0 && board_within(profile_cdps, 1)) {
        profile_q10 = 0;
        accel_cdps2 = 0;
    }
    drive->accel_cdps2 = accel_cdps2;
    drive->profile_q10 = profile_q10;
    drive->profile_cdps = whole_q10(profile_q10 < 0 ? profile_q10 + 1023 : profile_q10); /* towards zero */
}

static void control(drive_state_t *drive, int16_t rate_cdps)
{
    /* Bounded: a rate that suddenly reads nothing is more likely a dead encoder than a dead stop. */
    int16_t error_cdps = board_clamp((int16_t)(drive->profile_cdps - rate_cdps), DRIVE_ERROR_CDPS);
    int16_t forward = (int16_t)(drive->profile_cdps + (drive->profile_cdps >> 1));
    drive->integral_q10 = clamp32(drive->integral_q10 + (int16_t)(error_cdps * DRIVE_KI), DRIVE_INTEGRAL_MOST);
    int16_t duty = (int16_t)(forward + (error_cdps >> DRIVE_KP_SHIFT) + whole_q10(drive->integral_q10));
    drive->duty = board_clamp(duty, DRIVE_DUTY_MOST);
}

static void run(drive_state_t *drive, int16_t wanted_cdps, int16_t rate_cdps, bool gentle)
{
    follow_profile(drive, wanted_cdps, rate_cdps, gentle);
    control(drive, rate_cdps);
    bool stopping = wanted_cdps == 0 && drive->profile_cdps == 0;
    if (!stopping) {
        drive->stop_ms = 0;
        return;
    }
    drive->stop_ms++;
    bool slow = board_within(rate_cdps, BOARD_AT_REST_CDPS + 4);
    if (drive->stop_ms >= (slow ? DRIVE_STOPPED_MS : DRIVE_STOP_MOST_MS)) {
        enter(drive, DRIVE_SETTING);
    }
}

/* Pushing towards head-down against the set brake (SR16), or holding a table whose brake creeps (fault 80): by no more than what last
 * moved it, for against a brake that holds the noise of a rate would add up to hundreds of newton metres. */
static void stand(board_t *board)
{
    drive_state_t *drive = &board->drive;
    BOARD_BY_REGISTER(drive);
    bool may_hold = drive->contactor_closed && !board->plan.blocked;
    bool slips = drive->brake_slips && may_hold;
    if (board->session.testing && may_hold) {
        drive->duty = DRIVE_TEST_DUTY;
    } else if (slips && !board->angle.at_rest) {
        control(drive, board->angle.rate_cdps);
    } else if (!slips) {
        drive->duty = 0;
        drive->integral_q10 = 0;
    }
}

/* Contactor, brake, motor, and back: one step of the sequence. */
static void sequence(board_t *board, bool move)
{
    drive_state_t *drive = &board->drive;
    int16_t rate_cdps = board->angle.rate_cdps;
    switch (drive->state) {
    case DRIVE_OFF:
        stand(board);
        if (move && !board->session.testing) {
            enter(drive, DRIVE_CLOSING);
        }
        break;
    case DRIVE_CLOSING:
        if (drive->state_ms >= DRIVE_CLOSING_MS) {
            bool near = board_within((int16_t)(board->angle.angle_cdeg - drive->hold_cdeg), DRIVE_HOLD_CDEG - 1);
            drive->integral_q10 = near ? drive->hold_q10 : 0; /* takes the load before the brake lets it go */
            enter(drive, DRIVE_RELEASING);
        }
        break;
    case DRIVE_RELEASING:
        control(drive, rate_cdps);
        if (drive->state_ms >= DRIVE_RELEASING_MS) {
            enter(drive, DRIVE_RUN);
        }
        break;
    case DRIVE_RUN:
        run(drive, board->plan.rate_cdps, rate_cdps, board->plan.gentle);
        break;
    default: /* DRIVE_SETTING: the motor holds until the brake has bitten */
        control(drive, rate_cdps);
        if (drive->state_ms >= DRIVE_SETTING_MS) {
            drive->hold_q10 = drive->integral_q10;
            drive->hold_cdeg = board->angle.angle_cdeg;
            rate_loop_cut(drive);
        }
        break;
    }
}

void rate_loop_update(board_t *board)
{
    drive_state_t *drive = &board->drive;
    BOARD_BY_REGISTER(drive);
    bool move = board->plan.rate_cdps != 0;
    drive->state_ms = board_count(drive->state_ms);
    if (drive->by_pot != board->angle.observes_pot) { /* what was summed up on a sensor that lied is worth nothing, and so is how far the profile has waited for it */
        drive->by_pot = board->angle.observes_pot;
        drive->integral_q10 = 0;
        drive->profile_cdps = drive->state == DRIVE_RUN ? board->angle.rate_cdps : (int16_t)0;
        drive->profile_q10 = drive->profile_cdps * INT32_C(1024);
    }
    drive->contactor_closed = !board->plan.blocked && (move || board->session.away || board->session.testing || drive->state != DRIVE_OFF);
    if (board->plan.blocked) {
        rate_loop_cut(drive);
        return;
    }
    sequence(board, move);
    drive->brake_released = drive->state == DRIVE_RELEASING || drive->state == DRIVE_RUN;
}
