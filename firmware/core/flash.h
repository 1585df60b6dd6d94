/* Constant tables stay in flash on the AVR, which would otherwise copy them to RAM.  Nothing else belongs here. */
#ifndef FLASH_H
#define FLASH_H

#ifdef __AVR__
#include <avr/pgmspace.h>
#define FLASH_TABLE PROGMEM
#define FLASH_COPY(to, from) memcpy_P((to), (from), sizeof *(to))
#define FLASH_FUNCTION(type, from) ((type)(uintptr_t)pgm_read_word(from)) /* eight cycles where a copied row takes eighty */
#else
#include <string.h>
#define FLASH_TABLE
#define FLASH_COPY(to, from) memcpy((to), (from), sizeof *(to))
#define FLASH_FUNCTION(type, from) (*(from))
#endif

#endif
