/* The shim's own state and what its files call of each other.  simavr is GPL-3: this is a tool for tests, never part of the table. */
#ifndef SIM_AVR_BOARD_H
#define SIM_AVR_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_eeprom.h>
#include <simavr/avr_extint.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_timer.h>
#include <simavr/avr_uart.h>
#include <simavr/avr_watchdog.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_interrupts.h>

#include "avr_api.h"

enum { PORTS = 3, SERIAL_RING = 4096, EVENT_RING = 8192, EDGES = 256, VECTORS = 32 };
enum { RAW_PINS = 1, RAW_BYTE_TIME = 2, RAW_ENTRY = 4, RAW_RESET = 8, RAW_EEPROM = 16, RAW_STOPS = 32, RAW_DUTY = 64, RAW_LEVEL = 128, RAW_FLAGS = 256, RAW_PLAIN = 512, RAW_SKIP = 1024 };
enum { EVENT_PIN = 1, EVENT_DUTY, EVENT_RESET, EVENT_EDGE, EVENT_CELL };
enum { CLOCK_HZ = 16000000, MS_CYCLES = 16000, START_UP_CYCLES = 65 * MS_CYCLES, ENTRY_CYCLES = 4, WAKE_CYCLES = 4, RUN_LIMIT = 100000, REACH = 0x10000 };
enum { DEAD_NOT, DEAD_ASLEEP, DEAD_CRASHED };
enum { CAUSE_POWER = 1, CAUSE_PIN = 2, CAUSE_BROWN_OUT = 4, CAUSE_WATCHDOG = 8 };

/* ATmega328P data addresses (data sheet, register summary). */
enum {
    R_PINB = 0x23, R_DDRB = 0x24, R_PORTB = 0x25, R_EECR = 0x3F, R_EEDR = 0x40, R_EEARL = 0x41, R_EEARH = 0x42, R_MCUSR = 0x54,
    R_ADMUX = 0x7C, R_TCCR1A = 0x80, R_TCCR1B = 0x81, R_ICR1L = 0x86, R_ICR1H = 0x87, R_OCR1AL = 0x88, R_OCR1AH = 0x89, R_OCR1BL = 0x8A, R_OCR1BH = 0x8B,
    R_UCSR0A = 0xC0, R_UCSR0B = 0xC1, R_UCSR0C = 0xC2, R_UBRR0L = 0xC4, R_UBRR0H = 0xC5
};

typedef struct {
    uint8_t byte[SERIAL_RING];
    uint64_t end[SERIAL_RING];  /* cycle at which the byte is whole */
    uint32_t in, out;
    uint64_t free_at;           /* the line is busy until then */
} bytes_t;

typedef struct {
    uint64_t cycle;
    uint8_t port, bit, level;
} edge_t;

typedef struct {
    avr_board_t *board;
    uint8_t number;
} tagged_t;

typedef struct plain plain_t;

struct avr_board {
    avr_t *avr;
    plain_t *plain;
    avr_io_t io;                /* registered last, so first in the list: its reset callback sees every reset */
    avr_uart_t *uart;
    avr_watchdog_t *watchdog;
    avr_extint_t *extint;
    bool level_looks;
    avr_irq_t *uart_in, *adc_in[8], *pin[PORTS][8];
    tagged_t port_tag[PORTS], vector_tag[VECTORS], side_tag[2];
    uint32_t raw;
    uint64_t stop;
    bool sleep_cut, was_asleep, hold_due;
    uint64_t held_until;        /* after a watchdog's reset: the chip's start-up time */
    uint8_t next_cause, cause, outside_mask[PORTS], outside[PORTS], shown[PORTS], told[PORTS];
    uint16_t adc_counts[8], four_counts;
    uint8_t four_at;
    bool four;
    bytes_t rx, tx;
    double far_bit_cycles;
    double duty[2], drive, drive_area, raw_duty[2];
    uint64_t drive_since, drive_from;
    bool both_sides;
    avr_event_t events[EVENT_RING];
    uint32_t event_in, event_out;
    edge_t edges[EDGES];
    uint32_t edge_count;
    bool eeprom_busy;
    uint16_t eeprom_cell;
    avr_stats_t stats;
    int32_t encoder_shown;      /* quadrature steps given to the pins */
    bool encoder_known, was_powered;
    uint16_t hung_word;
    bool hung;
    uint32_t resets_told;
    uint32_t *profile;          /* awake cycles by flash word; NULL: nobody asks */
};

/* avr_pins.c */
void pins_start(avr_board_t *b);
void pins_after_reset(avr_board_t *b);
void pins_look(avr_board_t *b);
void event_put(avr_board_t *b, uint8_t kind, uint8_t index, uint16_t value);
void bridge_update(avr_board_t *b);
/* avr_edges.c */
void edges_begin(avr_board_t *b);
void edges_look(avr_board_t *b);
void edges_after_reset(avr_board_t *b);
/* avr_serial.c */
void serial_begin(avr_board_t *b);
void serial_after_reset(avr_board_t *b);
void serial_cut_off(avr_board_t *b);
/* avr_eeprom.c */
void eeprom_begin(avr_board_t *b);
void eeprom_after_reset(avr_board_t *b, uint8_t cause);
/* avr_plain.c */
plain_t *plain_new(avr_t *avr);
void plain_run(plain_t *m);
void plain_use(plain_t *m, const void *stretches);
void plain_forget(plain_t *m, uint32_t word);
uint64_t plain_cycles(const plain_t *m);
uint16_t plain_cover(const plain_t *m);
void plain_uncover(const plain_t *m, avr_flashaddr_t pc, uint16_t covered);
void plain_raw(plain_t *m, uint32_t cures_left_out);

#endif
