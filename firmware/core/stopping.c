/* From what speed 1 deg/s2, gentler than the acceleration limit, stops the table within a way: the root of 200 times the way, but at the end a
 * crawl that does arrive.  Looked up, for a root costs the AVR 280 cycles; on the straight between two entries, which lies below the curve. */
#include "stopping.h"

#include "board_state.h"

#define STOPPING_STEP_CDEG 16U

/* 0.2 deg/s and up; `way_cdeg` is below STOPPING_FAR_CDEG. */
int16_t stopping_cdps(uint16_t way_cdeg)
{
    static const uint8_t half_cdps[] BOARD_IN_FLASH = {/* at 0, 16, 32... hundredths of a degree, rounded down */
                                                       10,  28,  40,  48,  56,  63,  69,  74,  80,  84,  89,  93,  97,  101,
                                                       105, 109, 113, 116, 120, 123, 126, 129, 132, 135, 138, 141, 144, 146};
    _Static_assert(sizeof half_cdps > STOPPING_FAR_CDEG / STOPPING_STEP_CDEG + 1U, "an entry at either end of the last step");
    uint8_t place = (uint8_t)(way_cdeg / STOPPING_STEP_CDEG);
    uint8_t low = BOARD_FLASH_BYTE(half_cdps[place]);
    uint8_t rise = (uint8_t)(BOARD_FLASH_BYTE(half_cdps[place + 1U]) - low);
    uint16_t part = (uint16_t)((uint16_t)rise * (uint8_t)(way_cdeg % STOPPING_STEP_CDEG));
    uint16_t speed_cdps = low;
    speed_cdps = (uint16_t)(speed_cdps * 2U + part / (STOPPING_STEP_CDEG / 2U));
    return (int16_t)speed_cdps;
}
