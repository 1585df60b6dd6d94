/* Who of potentiometer, encoder and the Pi's angle is believed (SR8).  Reads angles, writes verdicts; moves nothing.
 * Two comparisons: places may differ by 1.5 degrees for 100 ms, and motion since a checkpoint by less than one degree at once,
 * so that a frozen, reversed or slipping sensor is found before 1.0 degree of true motion. */
#include "vote.h"

#define VOTE_STEP_CDEG 100         /* a new checkpoint after this much agreed motion */
#define VOTE_SLIP_CDEG 50U
#define VOTE_SLIP_MS 4U
#define VOTE_OPPOSITE_CDEG 30
#define VOTE_TURNS_CDPS 20         /* a dead encoder shows none of it */
#define VOTE_FALL_CDEG 40          /* in as long as this: 4 deg/s, which only a table that has parted from its motor turns with */
#define VOTE_FALL_MS 100U
#define VOTE_PARTED_CDEG 50        /* of the one, less than half of it of the other */
#define VOTE_JUMP_CDEG 60          /* ahead of its own 16 ms filter: no table turns like that, so the potentiometer slipped (fault 6) */
#define VOTE_JUMP_MS 4U
#define VOTE_CLEARER_CDEG 30U      /* one must be nearer to the third witness by this much */
#define VOTE_NEAR_CDEG 35U
#define VOTE_STILL_CDEG 15
#define VOTE_NOISE_SHIFT 6
#define VOTE_NOISE_CDEG 13U        /* mean deviation; a good one shows 5, turning adds 3 (fault 5: three times the noise) */
#define VOTE_NOISE_MS 60U
#define VOTE_OFF_MOST_CDEG 900     /* more tells nothing new, and the sum of 64 fits 16 bits */
#define VOTE_DROPS 3U              /* in a second (fault 10) */

BOARD_ONE_COPY void vote_checkpoint(angle_t *angle)
{
    angle->check_pot_cdeg = angle->pot_cdeg;
    angle->check_encoder_cdeg = angle->encoder_cdeg;
    angle->check_imu_cdeg = angle->imu_cdeg;
    angle->check_imu_valid = angle->imu_valid;
}

/* How far apart two motions are: sensors that jump from end to end would wrap a signed difference round to a small one. */
BOARD_ONE_COPY static uint16_t gap(int16_t left_cdeg, int16_t right_cdeg)
{
    uint16_t gap_cdeg = (uint16_t)((uint16_t)left_cdeg - (uint16_t)right_cdeg);
    return left_cdeg < right_cdeg ? (uint16_t)(0U - gap_cdeg) : gap_cdeg;
}

/* The same gap against its bound in one comparison: two motions of sensors that lie within 280 degrees are never 65,000 hundredths apart. */
static bool slips(int16_t left_cdeg, int16_t right_cdeg)
{
    return (uint16_t)((uint16_t)((uint16_t)left_cdeg - (uint16_t)right_cdeg) + VOTE_SLIP_CDEG) > 2U * VOTE_SLIP_CDEG;
}

BOARD_ONE_COPY static void dispute(angle_t *angle)
{
    angle->disputed = true;
    angle->leg = 0;
    angle->first_began_inverted = board_less(angle->pot_cdeg, angle->encoder_cdeg) > BOARD_LEVEL_CDEG;
}

static void decide(angle_t *angle, bool against_pot)
{
    angle->disputed = false;
    angle->leg = 0;
    if (against_pot) {
        angle->pot_out = true;
    } else {
        angle->encoder_out = true;
    }
}

/* The nearer one to the Pi's angle is right, if the other one is clearly not. */
static void ask_third(angle_t *angle, uint16_t pot_off_cdeg, uint16_t encoder_off_cdeg, uint16_t near_cdeg)
{
    bool pot_nearer = pot_off_cdeg < encoder_off_cdeg;
    uint16_t nearer_cdeg = pot_nearer ? pot_off_cdeg : encoder_off_cdeg;
    uint16_t further_cdeg = pot_nearer ? encoder_off_cdeg : pot_off_cdeg;
    if (nearer_cdeg <= near_cdeg && (uint16_t)(further_cdeg - nearer_cdeg) >= VOTE_CLEARER_CDEG) {
        decide(angle, !pot_nearer);
    }
}

/* With no third witness the drive itself is one, but only for the potentiometer: a turning encoder says nothing
 * about the table when the gearbox is what broke (fault 79). */
static void ask_drive(angle_t *angle, int16_t pot_moved_cdeg, int16_t encoder_moved_cdeg, int8_t driven)
{
    int16_t along_pot = driven > 0 ? pot_moved_cdeg : (int16_t)-pot_moved_cdeg;
    int16_t along_encoder = driven > 0 ? encoder_moved_cdeg : (int16_t)-encoder_moved_cdeg;
    if (driven != 0 && angle->jump_ms == 0U && along_pot >= VOTE_STILL_CDEG && along_encoder < VOTE_STILL_CDEG) {
        decide(angle, false);
    }
}

static bool is_step(int16_t moved_cdeg)
{
    return !board_within(moved_cdeg, VOTE_STEP_CDEG - 1);
}

/* One of the two is wired the wrong way round (fault 9): judged once they differ, from a checkpoint taken then, so that neither
 * a way gone there and back together nor a jump is taken for it.  True where a new checkpoint is due. */
BOARD_ONE_COPY static bool judge_opposite(angle_t *angle, int16_t pot_moved_cdeg, int16_t encoder_moved_cdeg)
{
    bool away = (pot_moved_cdeg >= VOTE_OPPOSITE_CDEG && encoder_moved_cdeg <= -VOTE_OPPOSITE_CDEG) ||
                (pot_moved_cdeg <= -VOTE_OPPOSITE_CDEG && encoder_moved_cdeg >= VOTE_OPPOSITE_CDEG);
    angle->opposite_ms = count_if(away && angle->jump_ms == 0U, angle->opposite_ms);
    if (angle->opposite_ms >= VOTE_SLIP_MS) {
        angle->opposite = true;
    }
    return is_step(pot_moved_cdeg) || is_step(encoder_moved_cdeg) || angle->jump_ms > 0U;
}

/* With nobody to ask, a potentiometer that sees the table fall, or go where the encoder does not, is believed as far as that the brake is set
 * (fault 79): its rate is slow to tell, and from 37 deg/s on a fall would be taken for a jump. */
BOARD_IN_PLACE static inline void judge_fall(angle_t *angle, int16_t pot_moved_cdeg, int16_t encoder_moved_cdeg)
{
    bool doubted = angle->disputed && !angle->imu_valid;
    bool far = !board_within((int16_t)(angle->pot_cdeg - angle->fall_cdeg), VOTE_FALL_CDEG - 1);
    bool parted = doubted && !board_within(pot_moved_cdeg, VOTE_PARTED_CDEG) && board_within(encoder_moved_cdeg, VOTE_PARTED_CDEG / 2);
    if ((parted || (far && (doubted || angle->encoder_out))) && angle->jump_ms == 0U) {
        angle->falls = true;
    }
    angle->fall_ms++;
    if (far || angle->jump_ms > 0U || angle->fall_ms >= VOTE_FALL_MS) {
        angle->fall_ms = 0;
        angle->fall_cdeg = angle->pot_cdeg;
    }
    if (parted) {
        vote_checkpoint(angle);
    }
}

/* Two witnesses saw the table part from its motor.  With a dead encoder (fault 90) nothing is seen to turn, and the table goes the way it is
 * driven; where the motor turns, or the table comes back on it, the gear carries nothing (fault 79) and only the brake can. */
static bool gear_parts(const angle_t *angle, int16_t pot_moved_cdeg, int8_t driven)
{
    bool turns = !board_within(angle->rate_cdps, VOTE_TURNS_CDPS);
    return (driven < 0 && (turns || pot_moved_cdeg > 0)) || (driven > 0 && (turns || pot_moved_cdeg < 0));
}

/* True where a new checkpoint is due. */
static bool judge_motion(angle_t *angle, int16_t pot_moved_cdeg, int16_t encoder_moved_cdeg, int8_t driven)
{
    BOARD_BY_REGISTER(angle);
    if (!slips(pot_moved_cdeg, encoder_moved_cdeg)) {
        angle->slip_ms = 0;
        return is_step(pot_moved_cdeg) || is_step(encoder_moved_cdeg);
    }
    angle->slip_ms++;
    if (angle->slip_ms < VOTE_SLIP_MS) {
        return false;
    }
    dispute(angle);
    angle->slip_ms = 0;
    if (angle->imu_valid && angle->check_imu_valid) {
        int16_t imu_moved_cdeg = (int16_t)(angle->imu_cdeg - angle->check_imu_cdeg);
        ask_third(angle, gap(pot_moved_cdeg, imu_moved_cdeg), gap(encoder_moved_cdeg, imu_moved_cdeg), VOTE_NEAR_CDEG);
        angle->falls = angle->encoder_out && gear_parts(angle, pot_moved_cdeg, driven);
    } else {
        ask_drive(angle, pot_moved_cdeg, encoder_moved_cdeg, driven);
    }
    return true;
}

static void judge_place(angle_t *angle)
{
    bool apart = !board_within((int16_t)(angle->pot_cdeg - angle->encoder_cdeg), BOARD_DISAGREE_CDEG);
    angle->apart_ms = count_if(apart, angle->apart_ms);
    if (angle->apart_ms > BOARD_DISAGREE_MS) {
        dispute(angle);
        angle->apart_ms = 0;
    }
}

static void judge_noise(angle_t *angle)
{
    int16_t off_cdeg = board_less(VOTE_OFF_MOST_CDEG, board_abs((int16_t)(angle->pot_raw_cdeg - angle->pot_cdeg)));
    angle->jump_ms = count_if(off_cdeg > VOTE_JUMP_CDEG, angle->jump_ms);
    uint16_t noise_q6 = (uint16_t)(angle->pot_noise_q6 + (uint16_t)off_cdeg - board_sixty_fourth(angle->pot_noise_q6));
    angle->pot_noise_q6 = noise_q6;
    angle->noisy_ms = count_if(noise_q6 >= (VOTE_NOISE_CDEG + 1U) << VOTE_NOISE_SHIFT, angle->noisy_ms);
    bool jumped = angle->jump_ms >= VOTE_JUMP_MS;
    bool bad = jumped || (angle->noisy_ms >= VOTE_NOISE_MS && !angle->disputed) || angle->pot_drops >= VOTE_DROPS;
    if (bad && !angle->encoder_out && !angle->pot_out) { /* the last one left is kept, however poor */
        decide(angle, true);
        vote_checkpoint(angle);
    }
    if (jumped) { /* the filter's way to the new place is no motion */
        angle->pot_q16 = (int32_t)angle->pot_raw_cdeg * INT32_C(65536);
        angle->pot_cdeg = angle->pot_raw_cdeg;
        angle->check_pot_cdeg = angle->pot_raw_cdeg;
    }
}

/* A dispute that began between two motions is settled by the next one. */
static void settle_dispute(angle_t *angle, int16_t pot_moved_cdeg, int16_t encoder_moved_cdeg, int8_t driven)
{
    BOARD_BY_REGISTER(angle);
    if (angle->imu_valid) {
        uint16_t pot_off_cdeg = gap(angle->pot_cdeg, angle->imu_cdeg);
        uint16_t encoder_off_cdeg = gap(angle->encoder_cdeg, angle->imu_cdeg);
        if (pot_off_cdeg > (uint16_t)BOARD_DISAGREE_CDEG || encoder_off_cdeg > (uint16_t)BOARD_DISAGREE_CDEG) {
            ask_third(angle, pot_off_cdeg, encoder_off_cdeg, (uint16_t)BOARD_DISAGREE_CDEG);
        }
    } else if (slips(pot_moved_cdeg, encoder_moved_cdeg)) {
        ask_drive(angle, pot_moved_cdeg, encoder_moved_cdeg, driven);
    }
}

BOARD_ONE_COPY static bool near_third(const angle_t *angle, int16_t own_cdeg)
{
    return angle->imu_valid && board_within((int16_t)(own_cdeg - angle->imu_cdeg), BOARD_DISAGREE_CDEG);
}

/* Trusted: two witnesses agree.  Lost: there is no way to tell, not even by stopping where the first of two doubted ones says so. */
void vote_trust(angle_t *angle)
{
    bool lost = !angle->ready;
    bool agree = true;
    bool encoder_gone = angle->encoder_out || angle->declutched;
    if (angle->disputed || angle->pot_out || encoder_gone) { /* else the third has nothing to say */
        bool near_pot = near_third(angle, angle->pot_cdeg);
        bool near_encoder = near_third(angle, angle->encoder_cdeg);
        bool all_differ = angle->disputed && angle->imu_valid && !near_pot && !near_encoder;
        lost = lost || (angle->pot_out && encoder_gone) || all_differ;
        agree = angle->pot_out ? near_encoder : (encoder_gone && near_pot);
    }
    angle->lost = lost;
    angle->lost_ms = count_if(lost, angle->lost_ms);
    angle->trusted = agree && !lost;
}

void vote_update(angle_t *angle, int8_t driven)
{
    BOARD_BY_REGISTER(angle);
    angle->falls = false;
    judge_noise(angle);
    int16_t pot_moved_cdeg = (int16_t)(angle->pot_cdeg - angle->check_pot_cdeg);
    int16_t encoder_moved_cdeg = (int16_t)(angle->encoder_cdeg - angle->check_encoder_cdeg);
    bool checkpoint_due;
    if (angle->disputed || angle->pot_out || angle->encoder_out) {
        checkpoint_due = judge_opposite(angle, pot_moved_cdeg, encoder_moved_cdeg);
    } else {
        checkpoint_due = judge_motion(angle, pot_moved_cdeg, encoder_moved_cdeg, driven);
        judge_place(angle);
    }
    if (checkpoint_due) {
        vote_checkpoint(angle);
        pot_moved_cdeg = 0;
        encoder_moved_cdeg = 0;
    }
    if (angle->disputed) {
        settle_dispute(angle, pot_moved_cdeg, encoder_moved_cdeg, driven);
    }
    judge_fall(angle, pot_moved_cdeg, encoder_moved_cdeg);
}
