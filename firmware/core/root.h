/* Integer square root up to 511, bit by bit: no division, the same few steps every time.  Arithmetic only. */
#ifndef ROOT_H
#define ROOT_H

#include <stdint.h>

uint16_t root_u32(uint32_t square);

#endif
