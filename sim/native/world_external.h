/* The world with its own drive board taken out and somebody else's in its place, a millisecond at a time: wires in, wires out.
 * Knows no processor; sim/avr puts the real firmware behind it. */
#ifndef SIM_WORLD_EXTERNAL_H
#define SIM_WORLD_EXTERNAL_H

#include <stdint.h>

/* What the world puts on the board's wires. */
typedef struct external_in {
    uint16_t pot_counts, current_counts, battery_counts, mains_counts, bandgap_counts;
    int32_t encoder_counts;
    uint8_t estop_a_closed, estop_b_closed, end_stop_up_closed, end_stop_down_closed, ankle_left_closed, ankle_right_closed;
    uint8_t start_pressed, return_pressed, ok_pressed, release_pulled, overcurrent_latched;
    uint8_t powered;       /* false: the processor is held in reset */
    uint8_t reset_cause;   /* not 0: reset now, for this cause (MCUSR) */
    uint8_t lose_memory;   /* with it: the EEPROM's content is lost */
    uint8_t hang, watchdog_works;
    uint8_t rx_count;
    uint8_t rx[40];
} external_in_t;

/* What the board puts on the world's. */
typedef struct external_out {
    double duty;           /* -1..1, mean over the millisecond */
    uint8_t brake_released, contactor_closed, buzzer, running;
    uint8_t reset_cause;   /* not 0: it was reset by itself, for this cause */
    uint8_t tx_count;
    uint8_t tx[64];
} external_out_t;

#endif
