/* The drive board's whole state in one struct, so that it can be printed, copied and compared.  No pointers, no registers.
 * One owner per part: the file of the same name writes it, the others only read; modes.c alone writes `mode`. */
#ifndef BOARD_STATE_H
#define BOARD_STATE_H

#include "board.h"
#include "frame.h"
#include "limits.h"

/* What the small board's compiler is told, in bytes of flash and cycles of a tick measured (decision 0041): one copy that is called, where it
 * would write the text out at every place, and the same with the board known in it; text in its place, where it would call; a pointer whose
 * target it is to forget, for it reaches what it knows by 4 bytes of text a member and a register's by 2; a table that stays in flash. */
#ifdef __AVR__
#include <avr/pgmspace.h>
#define BOARD_ONE_COPY __attribute__((noinline, noclone))
#define BOARD_IN_PLACE __attribute__((always_inline))
#define BOARD_CALLED __attribute__((noinline))
#define BOARD_IN_FLASH PROGMEM
#define BOARD_BY_REGISTER(pointer) __asm__("" : "+b"(pointer))
#define BOARD_FLASH_BYTE(place) pgm_read_byte(&(place))
#else
#define BOARD_ONE_COPY
#define BOARD_IN_PLACE
#define BOARD_CALLED
#define BOARD_IN_FLASH
#define BOARD_BY_REGISTER(pointer) ((void)0)
#define BOARD_FLASH_BYTE(place) (place)
#endif

#define BOARD_FOREVER_MS 64000U /* where 16-bit counters of milliseconds stop: a multiple of 256, over every bound */
#define BOARD_PAIR_MS 2U        /* what is judged in every second tick counts by this */

/* A debounced button: pressed only after having been seen released, so that one stuck since reset never counts. */
typedef struct {
    uint8_t steady_ms;
    bool pressed;
    bool seen_released;
    bool edge;        /* a fresh press, this tick only */
} button_t;

typedef struct {
    button_t start, return_, ok;
    uint16_t start_edge_ms;     /* since its newest fresh press */
    uint16_t start_held_ms;
    uint16_t estop_closed_ms;   /* both channels */
    uint16_t ankles_closed_ms;  /* both secondary switches */
    uint8_t ankle_open_ms;
    uint8_t estop_disagree_ms;
    bool estop_cycle_due;       /* the channels disagreed: both must be seen open, then closed */
    bool left_seen_open, right_seen_open; /* since upright rest was reached */
    bool mains_present;
    uint8_t mains_lost_ms;
    uint8_t bandgap_bad_ms;
    uint8_t overvoltage_ms;
    int16_t current_ma;
    int16_t current_sum_counts; /* from the middle of the scale, since the newest status */
    uint16_t battery_mv;
    uint16_t battery_q6;        /* counts, smoothed */
    bool unsound;               /* the HAL has found the machine itself wrong: nothing moves again before a reset */
} inputs_t;

typedef struct {
    bool calibrated;            /* the calibration is there and within reason */
    uint8_t settle_ms;          /* until the first reading is smooth enough to believe */
    bool ready;
    int16_t pot_raw_cdeg, pot_cdeg, encoder_cdeg, imu_cdeg, angle_cdeg;
    bool imu_valid;
    uint16_t pot_noise_q6;
    uint8_t pot_bad_ms, pot_drops, noisy_ms;
    uint16_t drop_window_ms;
    bool pot_out, encoder_out;  /* voted out until reset */
    bool disputed;              /* the two disagree and nobody has decided who is right */
    bool lost;                  /* no angle can be trusted */
    uint8_t lost_ms;
    bool trusted;               /* two witnesses agree */
    bool opposite;              /* the two moved in opposite directions */
    bool falls;                 /* the table parts from its motor, or the potentiometer, and nobody beside it, sees it fall: this tick only */
    uint8_t fall_ms;            /* since, and where, the potentiometer was when its newest 100 ms began */
    int16_t fall_cdeg;
    bool declutched;            /* release lever: the encoder no longer turns with the table */
    uint8_t leg;                /* return on two doubted sensors: 0 first one's rest, 1 the other's, 2 both taken */
    bool first_began_inverted;  /* when the dispute began, both sensors said head-down */
    uint8_t apart_ms, slip_ms, jump_ms, opposite_ms;
    int16_t check_pot_cdeg, check_encoder_cdeg, check_imu_cdeg;
    bool check_imu_valid;
    bool observes_pot;
    int16_t rate_cdps;
    uint8_t slow_ms;
    bool at_rest;
    bool at_upright;            /* within 1 degree */
    int32_t pot_scale_q16;      /* hundredths of a degree per count */
    int32_t encoder_scale_q16;
    int32_t encoder_limit_counts;
    uint32_t encoder_zero;
    int32_t encoder_reference_q16;
    int32_t pot_q16, encoder_q16; /* hundredths of a degree */
    int32_t bias_q16;           /* slow difference between the two: the potentiometer is the absolute one */
    int32_t position_q16;       /* tracking observer: hundredths of a degree, and the same per millisecond */
    int32_t speed_q16;
} angle_t;

typedef struct {
    frame_decoder_t decoder;
    protocol_command_t command; /* the newest one accepted */
    uint16_t age_ms;            /* of it */
    bool fresh;                 /* a command is in force */
    uint16_t silent_ms;         /* since one was */
    bool heard;                 /* one was accepted this tick */
    bool stranger;
    uint8_t late_frames;
    uint16_t late_window_ms;
    bool pace_running, pace_later;
    uint8_t pace_run, pace_wait; /* blocks that moved the same way; until the clocks are believed again */
    uint8_t pace_start_ms;      /* of this block; lower bytes, here and below */
    uint8_t pace_place_ms;      /* our clock less the Pi's, by the quickest command of the block before */
    int8_t pace_least_ms;       /* ... of this block, from there */
    uint16_t challenge[4];      /* the newest first: telemetry and the Pi's tick take time */
} link_t;

typedef struct {
    uint16_t rest_ms;           /* at rest at this place */
    int16_t place_cdeg;
    uint8_t zone;               /* REST_BEFORE, REST_GATE, REST_PAST */
    bool done;
    int16_t done_cdeg;          /* where it was taken */
    int16_t low_cdeg;           /* the least angle since */
} rest_t;

typedef struct {
    uint8_t tick_ms;            /* towards the next tenth of a second */
    uint8_t unsaved_ds;
    bool charge_due;            /* a reset costs 5 s, once it is known that it was in a session */
    uint16_t left_ds, needed_ds;
    bool spent, short_;         /* nothing left; only just enough left to be level in time */
    uint16_t upright_ms;
    uint32_t unanswered_ms;
} budget_t;

typedef struct {
    uint32_t now, latched;      /* bits of PROTOCOL_REASON_* */
    uint8_t action;             /* guard_action_t */
} guard_t;

typedef struct {
    uint8_t mode;               /* PROTOCOL_BOARD_MODE_* */
    bool session_open;
    bool returning;
    bool return_only;
    bool half_rate;
    bool asked;                 /* somebody pressed RETURN for this return */
    bool answered;              /* OK or RETURN since this return began: the Pi cannot ask for the wait again */
    bool ascent_by_pi;          /* ASCENT because the Pi asks `ascend`, not by the board's own decision */
    bool away;                  /* off upright rest, or about to leave it */
    bool boot_checked;
    bool must_rest;             /* the Pi was silent: it steers again only from rest (SR7) */
    bool releasing;             /* rescue: RETURN let go, stopping */
    uint16_t overdue_ms;        /* a return is overdue and the Pi says it is about to begin one */
    bool pi_wants_up;           /* the Pi is carrying out a return, faster than a crawl */
    bool dizzy_blocked;         /* RETURN was pressed: no way down until the Pi asks for something else */
    bool trip_heard;            /* the Pi must let go before another trip counts */
    bool pi_trip;
    uint8_t pi_trips, takeovers;
    uint16_t grace_ms;          /* since RETURN; the Pi has BOARD_RETURN_GRACE_MS */
    bool grace;
    uint16_t ask_ms;            /* the load has changed: how long the board still stands and asks before it brings up */
    uint8_t asks;               /* how often it has since upright rest */
    int16_t ask_cdeg;           /* ... and how far up it may back off meanwhile */
    uint16_t warn_ms;           /* the warning has sounded this long */
    bool warning;
    uint16_t stopped_ms;        /* emergency stop latched off upright rest */
    uint16_t fault_ms;          /* the same for a fault */
    uint16_t stuck_ms;          /* motion due and no progress */
    int16_t progress_cdeg;
    bool no_progress;
    bool sinks;                 /* ... under a RETURN after a stop: the motor can bring nobody up, and is not asked again */
    bool ladder;
    bool not_started;
    bool brake_tested, brake_held, testing;
    uint16_t test_ms;
    int16_t test_from_cdeg, test_from_pot_cdeg;
    uint16_t reset_ms;
    uint16_t upright_still_ms;
} session_t;

typedef struct {
    int16_t permitted_cdeg;     /* least heard this session */
    int16_t rate_cdps;          /* what the rate loop shall do */
    bool blocked;               /* the drive must not turn at all */
    bool blocked_up;
    bool up_switch_open;
    bool waiting;               /* at rest on purpose: rest, level wait, warning */
    bool due;                   /* upward motion is due */
    bool gentle;                /* slowing for a bound ahead, not for a controlled stop */
} plan_t;

typedef struct {
    uint8_t state;              /* DRIVE_* */
    uint16_t state_ms;
    int32_t profile_q10;        /* hundredths of a degree per second */
    int16_t profile_cdps;
    int16_t accel_cdps2;
    int32_t integral_q10;       /* per mille of duty */
    int32_t hold_q10;           /* what held the load when the brake was last set, and where */
    int16_t hold_cdeg;
    int16_t duty;
    bool brake_released, contactor_closed;
    bool by_pot;                /* the rate comes from the potentiometer */
    bool moved;                 /* this drive has seen motion */
    uint16_t still_ms;          /* commanded, nothing moves */
    uint16_t stop_ms;           /* the profile has ended this long ago */
    uint8_t wrong_ms, fast_ms, deaf_ms, over_ms, stall_ms;
    int16_t far_cdeg;           /* furthest in the wanted direction since it was last reached */
    int16_t still_pot_cdeg;
    uint16_t braked_ms;
    uint8_t creep_ms, live_ms;
    bool brake_slips;
    int32_t felt_q4;            /* the current of the last 32 ms along the motion, mA, in 16 samples, and its mean */
    int16_t felt_ma;
    int16_t usual_ma;
    int32_t usual_q8;           /* the load of the last half second, mA, in 256, and, before it, its mean */
    uint8_t rise_ms;            /* the load is far above it */
    uint8_t drop_ms;            /* most of it has gone, where a person's weight is lifted */
    bool stall, wrong_way, uncommanded, overspeed;
} drive_state_t;

typedef struct {
    uint16_t tick_ms;
    uint8_t slot_ms;
    uint8_t slot;
    uint8_t seq;
    uint16_t uptime_s;
    uint16_t second_ms;
    bool identity_due;
    uint8_t reset_cause;
} telemetry_t;

struct board {
    board_memory_t memory;
    bool save;
    inputs_t inputs;
    angle_t angle;
    link_t link;
    rest_t rest;
    budget_t budget;
    guard_t guard;
    session_t session;
    plan_t plan;
    drive_state_t drive;
    telemetry_t telemetry;
};

/* Counters that stop at their end instead of beginning again; those of 16 bits look at their upper byte alone. */
static inline uint16_t board_count(uint16_t value_ms)
{
    return (uint8_t)(value_ms >> 8) < (BOARD_FOREVER_MS >> 8) ? (uint16_t)(value_ms + 1U) : value_ms;
}

static inline uint8_t board_count8(uint8_t value_ms)
{
    return value_ms < 250U ? (uint8_t)(value_ms + 1U) : value_ms;
}

/* The same for what is judged in every second tick. */
static inline uint16_t board_count_pair(uint16_t value_ms)
{
    return (uint8_t)(value_ms >> 8) < (BOARD_FOREVER_MS >> 8) ? (uint16_t)(value_ms + BOARD_PAIR_MS) : value_ms;
}

BOARD_IN_PLACE static inline uint8_t count_if(bool happens, uint8_t value_ms)
{
    return happens ? board_count8(value_ms) : (uint8_t)0U;
}

/* value / 100, rounded down, for all of 16 bits: the AVR takes 45 cycles, and 210 to divide. */
static inline uint16_t board_hundredth(uint16_t value)
{
    return (uint16_t)((uint16_t)(((uint32_t)(uint16_t)(value >> 2) * UINT32_C(10486)) >> 16) >> 2);
}

/* value / 64, for all of 16 bits: byte by byte, where the AVR shifts 16 bits in a loop of 5 cycles a bit. */
BOARD_IN_PLACE static inline uint16_t board_sixty_fourth(uint16_t value)
{
    uint8_t low = (uint8_t)value;
    low = (uint8_t)(low >> 6);
    return (uint16_t)((uint16_t)(value >> 8) * 4U + low);
}

static inline int16_t board_abs(int16_t value)
{
    return value < 0 ? (int16_t)-value : value;
}

/* Not further from 0 than `most`: one comparison of 16 bits, where a size and a comparison take the AVR twice the text. */
static inline bool board_within(int16_t value, int16_t most)
{
    return (uint16_t)((uint16_t)value + (uint16_t)most) <= (uint16_t)((uint16_t)most + (uint16_t)most);
}

static inline int16_t board_clamp(int16_t value, int16_t most)
{
    if (value > most) {
        return most;
    }
    return value < -most ? (int16_t)-most : value;
}

static inline int16_t board_less(int16_t left, int16_t right)
{
    return left < right ? left : right;
}

static inline int16_t board_more(int16_t left, int16_t right)
{
    return left > right ? left : right;
}

#endif
