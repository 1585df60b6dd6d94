/* Arithmetic, logic, moves and flags among the plain instructions: each as the instruction set manual has it, which is as simavr has it. */
#include "avr_plain.h"

/* ---------------------------------------------------------------- two operands */

/* The carry into bit 4 and the overflow fall out of the operands and the sum; a difference a - b is the sum a = difference + b. */
#define SUM(m, a, b, sum) \
    (m)->h = (uint8_t)((a) ^ (b) ^ (sum)); \
    (m)->v = (uint8_t)(((a) ^ (sum)) & ((b) ^ (sum)))
#define DIFFERENCE(m, a, b, difference) \
    (m)->h = (uint8_t)((a) ^ (b) ^ (difference)); \
    (m)->v = (uint8_t)(((a) ^ (b)) & ((a) ^ (difference)))

#define ADDS(name, carry_in) \
    void op_##name(TAKEN) \
    { \
        CYCLES(1); \
        const uint32_t a = data[at->d], b = data[at->r], sum = a + b + (carry_in); \
        SUM(m, a, b, sum); \
        m->n = data[at->d] = (uint8_t)sum; \
        not_zero = (uint8_t)sum; \
        carry = sum >> 8; \
        GO_ON(1); \
    }
ADDS(add, 0)
ADDS(adc, carry)

/* `keep`: a zero of the bytes before is needed for a zero of the whole.  `kept`: the register written, or none. */
#define SUBTRACTS(name, other, borrow_in, keep, kept) \
    void op_##name(TAKEN) \
    { \
        CYCLES(1); \
        const uint32_t a = data[at->d], b = (other), difference = a - b - (borrow_in); \
        DIFFERENCE(m, a, b, difference); \
        m->n = kept (uint8_t)difference; \
        not_zero = (keep) | (uint8_t)difference; \
        carry = difference >> 8 & 1; \
        GO_ON(1); \
    }
SUBTRACTS(sub, data[at->r], 0, 0, data[at->d] =)
SUBTRACTS(sbc, data[at->r], carry, not_zero, data[at->d] =)
SUBTRACTS(subi, at->k, 0, 0, data[at->d] =)
SUBTRACTS(sbci, at->k, carry, not_zero, data[at->d] =)
SUBTRACTS(cp, data[at->r], 0, 0, )
SUBTRACTS(cpc, data[at->r], carry, not_zero, )
SUBTRACTS(cpi, at->k, 0, 0, )

#define LOGIC(name, value) \
    void op_##name(TAKEN) \
    { \
        CYCLES(1); \
        const uint8_t result = (uint8_t)(value); \
        m->n = data[at->d] = result; \
        m->v = 0; \
        not_zero = result; \
        GO_ON(1); \
    }
LOGIC(and, data[at->d] & data[at->r])
LOGIC(or, data[at->d] | data[at->r])
LOGIC(eor, data[at->d] ^ data[at->r])
LOGIC(andi, data[at->d] & at->k)
LOGIC(ori, data[at->d] | at->k)

#define MULTIPLIES(name, one, other) \
    void op_##name(TAKEN) \
    { \
        CYCLES(2); \
        const uint16_t product = (uint16_t)((one)data[at->d] * (other)data[at->r]); \
        put_pair(data, 0, product); \
        carry = product >> 15; \
        not_zero = product; \
        GO_ON(1); \
    }
MULTIPLIES(mul, uint8_t, uint8_t)
MULTIPLIES(muls, int8_t, int8_t)
MULTIPLIES(mulsu, int8_t, uint8_t)

#define WORD(name, operation, overflow, carry_out) \
    void op_##name(TAKEN) \
    { \
        CYCLES(2); \
        const uint16_t before = PAIR(at->d), after = (uint16_t)(before operation at->k); \
        put_pair(data, at->d, after); \
        m->n = (uint8_t)(after >> 8); \
        m->v = (uint8_t)((overflow) >> 8); \
        carry = (uint32_t)(carry_out) >> 15 & 1; \
        not_zero = after; \
        GO_ON(1); \
    }
WORD(adiw, +, ~before & after, ~after & before)
WORD(sbiw, -, before & ~after, after & ~before)

/* ---------------------------------------------------------------- one operand */

#define STEPS(name, step, overflow_at) \
    void op_##name(TAKEN) \
    { \
        CYCLES(1); \
        const uint8_t result = (uint8_t)(data[at->d] + (step)); \
        m->n = data[at->d] = result; \
        m->v = result == (overflow_at) ? 0x80 : 0; \
        not_zero = result; \
        GO_ON(1); \
    }
STEPS(inc, 1, 0x80)
STEPS(dec, -1, 0x7F)

#define SHIFTS(name, top) \
    void op_##name(TAKEN) \
    { \
        CYCLES(1); \
        const uint8_t value = data[at->d], result = (uint8_t)(value >> 1 | (top)); \
        m->n = data[at->d] = result; \
        carry = value & 1; \
        m->v = (uint8_t)(result ^ carry << 7); \
        not_zero = result; \
        GO_ON(1); \
    }
SHIFTS(asr, value & 0x80)
SHIFTS(lsr, 0)
SHIFTS(ror, carry << 7)

void op_com(TAKEN)
{
    CYCLES(1);
    const uint8_t result = (uint8_t)~data[at->d];
    m->n = data[at->d] = result;
    m->v = 0;
    carry = 1;
    not_zero = result;
    GO_ON(1);
}

void op_neg(TAKEN)
{
    CYCLES(1);
    const uint8_t value = data[at->d], result = (uint8_t)-value;
    m->n = data[at->d] = result;
    m->h = (uint8_t)((result | value) << 1);
    m->v = result == 0x80 ? 0x80 : 0;
    carry = result != 0;
    not_zero = result;
    GO_ON(1);
}

/* ---------------------------------------------------------------- moves */

#define MOVES(name, where, value) \
    void op_##name(TAKEN) \
    { \
        CYCLES(1); \
        (where) = (uint8_t)(value); \
        GO_ON(1); \
    }
MOVES(mov, data[at->d], data[at->r])
MOVES(ldi, data[at->d], at->k)
MOVES(swap, data[at->d], data[at->d] >> 4 | data[at->d] << 4)
MOVES(in, data[at->d], data[at->r])
MOVES(out, data[at->r], data[at->d])
MOVES(bst, m->avr->sreg[S_T], (data[at->d] & at->k) != 0)
MOVES(bld, data[at->d], m->avr->sreg[S_T] != 0 ? data[at->d] | at->k : data[at->d] & ~at->k)

void op_nop(TAKEN)
{
    CYCLES(1);
    GO_ON(1);
}

void op_movw(TAKEN)
{
    CYCLES(1);
    put_pair(data, at->d, PAIR(at->r));
    GO_ON(1);
}

/* ---------------------------------------------------------------- flags */

/* SEN, SEV, SES and their opposites are left to simavr: they could part S from N xor V. */
MOVES(set, m->avr->sreg[S_T], 1)
MOVES(clt, m->avr->sreg[S_T], 0)
MOVES(cli, m->avr->sreg[S_I], 0)
MOVES(seh, m->h, 0x10)
MOVES(clh, m->h, 0)

#define SETS(name, flag, value) \
    void op_##name(TAKEN) \
    { \
        CYCLES(1); \
        (flag) = (value); \
        GO_ON(1); \
    }
SETS(sec, carry, 1)
SETS(clc, carry, 0)
SETS(sez, not_zero, 0)
SETS(clz, not_zero, 1)

/* Interrupts off that go on are simavr's: it waits an instruction before the first. */
void op_sei(TAKEN)
{
    if (m->avr->sreg[S_I] == 0) {
        return plain_leave(GIVEN);
    }
    CYCLES(1);
    GO_ON(1);
}

void op_in_sreg(TAKEN)
{
    CYCLES(1);
    const uint8_t *sreg = m->avr->sreg;
    const uint32_t n = m->n >> 7, v = m->v >> 7;
    const uint32_t value = carry | (not_zero == 0 ? 2U : 0U) | n << 2 | v << 3 | (n ^ v) << 4 | (m->h >> 4 & 1U) << 5 | (uint32_t)sreg[S_T] << 6 | (uint32_t)sreg[S_I] << 7;
    data[R_SREG] = (uint8_t)value;
    data[at->d] = (uint8_t)value;
    GO_ON(1);
}

void op_out_sreg(TAKEN)
{
    const uint8_t value = data[at->d];
    uint8_t *sreg = m->avr->sreg;
    if (((value >> 2 ^ value >> 3 ^ value >> 4) & 1) != 0 || (value >> 7) > sreg[S_I]) {
        return plain_leave(GIVEN); /* S parted from N xor V, or interrupts going on */
    }
    CYCLES(1);
    data[R_SREG] = value;
    carry = value & 1;
    not_zero = (value & 2) == 0;
    m->n = (uint8_t)(value << 5);
    m->v = (uint8_t)(value << 4);
    m->h = (uint8_t)(value >> 1);
    sreg[S_T] = value >> 6 & 1;
    sreg[S_I] = value >> 7;
    GO_ON(1);
}
