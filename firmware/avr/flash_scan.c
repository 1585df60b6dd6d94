/* Is the program still the one that was flashed?  Summed once before anything is driven, and ever after a few bytes a tick.
 * A byte that changes right behind the place being read is found at the end of the next round: two rounds within 10 s (fault 47), at the
 * Pi's fifty commands a second too: the seven ticks of twenty in which one comes in and is judged have no time for it, nor have those in
 * which a record is stored.  While a line never rests it stands still: a second fault beside this one, and nobody goes on down with it. */
#include "hal.h"

#include <avr/pgmspace.h>
#include <avr/wdt.h>

#define SCAN_BYTES 7U   /* a tick, 290 cycles */
#define SCAN_PAGE  128U /* the watchdog is fed once for so many, while nothing is driven yet */
#define SCAN_CRC   0xFFFFU

extern const uint8_t __data_load_end[]; /* linker: end of what is in flash */

/* Written into the finished image by image.py, so that the check over everything, this word too, comes out as zero. */
extern const uint16_t checks_flash_word;
const uint16_t checks_flash_word PROGMEM = 0xFFFFU;

static uint16_t scanned; /* the next byte's address */
static uint16_t scan_crc = SCAN_CRC;
static bool wrong;

/* True: a round is over.  The check of util/crc16.h byte by byte, written out: its own stands in a call, and costs a tick 80 cycles more. */
static __attribute__((noinline)) bool go_on(uint8_t bytes)
{
    const uint16_t end = (uint16_t)(uintptr_t)__data_load_end;
    uint16_t at = scanned;
    uint8_t low = (uint8_t)scan_crc;
    uint8_t high = (uint8_t)(scan_crc >> 8);
    for (; bytes > 0U && at != end; bytes--) {
        uint8_t mix = pgm_read_byte(at) ^ low;
        at++;
        mix = (uint8_t)(mix ^ (uint8_t)(mix << 4));
        low = (uint8_t)(high ^ (mix >> 4) ^ (uint8_t)(mix << 3));
        high = (uint8_t)(mix ^ (mix >> 5));
    }
    bool over = at == end;
    if (over) {
        if ((low | high) != 0U) {
            wrong = true;
        }
        at = 0;
        low = high = SCAN_CRC & 0xFFU;
    }
    scanned = at;
    scan_crc = (uint16_t)(low | (uint16_t)((uint16_t)high << 8));
    return over;
}

void flash_scan_start(void)
{
    while (!go_on(SCAN_PAGE)) {
        wdt_reset();
    }
}

void flash_scan_step(void)
{
    (void)go_on(SCAN_BYTES);
}

/* Stays false once it was. */
bool flash_scan_good(void)
{
    return !wrong;
}
