/* Constant tables stay in flash on the AVR, which would otherwise copy them to RAM.  Nothing else belongs here. */
#ifndef FLASH_H
#define FLASH_H

#ifdef __AVR__
#include <avr/pgmspace.h>
#define FLASH_TABLE PROGMEM
#define FLASH_COPY(to, from) memcpy_P((to), (from), sizeof *(to))
#else
#include <string.h>
#define FLASH_TABLE
#define FLASH_COPY(to, from) memcpy((to), (from), sizeof *(to))
#endif

#endif
