/* Integer square root, two bits of the square at a time: no division, no multiplication, nothing wider than 16 bits in the loop. */
#include "root.h"

int16_t root_of(uint32_t square)
{
    uint16_t low = (uint16_t)square;
    uint16_t rest = (uint16_t)(square >> 16); /* the first two bits: the root is under 512 */
    uint16_t root = rest > 0U ? 1U : 0U;
    rest = (uint16_t)(rest - root);
    for (uint8_t pair = 0; pair < 8U; pair++) {
        rest = (uint16_t)((uint16_t)(rest << 2) | (uint16_t)(low >> 14));
        low = (uint16_t)(low << 2);
        uint16_t trial = (uint16_t)((uint16_t)(root << 2) | 1U);
        root = (uint16_t)(root << 1);
        if (rest >= trial) {
            rest = (uint16_t)(rest - trial);
            root++;
        }
    }
    return (int16_t)root;
}
