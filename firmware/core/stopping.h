/* From what speed the table still stops within a way.  Arithmetic only. */
#ifndef STOPPING_H
#define STOPPING_H

#include <stdint.h>

#define STOPPING_FAR_CDEG 421U /* from here on no rate is too fast: the most that is driven, 2.9 deg/s, squared, by twice 1 deg/s2 */

int16_t stopping_cdps(uint16_t way_cdeg);

#endif
