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
#define ANGLE_REFER_SHIFT 13         /* 8 s, at upright rest only: slow enough that the draw is read as no motion */
#define ANGLE_REFER_CDEG 50
#define ANGLE_UPRIGHT_CDEG (BOARD_UPRIGHT_CDEG + 100)
#define ANGLE_ACCEL_SHARE 16          /* a hundredth of a degree per second squared, per millisecond squared: 65536 / 1000000 */
#define ANGLE_CDPS_Q16 66             /* a hundredth of a degree a second, per millisecond */
#define ANGLE_REST_MS 40U

BOARD_ONE_COPY static int32_t end_q16(int16_t whole_cdeg)
{
    return (whole_cdeg < 0 ? -ANGLE_MOST_CDEG : ANGLE_MOST_CDEG) * ANGLE_Q16;
}

/* Judged by its upper half alone: 16 bits are compared in a third of the time. */
BOARD_IN_PLACE static inline int32_t clamp_q16(int32_t value_q16)
{
    int16_t whole_cdeg = (int16_t)(value_q16 >> 16);
    if ((uint16_t)((uint16_t)whole_cdeg + (uint16_t)ANGLE_MOST_CDEG) < 2U * (uint16_t)ANGLE_MOST_CDEG) {
        return value_q16;
    }
    return end_q16(whole_cdeg);
}

static bool within(int16_t value, int16_t least, int16_t most)
{
    return value >= least && value <= most;
}

/* whole_q16 / counts, towards zero.  Of positive numbers, for those with signs take the AVR a function more. */
BOARD_ONE_COPY static int32_t scale_q16(uint32_t whole_q16, int16_t counts)
{
    const uint32_t size_q16 = whole_q16 / (uint16_t)board_abs(counts);
    return counts < 0 ? -(int32_t)size_q16 : (int32_t)size_q16;
}

void angle_start(angle_t *angle, const board_memory_t *memory)
{
    angle->calibrated = memory->calibrated && memory->pot_zero_counts > 1000U && memory->pot_zero_counts < 3100U &&
                        within(board_abs(memory->pot_span_counts), ANGLE_POT_SPAN_LEAST, ANGLE_POT_SPAN_MOST) &&
                        within(board_abs(memory->encoder_span_counts), ANGLE_ENCODER_SPAN_LEAST, ANGLE_ENCODER_SPAN_MOST);
    if (angle->calibrated) { /* the only divisions: once, before the first tick */
        angle->pot_scale_q16 = scale_q16(UINT32_C(10000) << 16, memory->pot_span_counts);
        angle->encoder_scale_q16 = scale_q16(UINT32_C(100) << 16, memory->encoder_span_counts);
        angle->encoder_limit_counts = ANGLE_ENCODER_MOST_DEG * board_abs(memory->encoder_span_counts);
    }
    angle->lost = true;
}

BOARD_ONE_COPY void angle_reset(angle_t *angle)
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

BOARD_ONE_COPY static void refer_encoder(angle_t *angle, const board_in_t *in)
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
    if (!angle->at_upright || session->session_open || session->returning || !angle->at_rest || angle->disputed || angle->pot_out ||
        angle->encoder_out) {
        return;
    }
    int32_t apart_q16 = angle->pot_q16 - angle->encoder_q16;
    if (board_within((int16_t)(apart_q16 >> 16), ANGLE_REFER_CDEG - 1)) {
        angle->encoder_reference_q16 += apart_q16 >> ANGLE_REFER_SHIFT;
        vote_checkpoint(angle);
    }
}

/* The AVR shifts 32 bits in a loop of 7 cycles a bit; what is left of so small a difference after a whole byte is shifted in 4 altogether. */
static int32_t bias_part(int32_t apart_q16)
{
    if (board_within((int16_t)(apart_q16 >> 16), INT8_MAX)) {
        return (int16_t)((int16_t)(apart_q16 >> 8) >> (ANGLE_BIAS_SHIFT - 8));
    }
    return apart_q16 >> ANGLE_BIAS_SHIFT;
}

static int32_t fuse(angle_t *angle, bool from_pot)
{
    if (from_pot) {
        return angle->pot_q16;
    }
    int32_t fused_q16 = clamp_q16(angle->encoder_q16 + angle->bias_q16);
    if (!angle->pot_out && !angle->disputed && angle->pot_bad_ms == 0U) {
        angle->bias_q16 += bias_part(angle->pot_q16 - fused_q16);
    }
    return fused_q16;
}

/* 1000 degrees a second is nonsense and would overflow as a rate.  Whole hundredths a millisecond are judged, as in clamp_q16(). */
static int32_t clamp_speed(int32_t speed_q16)
{
    int16_t whole = (int16_t)(speed_q16 >> 16);
    if (whole >= 1) {
        return ANGLE_Q16;
    }
    return whole < -1 ? -ANGLE_Q16 : speed_q16;
}

/* Alpha-beta tracking: position and speed from a quantised position.  The potentiometer is coarser and noisier, so slower:
 * alone it would be a quarter of a second behind, so it is told what the drive is about to do. */
static void track(angle_t *angle, int32_t seen_q16, bool from_pot, int16_t accel_cdps2)
{
    int32_t speed_q16 = angle->speed_q16;
    if (from_pot) {
        int16_t gain_q16 = (int16_t)(accel_cdps2 / ANGLE_ACCEL_SHARE);
        speed_q16 += gain_q16;
    }
    int32_t position_q16 = clamp_q16(angle->position_q16 + speed_q16);
    int32_t error_q16 = seen_q16 - position_q16;
    if (from_pot) {
        position_q16 += error_q16 >> 6;
        speed_q16 += error_q16 >> 14;
    } else {
        position_q16 += error_q16 >> 3;
        speed_q16 += error_q16 >> 8;
    }
    angle->position_q16 = position_q16;
    angle->speed_q16 = clamp_speed(speed_q16);
}

/* What a motor that follows its voltage turns the table with: rate_loop.c's 1.5 per mille for 0.01 deg/s, and 5/8 for the 2/3.  A dead encoder
 * has made the rate loop push; it eases off as soon as this is known. */
static int16_t driven_rate_cdps(const drive_state_t *drive)
{
    return (int16_t)((drive->duty >> 1) + (drive->duty >> 3));
}

static void observe(angle_t *angle, bool anew, bool from_pot, const drive_state_t *drive)
{
    int32_t seen_q16 = from_pot ? angle->pot_q16 : angle->encoder_q16;
    if (anew || from_pot != angle->observes_pot) {
        angle->observes_pot = from_pot;
        angle->position_q16 = seen_q16;
        angle->speed_q16 = driven_rate_cdps(drive) * (int32_t)ANGLE_CDPS_Q16;
    }
    track(angle, seen_q16, from_pot, drive->accel_cdps2);
    angle->rate_cdps = (int16_t)((angle->speed_q16 * INT32_C(1000)) >> 16);
    angle->slow_ms = count_if(board_within(angle->rate_cdps, BOARD_AT_REST_CDPS - 1), angle->slow_ms);
    angle->at_rest = angle->slow_ms >= ANGLE_REST_MS;
    if (anew) {
        angle->speed_q16 = 0;
    }
}

int16_t angle_first_cdeg(const angle_t *angle)
{
    return angle->disputed ? board_less(angle->pot_cdeg, angle->encoder_cdeg) : angle->angle_cdeg;
}

int16_t angle_last_cdeg(const angle_t *angle)
{
    return angle->disputed ? board_more(angle->pot_cdeg, angle->encoder_cdeg) : angle->angle_cdeg;
}

/* The lever parts table and motor: until it is back the potentiometer is alone, then the encoder learns the place from it.
 * True as it comes back. */
static bool lever_comes_back(angle_t *angle, const board_in_t *in)
{
    bool back = angle->declutched && !in->release_pulled;
    angle->declutched = in->release_pulled;
    return back && !angle->pot_out;
}

static void hear_third(angle_t *angle, const link_t *link)
{
    angle->imu_valid = link->fresh && (link->command.flags & PROTOCOL_COMMAND_FLAG_IMU_VALID) != 0U;
    angle->imu_cdeg = board_clamp(link->command.imu_angle_cdeg, ANGLE_MOST_CDEG);
}

/* Whether the encoder is to be referred to the potentiometer: for as long as that settles, and when the lever comes back. */
static bool refers(board_t *board, const board_in_t *in, bool pot_read)
{
    angle_t *angle = &board->angle;
    if (!angle->ready) {
        angle->settle_ms = (uint8_t)(angle->settle_ms + (pot_read || angle->settle_ms > 0U ? 1U : 0U));
        angle->ready = angle->settle_ms >= ANGLE_SETTLE_MS;
        return true;
    }
    read_encoder(angle, in);
    hear_third(angle, &board->link);
    return lever_comes_back(angle, in);
}

static void look(board_t *board, const board_in_t *in, int8_t driven)
{
    angle_t *angle = &board->angle;
    bool anew = !angle->ready;
    bool pot_read = read_pot(angle, &board->memory, in);
    if (refers(board, in, pot_read)) {
        refer_encoder(angle, in);
    }
    if (!anew) {
        if (pot_read && !angle->declutched) {
            vote_update(angle, driven);
        }
        if (angle->pot_bad_ms >= ANGLE_POT_BAD_MS) {
            angle->pot_out = true;
        }
    }
    bool from_pot = angle->encoder_out || angle->declutched;
    angle->angle_cdeg = (int16_t)(fuse(angle, from_pot) >> 16);
    if (angle->disputed) {
        angle->angle_cdeg = angle->leg == 0U ? angle_first_cdeg(angle) : angle_last_cdeg(angle);
    }
    observe(angle, anew, from_pot, &board->drive);
}

void angle_update(board_t *board, const board_in_t *in, int8_t driven)
{
    angle_t *angle = &board->angle;
    if (angle->calibrated) {
        look(board, in, driven);
    }
    vote_trust(angle);
    angle->at_upright = angle->angle_cdeg <= ANGLE_UPRIGHT_CDEG && !angle->lost;
    refer_slowly(angle, &board->session);
}
