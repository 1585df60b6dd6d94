/* What lies where in the EEPROM, and how a record shows that it is whole.  Shared by store.c and, through its numbers, by eeprom_image.py.
 * Every slot is written with a valid record before first use, so a record that does not check was torn or is worn: never "not used yet". */
#ifndef RECORDS_H
#define RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#define RECORDS_CALIBRATION_AT    0U   /* two copies; the firmware never writes them */
#define RECORDS_CALIBRATION_SIZE  8U   /* zero, span, encoder span; check */
#define RECORDS_LATCH_AT          16U  /* two copies, always written one after the other */
#define RECORDS_LATCH_SIZE        5U   /* sequence, latches; check */
#define RECORDS_BUDGET_AT         32U
#define RECORDS_BUDGET_SIZE       10U  /* sequence (4), used time, boots; check */
#define RECORDS_BUDGET_SLOTS      40U  /* one write in 5 s wears a cell once in 200 s: 100 000 cycles are 5 500 hours head-down */
#define RECORDS_EVENT_AT          432U
#define RECORDS_EVENT_SIZE        14U  /* sequence, kind, mode, reasons (4), angle, boots; check */
#define RECORDS_EVENT_SLOTS       40U
#define RECORDS_END               (RECORDS_EVENT_AT + RECORDS_EVENT_SIZE * RECORDS_EVENT_SLOTS)
#define RECORDS_MOST              RECORDS_EVENT_SIZE

#define RECORDS_ESTOP             0x01U
#define RECORDS_FAULT             0x02U
#define RECORDS_LEVEL_WAIT        0x04U
#define RECORDS_ESTOP_CYCLE       0x08U
#define RECORDS_LATCHES           0x0FU

#define RECORDS_EVENT_RESET       1U
#define RECORDS_EVENT_TRIP        2U

_Static_assert(RECORDS_END <= 1024U, "the ATmega328P has 1 KB");

/* Little endian, two bytes of CRC-16 (CCITT) at the end. */
uint16_t records_u16(const uint8_t *bytes);
uint32_t records_u32(const uint8_t *bytes);
void records_put_u16(uint8_t *bytes, uint16_t value);
void records_put_u32(uint8_t *bytes, uint32_t value);
void records_seal(uint8_t *record, uint8_t size);
bool records_whole(const uint8_t *record, uint8_t size);

#endif
