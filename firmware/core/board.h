/* The drive board's decisions as one pure function: board_tick().
 * Never touches a register, a clock, a heap or a float: the same text runs on the ATmega328P (16-bit int) and on a PC.
 * Signs: angles and rates are positive towards head-down (descent).  Units are in the names. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

enum { BOARD_RX_MAX = 40, BOARD_TX_MAX = 16 };

/* Everything the board can see, once per 1 ms tick.  A zeroed struct is the dangerous reading: every contact open, no supply. */
typedef struct {
    uint16_t pot_counts;        /* sum of four 10-bit conversions, 0..4092; ratiometric */
    uint16_t current_counts;    /* one conversion, 0..1023; mid-scale is zero current */
    uint16_t battery_counts;    /* one conversion */
    uint16_t mains_counts;      /* one conversion */
    uint16_t bandgap_counts;    /* the MCU's own 1.1 V reference measured against its supply (fault 23, 24) */
    int32_t encoder_counts;     /* quadrature count since reset, wraps */
    bool estop_a_closed;        /* normally closed: true is healthy */
    bool estop_b_closed;
    bool end_stop_up_closed;    /* normally closed: opens at upright rest's far side; open wire counts as reached */
    bool end_stop_down_closed;  /* opens at +92 deg */
    bool ankle_left_closed;     /* secondary switches */
    bool ankle_right_closed;
    bool start_pressed;
    bool return_pressed;
    bool ok_pressed;
    bool release_pulled;        /* manual release lever: suspends the drive */
    bool overcurrent_latched;   /* the hardware comparator's latch */
    bool self_check_ok;         /* flash, stack, registers: the HAL's verdict */
    uint8_t rx_count;           /* bytes received since the last tick */
    uint8_t rx[BOARD_RX_MAX];
} board_in_t;

/* What the HAL does with it.  A zeroed struct is the safe output. */
typedef struct {
    int16_t duty;               /* -1000..1000 per mille of the supply, + turns towards head-down; 0 leaves both bridge sides off */
    bool brake_released;        /* true energises the spring brake's coil */
    bool contactor_closed;      /* true asks for it; both emergency-stop channels break the coil whatever is asked */
    uint8_t buzzer;             /* 0 off, 1 warning, 2 alarm, 3 help ladder */
    bool save_memory;           /* board_memory_t changed and must reach EEPROM */
    uint8_t tx_count;           /* 0, or BOARD_TX_MAX: a message for the Pi has come up */
    uint8_t tx[BOARD_TX_MAX];   /* its data bytes, there until the next one's: the HAL makes a frame of them (frame.h) and sends it */
} board_out_t;

/* What survives a reset.  The HAL keeps it in EEPROM (CRC, copies, wear); board_start() takes what was read, or NULL if unreadable. */
typedef struct {
    bool estop_latched;
    bool fault_latched;         /* an emergency-stop reaction to a fault: RETURN brings up, reset clears */
    bool level_wait;            /* SR15's wait */
    bool estop_cycle_due;       /* the channels disagreed: both must be seen open, then closed (SR1) */
    uint16_t inverted_ds;       /* tenths of a second used of this session's budget (SR2) */
    uint16_t boot_count;
    bool calibrated;            /* no calibration, no motion */
    uint16_t pot_zero_counts;   /* counts at level */
    int16_t pot_span_counts;    /* counts for 100 deg; negative if it is wired the other way round */
    int16_t encoder_span_counts;/* counts for 1 deg */
} board_memory_t;

struct board;                   /* board_state.h: the whole state, one struct, no pointers */
typedef struct board board_t;

/* Begin after a reset.  `memory` NULL: everything latched, budget spent, not calibrated.  `reset_cause` as MCUSR. */
void board_start(board_t *board, const board_memory_t *memory, uint8_t reset_cause);

/* One millisecond.  Reads only `in`, writes only `board` and `out`. */
void board_tick(board_t *board, const board_in_t *in, board_out_t *out);

/* The part of the state that must survive a reset. */
void board_memory(const board_t *board, board_memory_t *memory);

#endif
