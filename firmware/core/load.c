/* What the motor's current says about the load: something in the way, or nobody there any more (SR9, faults 87 and 89).
 * Steps of the load are told from gravity, which changes slowly, by comparing the last 32 ms with the last half second.  The current
 * is taken along the motion, without what the profile's own acceleration needs; where the load drives the motor the gear lets only a
 * fifth of it through to the motor, so what is missing below friction counts four times. */
#include "load.h"

#define LOAD_FELT_SHIFT 4              /* 32 ms in every second tick: leaves 6 mA of the converter's noise */
#define LOAD_USUAL_SHIFT 8             /* 0.5 s: arms take that long to move, an obstacle and a fall do not */
#define LOAD_PRIME_CDPS 30             /* slower than this static friction and the brake's release are in the current */
#define LOAD_ACCEL_TIMES 3             /* 0.75 mA for 0.01 deg/s2: the rotor behind 2854 : 1 */
#define LOAD_ACCEL_SHIFT 2
#define LOAD_FRICTION_MA 70            /* below it the load drives */
#define LOAD_BACK_TIMES 4
#define LOAD_RISE_MA 300               /* 41 Nm; the heaviest person's arms give 200 */
#define LOAD_PERSON_MA 150             /* the lightest person lifted asks for 180 */
#define LOAD_DOWN_CDEG (-6000)         /* a descent lifts the person's weight above this, so far from balance that arms hide nothing */
#define LOAD_UP_CDEG 5000              /* ... and an ascent from below this */

/* The mean of a sum of 16, by its bytes: the AVR shifts 32 bits in a loop of 7 cycles a bit. */
static int16_t felt_mean_ma(int32_t felt_q4)
{
    uint8_t low = (uint8_t)felt_q4;
    low = (uint8_t)(low >> LOAD_FELT_SHIFT);
    return (int16_t)(uint16_t)((uint16_t)((uint32_t)felt_q4 >> 8) * (1U << (8 - LOAD_FELT_SHIFT)) + low);
}

BOARD_IN_PLACE static inline uint8_t count_pair_if(bool happens, uint8_t value_ms)
{
    uint8_t more_ms = value_ms < 250U ? (uint8_t)(value_ms + BOARD_PAIR_MS) : value_ms;
    return happens ? more_ms : (uint8_t)0U;
}

/* The load along the motion, as a motor current of one slope. */
static int16_t felt_load_ma(drive_state_t *drive, int16_t current_ma, int8_t driven)
{
    int16_t accel_ma = (int16_t)((drive->accel_cdps2 * LOAD_ACCEL_TIMES) >> LOAD_ACCEL_SHIFT);
    int16_t along_ma = (int16_t)(current_ma - accel_ma);
    along_ma = driven < 0 ? (int16_t)-along_ma : along_ma;
    int32_t felt_q4 = drive->felt_q4;
    felt_q4 += along_ma;
    felt_q4 -= drive->felt_ma;
    drive->felt_q4 = felt_q4;
    int16_t load_ma = felt_mean_ma(felt_q4);
    drive->felt_ma = load_ma;
    if (load_ma < LOAD_FRICTION_MA) {
        load_ma = board_more(load_ma, -BOARD_STALL_MA);
        load_ma = (int16_t)(LOAD_FRICTION_MA - (LOAD_FRICTION_MA - load_ma) * LOAD_BACK_TIMES);
    }
    return load_ma;
}

void load_update(board_t *board, int8_t driven)
{
    drive_state_t *drive = &board->drive;
    BOARD_BY_REGISTER(drive);
    int16_t load_ma = felt_load_ma(drive, board->inputs.current_ma, driven);
    bool lets_go = board->session.ask_ms > 0U; /* what was pressed pushes the table back as it backs off */
    if (driven == 0 || lets_go || board_within(drive->profile_cdps, LOAD_PRIME_CDPS - 1)) { /* what is felt is what is usual */
        drive->usual_q8 = (int32_t)load_ma * (INT32_C(1) << LOAD_USUAL_SHIFT);
        drive->usual_ma = load_ma;
        drive->rise_ms = 0;
        drive->drop_ms = 0;
        return;
    }
    int16_t usual_ma = drive->usual_ma;
    drive->rise_ms = count_pair_if((int16_t)(load_ma - LOAD_RISE_MA) > usual_ma, drive->rise_ms);
    int32_t usual_q8 = drive->usual_q8;
    usual_q8 += load_ma;
    usual_q8 -= usual_ma;
    drive->usual_q8 = usual_q8;
    usual_ma = (int16_t)(uint16_t)((uint32_t)usual_q8 >> LOAD_USUAL_SHIFT);
    drive->usual_ma = usual_ma;
    bool lifts = driven > 0 ? board->angle.angle_cdeg < LOAD_DOWN_CDEG : board->angle.angle_cdeg > LOAD_UP_CDEG;
    drive->drop_ms = count_pair_if(lifts && usual_ma > LOAD_PERSON_MA && load_ma < usual_ma - (usual_ma >> 2) - (usual_ma >> 3), drive->drop_ms);
}
