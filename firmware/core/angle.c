/* Where the table is and how fast it turns, from potentiometer and encoder; the Pi's angle only breaks a tie (SR8).  Moves nothing.
 * The encoder tells motion, the potentiometer the place: angle = encoder + slow bias towards the potentiometer. */
#include "angle.h"
#include "vote.h"

#define ANGLE_SETTLE_MS 64U
#define ANGLE_MOST_CDEG 14000                /* beyond any place the table can be; 16 bits hold the difference of two such angles */
#define ANGLE_Q16 INT32_C(65536)
#define ANGLE_POT_LEAST 205U          /* 5 % and 95 % of full scale: outside is a broken wire (faults 3, 4) */
#define ANGLE_POT_MOST 3887U
#define ANGLE_POT_BAD_MS 20U
#define ANGLE_POT_SPAN_LEAST 1300     /* counts per 100 degrees; smaller would overflow the scale, larger leave the range */
#define ANGLE_POT_SPAN_MOST 2300
#define ANGLE_ENCODER_SPAN_LEAST 20   /* counts per degree */
#define ANGLE_ENCODER_SPAN_MOST 2000
#define ANGLE_ENCODER_MOST_DEG INT32_C(170)   /* from end to end; with the reference still within 32 bits */
#define ANGLE_POT_SHIFT 4             /* 16 ms */
#define ANGLE_BIAS_SHIFT 10           /* 1 s */
#define ANGLE_REFER_SHIFT 9           /* at upright rest only */
#define ANGLE_REFER_CDEG 50
#define ANGLE_UPRIGHT_CDEG (BOARD_UPRIGHT_CDEG + 100)
#define ANGLE_ACCEL_SHARE 16          /* a hundredth of a degree per second squared, per millisecond squared: 65536 / 1000000 */
#define ANGLE_CDPS_Q16 66             /* a hundredth of a degree a second, per millisecond */
#define ANGLE_REST_MS 40U

/* Judged by its upper half alone: 16 bits are compared in a third of the time. */
static int32_t clamp_q16(int32_t value_q16)
{
    int16_t whole_cdeg = (int16_t)(value_q16 >> 16);
    if (whole_cdeg >= ANGLE_MOST_CDEG) {
        return ANGLE_MOST_CDEG * ANGLE_Q16;
    }
    return whole_cdeg < -ANGLE_MOST_CDEG ? -ANGLE_MOST_CDEG * ANGLE_Q16 : value_q16;
}

static bool within(int16_t value, int16_t least, int16_t most)
{
    return value >= least && value <= most;
}

void angle_start(angle_t *angle, const board_memory_t *memory)
{
    angle->calibrated = memory->calibrated && memory->pot_zero_counts > 1000U && memory->pot_zero_counts < 3100U &&
                        within(board_abs(memory->pot_span_counts), ANGLE_POT_SPAN_LEAST, ANGLE_POT_SPAN_MOST) &&
                        within(board_abs(memory->encoder_span_counts), ANGLE_ENCODER_SPAN_LEAST, ANGLE_ENCODER_SPAN_MOST);
    if (angle->calibrated) { /* the only divisions: once, before the first tick */
        angle->pot_scale_q16 = INT32_C(10000) * ANGLE_Q16 / memory->pot_span_counts;
        angle->encoder_scale_q16 = INT32_C(100) * ANGLE_Q16 / memory->encoder_span_counts;
        angle->encoder_limit_counts = ANGLE_ENCODER_MOST_DEG * board_abs(memory->encoder_span_counts);
    }
    angle->lost = true;
}

void angle_reset(angle_t *angle)
{
    angle->ready = false;
    angle->settle_ms = 0;
    angle->pot_out = false;
    angle->encoder_out = false;
    angle->disputed = false;
    angle->opposite = false;
    angle->leg = 0;
    angle->pot_drops = 0;
    angle->noisy_ms = 0;
    angle->pot_noise_q6 = 0;
}

static void refer_encoder(angle_t *angle, const board_in_t *in)
{
    angle->encoder_zero = (uint32_t)in->encoder_counts;
    angle->encoder_reference_q16 = angle->pot_q16;
    angle->encoder_q16 = angle->pot_q16;
    angle->encoder_cdeg = angle->pot_cdeg;
    angle->bias_q16 = 0;
    vote_checkpoint(angle);
}

/* Dropouts are masked for 20 ms each; the range rule and the count of them judge the rest (faults 3, 4, 10). */
static bool read_pot(angle_t *angle, const board_memory_t *memory, const board_in_t *in)
{
    bool good = in->pot_counts >= ANGLE_POT_LEAST && in->pot_counts <= ANGLE_POT_MOST;
    angle->drop_window_ms = board_count(angle->drop_window_ms);
    if (angle->drop_window_ms >= 1000U) {
        angle->drop_window_ms = 0;
        angle->pot_drops = 0;
    }
    if (!good) {
        angle->pot_drops = (uint8_t)(angle->pot_drops + (angle->pot_bad_ms == 0U ? 1U : 0U));
        angle->pot_bad_ms = board_count8(angle->pot_bad_ms);
        return false;
    }
    angle->pot_bad_ms = 0;
    int16_t counts = (int16_t)((int16_t)in->pot_counts - (int16_t)memory->pot_zero_counts);
    int32_t raw_q16 = clamp_q16((int32_t)counts * angle->pot_scale_q16);
    angle->pot_raw_cdeg = (int16_t)(raw_q16 >> 16);
    angle->pot_q16 = angle->settle_ms == 0U ? raw_q16 : angle->pot_q16 + ((raw_q16 - angle->pot_q16) >> ANGLE_POT_SHIFT);
    angle->pot_cdeg = (int16_t)(angle->pot_q16 >> 16);
    return true;
}

static void read_encoder(angle_t *angle, const board_in_t *in)
{
    int32_t counts = (int32_t)((uint32_t)in->encoder_counts - angle->encoder_zero);
    if (counts > angle->encoder_limit_counts) {
        counts = angle->encoder_limit_counts;
    } else if (counts < -angle->encoder_limit_counts) {
        counts = -angle->encoder_limit_counts;
    }
    angle->encoder_q16 = clamp_q16(angle->encoder_reference_q16 + counts * angle->encoder_scale_q16);
    angle->encoder_cdeg = (int16_t)(angle->encoder_q16 >> 16);
}

/* At upright rest with nobody moving, the encoder is drawn to the potentiometer: over many sessions it would drift. */
static void refer_slowly(angle_t *angle, const session_t *session)
{
    int32_t apart_q16 = angle->pot_q16 - angle->encoder_q16;
    if (!session->session_open && !session->returning && angle->at_upright && angle->at_rest && !angle->disputed && !angle->pot_out &&
        !angle->encoder_out && board_abs((int16_t)(apart_q16 >> 16)) < ANGLE_REFER_CDEG) {
        angle->encoder_reference_q16 += apart_q16 >> ANGLE_REFER_SHIFT;
        vote_checkpoint(angle);
    }
}

static int32_t fuse(angle_t *angle)
{
    if (angle->encoder_out || angle->declutched) {
        return angle->pot_q16;
    }
    int32_t fused_q16 = clamp_q16(angle->encoder_q16 + angle->bias_q16);
    if (!angle->pot_out && !angle->disputed && angle->pot_bad_ms == 0U) {
        angle->bias_q16 += (angle->pot_q16 - fused_q16) >> ANGLE_BIAS_SHIFT;
    }
    return fused_q16;
}

/* What a motor that follows its voltage turns the table with: rate_loop.c's 1.5 per mille for 0.01 deg/s, and 5/8 for the 2/3.  A dead encoder
 * has made the rate loop push; it eases off as soon as this is known. */
static int16_t driven_rate_cdps(const drive_state_t *drive)
{
    return (int16_t)((drive->duty >> 1) + (drive->duty >> 3));
}

/* Alpha-beta tracking: position and speed from a quantised position.  The potentiometer is coarser and noisier, so slower:
 * alone it would be a quarter of a second behind, so it is told what the drive is about to do. */
static void observe(angle_t *angle, int32_t seen_q16, const drive_state_t *drive)
{
    bool from_pot = angle->encoder_out || angle->declutched;
    if (from_pot != angle->observes_pot || !angle->ready) {
        angle->observes_pot = from_pot;
        angle->position_q16 = seen_q16;
        angle->speed_q16 = driven_rate_cdps(drive) * INT32_C(ANGLE_CDPS_Q16);
    }
    if (from_pot) {
        angle->speed_q16 += drive->accel_cdps2 / ANGLE_ACCEL_SHARE;
    }
    angle->position_q16 = clamp_q16(angle->position_q16 + angle->speed_q16);
    int32_t error_q16 = seen_q16 - angle->position_q16;
    angle->position_q16 += error_q16 >> (from_pot ? 6 : 3);
    angle->speed_q16 += error_q16 >> (from_pot ? 14 : 8);
    if (angle->speed_q16 > ANGLE_Q16) { /* 1000 degrees a second is nonsense and would overflow below */
        angle->speed_q16 = ANGLE_Q16;
    } else if (angle->speed_q16 < -ANGLE_Q16) {
        angle->speed_q16 = -ANGLE_Q16;
    }
    angle->rate_cdps = (int16_t)((angle->speed_q16 * INT32_C(1000)) >> 16);
    bool slow = angle->rate_cdps < BOARD_AT_REST_CDPS && angle->rate_cdps > -BOARD_AT_REST_CDPS;
    angle->slow_ms = slow ? board_count8(angle->slow_ms) : (uint8_t)0U;
    angle->at_rest = angle->slow_ms >= ANGLE_REST_MS;
}

int16_t angle_first_cdeg(const angle_t *angle)
{
    return angle->disputed ? board_less(angle->pot_cdeg, angle->encoder_cdeg) : angle->angle_cdeg;
}

int16_t angle_last_cdeg(const angle_t *angle)
{
    return angle->disputed ? board_more(angle->pot_cdeg, angle->encoder_cdeg) : angle->angle_cdeg;
}

/* The lever parts table and motor: until it is back the potentiometer is alone, then the encoder learns the place from it. */
static void follow_lever(angle_t *angle, const board_in_t *in)
{
    if (in->release_pulled) {
        angle->declutched = true;
    } else if (angle->declutched) {
        angle->declutched = false;
        if (!angle->pot_out) {
            refer_encoder(angle, in);
        }
    }
}

void angle_update(board_t *board, const board_in_t *in, int8_t driven)
{
    angle_t *angle = &board->angle;
    if (!angle->calibrated) {
        vote_trust(angle);
        return;
    }
    bool pot_read = read_pot(angle, &board->memory, in);
    if (!angle->ready) {
        angle->settle_ms = (uint8_t)(angle->settle_ms + (pot_read || angle->settle_ms > 0U ? 1U : 0U));
        refer_encoder(angle, in);
        angle->angle_cdeg = angle->pot_cdeg;
        observe(angle, angle->pot_q16, &board->drive);
        angle->speed_q16 = 0;
        angle->ready = angle->settle_ms >= ANGLE_SETTLE_MS;
        vote_trust(angle);
        angle->at_upright = angle->angle_cdeg <= ANGLE_UPRIGHT_CDEG && !angle->lost;
        return;
    }
    read_encoder(angle, in);
    angle->imu_valid = board->link.fresh && (board->link.command.flags & PROTOCOL_COMMAND_FLAG_IMU_VALID) != 0U;
    angle->imu_cdeg = board_less(board_more(board->link.command.imu_angle_cdeg, -ANGLE_MOST_CDEG), ANGLE_MOST_CDEG);
    follow_lever(angle, in);
    if (pot_read && !angle->declutched) {
        vote_update(angle, driven);
    }
    angle->pot_out = angle->pot_out || angle->pot_bad_ms >= ANGLE_POT_BAD_MS;
    vote_trust(angle);
    int32_t fused_q16 = fuse(angle);
    angle->angle_cdeg = (int16_t)(fused_q16 >> 16);
    if (angle->disputed) {
        angle->angle_cdeg = angle->leg == 0U ? angle_first_cdeg(angle) : angle_last_cdeg(angle);
    }
    observe(angle, angle->encoder_out || angle->declutched ? angle->pot_q16 : angle->encoder_q16, &board->drive);
    angle->at_upright = angle->angle_cdeg <= ANGLE_UPRIGHT_CDEG && !angle->lost;
    refer_slowly(angle, &board->session);
}
