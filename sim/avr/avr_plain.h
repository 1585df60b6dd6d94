/* Plain instructions, run by the shim itself instead of by simavr: those that touch registers, flags and RAM and nothing else
 * (docs/decisions/0040-plain-instructions.md).  One function per instruction; each ends in a jump to the next one's. */
#ifndef SIM_AVR_PLAIN_H
#define SIM_AVR_PLAIN_H

#include "avr_board.h"

enum { FLASH_WORDS = 16384, RAM_FIRST = 0x100, RAM_LAST = 0x8FF };

/* One flash word, decoded.  What each field holds depends on the instruction; `jump` counts words from this one. */
typedef struct {
    uint8_t op, d, r, k;
    int16_t jump;
    uint16_t word;
} plain_op_t;

/* N, V and H lie where the arithmetic leaves them: bit 7, bit 7 and bit 4.  S is always N xor V here; T and I stay in simavr's own array. */
struct plain {
    avr_t *avr;
    uint8_t n, v, h;
    const plain_op_t *at;       /* where a run ended, */
    uint64_t left;              /* what it left of its cycles, */
    uint32_t carry, not_zero;   /* and the two flags that travel in registers meanwhile */
    uint64_t cycles;            /* run here since the start */
    plain_op_t code[FLASH_WORDS + 1];
};

/* Every instruction that is handled.  `unread`: not decoded yet.  `simavr`: not plain.  Branches in the order of the flags' bits. */
#define PLAIN_OPS(X) \
    X(unread) X(simavr) X(nop) X(add) X(adc) X(sub) X(sbc) X(cp) X(cpc) X(and) X(or) X(eor) X(mov) X(movw) \
    X(cpi) X(subi) X(sbci) X(andi) X(ori) X(ldi) X(com) X(neg) X(swap) X(inc) X(dec) X(asr) X(lsr) X(ror) X(adiw) X(sbiw) \
    X(mul) X(muls) X(mulsu) X(bst) X(bld) X(in) X(out) X(in_sreg) X(out_sreg) \
    X(sec) X(sez) X(seh) X(set) X(sei) X(clc) X(clz) X(clh) X(clt) X(cli) \
    X(if_c) X(if_z) X(if_n) X(if_v) X(if_s) X(if_h) X(if_t) X(if_i) \
    X(if_not_c) X(if_not_z) X(if_not_n) X(if_not_v) X(if_not_s) X(if_not_h) X(if_not_t) X(if_not_i) \
    X(cpse) X(sbrc) X(sbrs) X(rjmp) X(jmp) X(ijmp) X(rcall) X(call) X(icall) X(ret) X(push) X(pop) X(lpm) X(lpm_up) \
    X(lds) X(sts) X(ldd_y) X(ldd_z) X(std_y) X(std_z) X(ld_x) X(ld_x_up) X(ld_down_x) X(ld_y_up) X(ld_down_y) X(ld_z_up) X(ld_down_z) \
    X(st_x) X(st_x_up) X(st_down_x) X(st_y_up) X(st_down_y) X(st_z_up) X(st_down_z)

#define NUMBERED(name) OP_##name,
enum { PLAIN_OPS(NUMBERED) OPS };
#undef NUMBERED

#define TAKEN plain_t *m, const plain_op_t *at, uint8_t *data, uint64_t left, uint32_t carry, uint32_t not_zero
#define GIVEN m, at, data, left, carry, not_zero
typedef void plain_run_t(TAKEN);
extern plain_run_t *const plain_ops[OPS] __attribute__((visibility("hidden")));

#define DECLARED(name) plain_run_t op_##name;
PLAIN_OPS(DECLARED)
#undef DECLARED

/* Ends the run before this instruction, which simavr then does. */
plain_run_t plain_leave __attribute__((visibility("hidden")));

/* The instruction of `n` cycles, unless it is the last one before simavr would look at its timers. */
#define CYCLES(n) \
    if (left <= (n)) { \
        return plain_leave(GIVEN); \
    } \
    left -= (n)
#define GO_ON(words) \
    at += (words); \
    return plain_ops[at->op](GIVEN)
#define IN_RAM(address) \
    if ((uint32_t)(address) - RAM_FIRST > RAM_LAST - RAM_FIRST) { \
        return plain_leave(GIVEN); \
    }
#define PAIR(low) ((uint16_t)(data[low] | (data[(low) + 1] << 8)))

static inline void put_pair(uint8_t *data, uint8_t low, uint16_t value)
{
    data[low] = (uint8_t)value;
    data[low + 1] = (uint8_t)(value >> 8);
}

/* avr_plain_decode.c */
plain_op_t plain_decode(const avr_t *avr, uint32_t word);

#endif
