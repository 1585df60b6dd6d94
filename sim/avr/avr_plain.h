/* Plain instructions, run by the shim itself instead of by simavr: those that touch registers, flags and RAM and nothing else
 * (docs/decisions/0040-plain-instructions-are-run-by-the-shim.md). */
#ifndef SIM_AVR_PLAIN_H
#define SIM_AVR_PLAIN_H

#include "avr_board.h"

enum { FLASH_WORDS = 16384, RAM_FIRST = 0x100, RAM_LAST = 0x8FF };

typedef struct plain_op plain_op_t;

/* What travels in registers from one instruction to the next: the machine, its place, data memory, cycles left, carry and what must be 0 for Z. */
#define TAKEN plain_t *restrict m, const plain_op_t *restrict at, uint8_t *restrict data, uint64_t left, uint32_t carry, uint32_t not_zero
#define GIVEN m, at, data, left, carry, not_zero
typedef void plain_run_t(TAKEN);

/* One flash word, decoded.  What each field holds depends on the instruction; `jump` counts words from this one.  `run` does the
 * instruction and jumps to the next one's, or does a translated stretch that begins here. */
struct plain_op {
    plain_run_t *run;
    uint8_t op, d, r, k;
    int16_t jump;
    uint16_t word;
};

/* N, V and H lie where the arithmetic leaves them: bit 7, bit 7 and bit 4.  S is always N xor V here; T and I stay in simavr's own array. */
struct plain {
    avr_t *avr;
    plain_run_t *leave, *alone; /* ends the run before this instruction, which simavr then does; runs this one without its stretch */
    uint8_t n, v, h;
    const plain_op_t *at;       /* where a run ended, */
    uint64_t left;              /* what it left of its cycles, */
    uint32_t carry, not_zero;   /* and the two flags */
    uint64_t cycles;            /* run here since the start */
    bool translated;            /* some of it */
    bool skips_as_simavr;       /* the cure is left out */
    plain_op_t code[FLASH_WORDS + 1];
};

/* A translated stretch of program and where it begins. */
typedef struct {
    uint32_t word;
    plain_run_t *run;
} plain_stretch_t;

/* Every instruction that is handled: its most cycles, 0 for those that are none.  `unread`: not decoded yet.  `simavr`: not plain.
 * Branches in the order of the flags' bits. */
#define PLAIN_NONE(X) X(unread, 0) X(simavr, 0)
#define PLAIN_SOME(X) \
    X(nop, 1) X(add, 1) X(adc, 1) X(sub, 1) X(sbc, 1) X(cp, 1) X(cpc, 1) X(and, 1) X(or, 1) X(eor, 1) X(mov, 1) X(movw, 1) \
    X(cpi, 1) X(subi, 1) X(sbci, 1) X(andi, 1) X(ori, 1) X(ldi, 1) X(com, 1) X(neg, 1) X(swap, 1) X(inc, 1) X(dec, 1) X(asr, 1) \
    X(lsr, 1) X(ror, 1) X(adiw, 2) X(sbiw, 2) X(mul, 2) X(muls, 2) X(mulsu, 2) X(bst, 1) X(bld, 1) X(in, 1) X(out, 1) X(in_sreg, 1) \
    X(out_sreg, 1) X(sec, 1) X(sez, 1) X(seh, 1) X(set, 1) X(sei, 1) X(clc, 1) X(clz, 1) X(clh, 1) X(clt, 1) X(cli, 1) \
    X(if_c, 2) X(if_z, 2) X(if_n, 2) X(if_v, 2) X(if_s, 2) X(if_h, 2) X(if_t, 2) X(if_i, 2) X(if_not_c, 2) X(if_not_z, 2) \
    X(if_not_n, 2) X(if_not_v, 2) X(if_not_s, 2) X(if_not_h, 2) X(if_not_t, 2) X(if_not_i, 2) X(cpse, 3) X(sbrc, 3) X(sbrs, 3) \
    X(push, 2) X(pop, 2) X(lpm, 3) X(lpm_up, 3) X(lds, 2) X(sts, 2) X(ldd_y, 2) X(ldd_z, 2) X(std_y, 2) X(std_z, 2) \
    X(ld_x, 2) X(ld_x_up, 2) X(ld_down_x, 2) X(ld_y_up, 2) X(ld_down_y, 2) X(ld_z_up, 2) X(ld_down_z, 2) \
    X(st_x, 2) X(st_x_up, 2) X(st_down_x, 2) X(st_y_up, 2) X(st_down_y, 2) X(st_z_up, 2) X(st_down_z, 2) \
    X(rjmp, 2) X(jmp, 3) X(ijmp, 2) X(rcall, 3) X(call, 4) X(icall, 3) X(ret, 4)

#define NUMBERED(name, cycles) OP_##name,
enum { PLAIN_NONE(NUMBERED) PLAIN_SOME(NUMBERED) OPS };
#undef NUMBERED

/* The last seven never go on to the next word. */
#define OP_FIRST_END OP_rjmp

/* avr_plain_ops.c */
typedef struct {
    plain_run_t *run;
    const char *name;
    uint8_t most_cycles;
} plain_kind_t;
extern const plain_kind_t plain_kinds[OPS];
/* avr_plain_decode.c */
plain_op_t plain_decode(const plain_t *m, uint32_t word);

static inline uint16_t plain_word(const avr_t *avr, uint32_t word)
{
    return (uint16_t)(avr->flash[2 * word] | (avr->flash[2 * word + 1] << 8));
}

/* ADIW and SBIW of 12 to 15, 28 to 31, 44 to 47, 60 to 63: simavr takes them for two words when it skips them. */
static inline bool plain_misjudged(uint16_t bits)
{
    return (bits & 0xFE0C) == 0x960C;
}

static inline bool plain_skips(uint16_t bits)
{
    return (bits & 0xFC00) == 0x1000 || (bits & 0xFC08) == 0xFC00 || (bits & 0xFD00) == 0x9900;
}

static inline uint8_t plain_status(const plain_t *m, uint32_t carry, uint32_t not_zero)
{
    const uint8_t *sreg = m->avr->sreg;
    const uint32_t n = m->n >> 7, v = m->v >> 7, h = m->h >> 4 & 1U;
    return (uint8_t)(carry | (not_zero == 0 ? 2U : 0U) | n << 2 | v << 3 | (n ^ v) << 4 | h << 5 | (uint32_t)sreg[S_T] << 6 | (uint32_t)sreg[S_I] << 7);
}

static inline void plain_status_put(plain_t *m, uint8_t value)
{
    m->n = (uint8_t)(value << 5);
    m->v = (uint8_t)(value << 4);
    m->h = (uint8_t)(value >> 1);
    m->avr->sreg[S_T] = value >> 6 & 1;
    m->avr->sreg[S_I] = value >> 7;
}

#endif
