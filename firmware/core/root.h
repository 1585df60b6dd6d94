/* Integer square root of a square below 262,144, so 0 to 511.  Arithmetic only. */
#ifndef ROOT_H
#define ROOT_H

#include <stdint.h>

int16_t root_of(uint32_t square);

#endif
