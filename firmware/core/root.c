/* Integer square root up to 511, bit by bit: no division, the same few steps every time.  Arithmetic only. */
#include "root.h"

#define ROOT_TOP_BIT 256U

uint16_t root_u32(uint32_t square)
{
    uint16_t root = 0;
    for (uint16_t bit = ROOT_TOP_BIT; bit > 0U; bit = (uint16_t)(bit >> 1)) {
        uint16_t trial = (uint16_t)(root | bit);
        if ((uint32_t)trial * trial <= square) {
            root = trial;
        }
    }
    return root;
}
