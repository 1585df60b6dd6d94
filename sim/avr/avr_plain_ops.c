/* One function for each plain instruction; it ends in a jump to the next one's. */
#include "avr_plain_do.h"

#ifndef __OPTIMIZE__
#error "one instruction jumps to the next only if the compiler optimises; otherwise they would pile up on the stack"
#endif

/* Unless it is the last one before simavr would look at its timers. */
#define TAKE(n) \
    if (left <= (n)) { \
        LEAVE; \
    } \
    left -= (n);
#define DONE(words) GO(words);
#define NEXT at->run

#define FUNCTION(name, cycles) \
    static void op_##name(TAKEN) \
    { \
        RUN_##name(at->d, at->r, at->k, at->word, at->jump) \
    }
PLAIN_SOME(FUNCTION)

static void op_simavr(TAKEN)
{
    LEAVE;
}

static void op_unread(TAKEN)
{
    const size_t word = (size_t)(at - m->code);
    m->code[word] = plain_decode(m, (uint32_t)word);
    return m->alone(GIVEN);
}

#define LISTED(name, cycles) {op_##name, #name, cycles},
const plain_kind_t plain_kinds[OPS] = {PLAIN_NONE(LISTED) PLAIN_SOME(LISTED)};
