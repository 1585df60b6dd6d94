/* Branches, calls, loads and stores among the plain instructions.  An address that is not RAM is simavr's affair. */
#include "avr_plain.h"

/* ---------------------------------------------------------------- branches */

#define BRANCHES(name, condition) \
    void op_##name(TAKEN) \
    { \
        if (condition) { \
            CYCLES(2); \
            GO_ON(at->jump); \
        } \
        CYCLES(1); \
        GO_ON(1); \
    }
#define BOTH_WAYS(flag, condition) \
    BRANCHES(if_##flag, condition) \
    BRANCHES(if_not_##flag, !(condition))
BOTH_WAYS(c, carry != 0)
BOTH_WAYS(z, not_zero == 0)
BOTH_WAYS(n, (m->n & 0x80) != 0)
BOTH_WAYS(v, (m->v & 0x80) != 0)
BOTH_WAYS(s, ((m->n ^ m->v) & 0x80) != 0)
BOTH_WAYS(h, (m->h & 0x10) != 0)
BOTH_WAYS(t, m->avr->sreg[S_T] != 0)
BOTH_WAYS(i, m->avr->sreg[S_I] != 0)

/* A skip over one word takes two cycles, over two words three: as many as it advances. */
#define SKIPS(name, condition) \
    void op_##name(TAKEN) \
    { \
        if (condition) { \
            CYCLES((uint64_t)at->jump); \
            GO_ON(at->jump); \
        } \
        CYCLES(1); \
        GO_ON(1); \
    }
SKIPS(cpse, data[at->d] == data[at->r])
SKIPS(sbrc, (data[at->d] & at->k) == 0)
SKIPS(sbrs, (data[at->d] & at->k) != 0)

/* ---------------------------------------------------------------- jumps and calls */

#define JUMPS(name, cycles) \
    void op_##name(TAKEN) \
    { \
        CYCLES(cycles); \
        GO_ON(at->jump); \
    }
JUMPS(rjmp, 2)
JUMPS(jmp, 3)

/* Both bytes of a return address lie in RAM. */
#define ROOM_FOR_TWO(highest) \
    IN_RAM(highest) \
    IN_RAM((highest) - 1)

#define CALLS(name, cycles) \
    void op_##name(TAKEN) \
    { \
        const uint16_t stack = PAIR(R_SPL); \
        ROOM_FOR_TWO(stack) \
        CYCLES(cycles); \
        data[stack] = (uint8_t)at->word; \
        data[stack - 1] = (uint8_t)(at->word >> 8); \
        put_pair(data, R_SPL, (uint16_t)(stack - 2)); \
        GO_ON(at->jump); \
    }
CALLS(rcall, 3)
CALLS(call, 4)

/* Where a pointer or the stack says: only what lies in the flash. */
#define IN_FLASH(word) \
    if ((word) >= FLASH_WORDS) { \
        return plain_leave(GIVEN); \
    }

void op_ijmp(TAKEN)
{
    const uint16_t to = PAIR(R_ZL);
    IN_FLASH(to)
    CYCLES(2);
    GO_ON((int32_t)to - at->word);
}

void op_icall(TAKEN)
{
    const uint16_t to = PAIR(R_ZL), stack = PAIR(R_SPL), back = (uint16_t)(at->word + 1);
    IN_FLASH(to)
    ROOM_FOR_TWO(stack)
    CYCLES(3);
    data[stack] = (uint8_t)back;
    data[stack - 1] = (uint8_t)(back >> 8);
    put_pair(data, R_SPL, (uint16_t)(stack - 2));
    GO_ON((int32_t)to - at->word);
}

void op_ret(TAKEN)
{
    const uint32_t stack = PAIR(R_SPL) + 2U;
    ROOM_FOR_TWO(stack)
    const uint16_t to = (uint16_t)(data[stack] | (data[stack - 1] << 8));
    IN_FLASH(to)
    CYCLES(4);
    put_pair(data, R_SPL, (uint16_t)stack);
    GO_ON((int32_t)to - at->word);
}

/* ---------------------------------------------------------------- stack */

void op_push(TAKEN)
{
    const uint16_t stack = PAIR(R_SPL);
    IN_RAM(stack)
    CYCLES(2);
    data[stack] = data[at->d];
    put_pair(data, R_SPL, (uint16_t)(stack - 1));
    GO_ON(1);
}

void op_pop(TAKEN)
{
    const uint32_t stack = PAIR(R_SPL) + 1U;
    IN_RAM(stack)
    CYCLES(2);
    put_pair(data, R_SPL, (uint16_t)stack);
    data[at->d] = data[stack];
    GO_ON(1);
}

/* ---------------------------------------------------------------- flash */

#define READS_FLASH(name, up) \
    void op_##name(TAKEN) \
    { \
        const uint16_t from = PAIR(R_ZL); \
        IN_FLASH(from / 2U) \
        CYCLES(3); \
        data[at->d] = m->avr->flash[from]; \
        if (up) { \
            put_pair(data, R_ZL, (uint16_t)(from + 1)); \
        } \
        GO_ON(1); \
    }
READS_FLASH(lpm, false)
READS_FLASH(lpm_up, true)

/* ---------------------------------------------------------------- data memory */

void op_lds(TAKEN)
{
    CYCLES(2);
    data[at->d] = data[at->word];
    GO_ON(2);
}

void op_sts(TAKEN)
{
    CYCLES(2);
    data[at->word] = data[at->d];
    GO_ON(2);
}

#define DISPLACED(name, low, to, from) \
    void op_##name(TAKEN) \
    { \
        const uint16_t address = (uint16_t)(PAIR(low) + at->k); \
        IN_RAM(address) \
        CYCLES(2); \
        (to) = (from); \
        GO_ON(1); \
    }
DISPLACED(ldd_y, R_YL, data[at->d], data[address])
DISPLACED(ldd_z, R_ZL, data[at->d], data[address])
DISPLACED(std_y, R_YL, data[address], data[at->d])
DISPLACED(std_z, R_ZL, data[address], data[at->d])
DISPLACED(ld_x, R_XL, data[at->d], data[address])
DISPLACED(st_x, R_XL, data[address], data[at->d])

/* Down before, up after.  The pointer is written before the register that is loaded, and after the one that is stored is read. */
#define LOADS(name, low, down, up) \
    void op_##name(TAKEN) \
    { \
        const uint16_t address = (uint16_t)(PAIR(low) - (down)); \
        IN_RAM(address) \
        CYCLES(2); \
        put_pair(data, low, (uint16_t)(address + (up))); \
        data[at->d] = data[address]; \
        GO_ON(1); \
    }
#define STORES(name, low, down, up) \
    void op_##name(TAKEN) \
    { \
        const uint16_t address = (uint16_t)(PAIR(low) - (down)); \
        IN_RAM(address) \
        CYCLES(2); \
        data[address] = data[at->d]; \
        put_pair(data, low, (uint16_t)(address + (up))); \
        GO_ON(1); \
    }
#define BY_POINTER(letter, low) \
    LOADS(ld_##letter##_up, low, 0, 1) \
    LOADS(ld_down_##letter, low, 1, 0) \
    STORES(st_##letter##_up, low, 0, 1) \
    STORES(st_down_##letter, low, 1, 0)
BY_POINTER(x, R_XL)
BY_POINTER(y, R_YL)
BY_POINTER(z, R_ZL)
