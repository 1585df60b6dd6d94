/* Integer square root, as a bound: the lesser of it and `most`, which is 0 to 511.  Arithmetic only. */
#ifndef ROOT_H
#define ROOT_H

#include <stdint.h>

int16_t root_at_most(uint32_t square, int16_t most);

#endif
