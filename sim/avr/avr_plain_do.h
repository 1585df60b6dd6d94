/* What each plain instruction does, as the instruction set manual has it, which is as simavr has it.  Used twice: one function an instruction
 * (avr_plain_ops.c), and whole stretches of a program in one function (avr_translate.c).  `d`, `r`, `k`: registers and constant; `w`: address, way
 * back of a call or own place; `j`: words to jump.  The user says what TAKE (so many cycles), DONE (so many words on) and NEXT (who goes on) are. */
#ifndef SIM_AVR_PLAIN_DO_H
#define SIM_AVR_PLAIN_DO_H

#include "avr_plain.h"

#define LEAVE return m->leave(GIVEN)
#define GO(words) \
    at += (words); \
    return NEXT(GIVEN)
#define IN_RAM(address) \
    if ((uint32_t)(address) - RAM_FIRST > RAM_LAST - RAM_FIRST) { \
        LEAVE; \
    }
/* Both bytes of a return address. */
#define ROOM_FOR_TWO(highest) \
    IN_RAM(highest) \
    IN_RAM((highest) - 1)
#define IN_FLASH(word) \
    if ((word) >= FLASH_WORDS) { \
        LEAVE; \
    }
#define PAIR(low) ((uint16_t)(data[low] | (data[(low) + 1] << 8)))
#define PUT_PAIR(low, value) \
    data[low] = (uint8_t)(value); \
    data[(low) + 1] = (uint8_t)((value) >> 8)

/* ---------------------------------------------------------------- arithmetic */

/* The carry into bit 4 and the overflow fall out of the operands and the sum, or the difference. */
#define ADDS(d, other, carry_in) \
    TAKE(1) \
    const uint32_t a = data[d], b = (other), sum = a + b + (carry_in); \
    m->h = (uint8_t)(a ^ b ^ sum); \
    m->v = (uint8_t)((a ^ sum) & (b ^ sum)); \
    m->n = data[d] = (uint8_t)sum; \
    not_zero = (uint8_t)sum; \
    carry = sum >> 8; \
    DONE(1)
#define RUN_add(d, r, k, w, j) ADDS(d, data[r], 0)
#define RUN_adc(d, r, k, w, j) ADDS(d, data[r], carry)

/* `before`: what the lower bytes had of the zero.  `kept`: where the difference goes. */
#define SUBTRACTS(kept, d, other, borrow_in, before) \
    TAKE(1) \
    const uint32_t a = data[d], b = (other), difference = a - b - (borrow_in); \
    m->h = (uint8_t)(a ^ b ^ difference); \
    m->v = (uint8_t)((a ^ b) & (a ^ difference)); \
    m->n = kept (uint8_t)difference; \
    not_zero = (before) | (uint8_t)difference; \
    carry = difference >> 8 & 1; \
    DONE(1)
#define RUN_sub(d, r, k, w, j) SUBTRACTS(data[d] =, d, data[r], 0, 0)
#define RUN_sbc(d, r, k, w, j) SUBTRACTS(data[d] =, d, data[r], carry, not_zero)
#define RUN_subi(d, r, k, w, j) SUBTRACTS(data[d] =, d, k, 0, 0)
#define RUN_sbci(d, r, k, w, j) SUBTRACTS(data[d] =, d, k, carry, not_zero)
#define RUN_cp(d, r, k, w, j) SUBTRACTS(, d, data[r], 0, 0)
#define RUN_cpc(d, r, k, w, j) SUBTRACTS(, d, data[r], carry, not_zero)
#define RUN_cpi(d, r, k, w, j) SUBTRACTS(, d, k, 0, 0)

/* N, V and zero of a result whose carry is dealt with elsewhere. */
#define RESULTS(d, value, overflow) \
    const uint8_t result = (uint8_t)(value); \
    m->n = data[d] = result; \
    m->v = (uint8_t)(overflow); \
    not_zero = result; \
    DONE(1)
#define RUN_and(d, r, k, w, j) TAKE(1) RESULTS(d, data[d] & data[r], 0)
#define RUN_or(d, r, k, w, j) TAKE(1) RESULTS(d, data[d] | data[r], 0)
#define RUN_eor(d, r, k, w, j) TAKE(1) RESULTS(d, data[d] ^ data[r], 0)
#define RUN_andi(d, r, k, w, j) TAKE(1) RESULTS(d, data[d] & (k), 0)
#define RUN_ori(d, r, k, w, j) TAKE(1) RESULTS(d, data[d] | (k), 0)
#define RUN_inc(d, r, k, w, j) TAKE(1) RESULTS(d, data[d] + 1, result == 0x80 ? 0x80 : 0)
#define RUN_dec(d, r, k, w, j) TAKE(1) RESULTS(d, data[d] - 1, result == 0x7F ? 0x80 : 0)
#define RUN_com(d, r, k, w, j) \
    TAKE(1) \
    carry = 1; \
    RESULTS(d, ~data[d], 0)
#define RUN_neg(d, r, k, w, j) \
    TAKE(1) \
    const uint8_t value = data[d]; \
    m->h = (uint8_t)(((uint8_t)-value | value) << 1); \
    carry = value != 0; \
    RESULTS(d, -value, result == 0x80 ? 0x80 : 0)
#define SHIFTS(d, top) \
    TAKE(1) \
    const uint8_t value = data[d], high = (uint8_t)(top); \
    carry = value & 1; \
    RESULTS(d, value >> 1 | high, result ^ carry << 7)
#define RUN_asr(d, r, k, w, j) SHIFTS(d, value & 0x80)
#define RUN_lsr(d, r, k, w, j) SHIFTS(d, 0)
#define RUN_ror(d, r, k, w, j) SHIFTS(d, carry << 7)

#define MULTIPLIES(one, other) \
    TAKE(2) \
    const uint16_t product = (uint16_t)((one) * (other)); \
    PUT_PAIR(0, product); \
    carry = product >> 15; \
    not_zero = product; \
    DONE(1)
#define RUN_mul(d, r, k, w, j) MULTIPLIES(data[d], data[r])
#define RUN_muls(d, r, k, w, j) MULTIPLIES((int8_t)data[d], (int8_t)data[r])
#define RUN_mulsu(d, r, k, w, j) MULTIPLIES((int8_t)data[d], data[r])

#define WORDS(d, operation, overflow, carry_out) \
    TAKE(2) \
    const uint16_t before = PAIR(d), after = (uint16_t)(before operation); \
    PUT_PAIR(d, after); \
    m->n = (uint8_t)(after >> 8); \
    m->v = (uint8_t)((overflow) >> 8); \
    carry = (uint32_t)(carry_out) >> 15 & 1; \
    not_zero = after; \
    DONE(1)
#define RUN_adiw(d, r, k, w, j) WORDS(d, + (k), ~before & after, ~after & before)
#define RUN_sbiw(d, r, k, w, j) WORDS(d, - (k), before & ~after, after & ~before)

/* ---------------------------------------------------------------- moves and flags */

/* SEN, SEV, SES and their opposites are left to simavr: they could part S from N xor V. */
#define SETS(where, value) \
    TAKE(1) \
    (where) = (value); \
    DONE(1)
#define RUN_nop(d, r, k, w, j) TAKE(1) DONE(1)
#define RUN_mov(d, r, k, w, j) SETS(data[d], data[r])
#define RUN_ldi(d, r, k, w, j) SETS(data[d], k)
#define RUN_swap(d, r, k, w, j) SETS(data[d], (uint8_t)(data[d] >> 4 | data[d] << 4))
#define RUN_in(d, r, k, w, j) SETS(data[d], data[r])
#define RUN_out(d, r, k, w, j) SETS(data[r], data[d])
#define RUN_bst(d, r, k, w, j) SETS(m->avr->sreg[S_T], (data[d] & (k)) != 0)
#define RUN_bld(d, r, k, w, j) SETS(data[d], (uint8_t)(m->avr->sreg[S_T] != 0 ? data[d] | (k) : data[d] & ~(k)))
#define RUN_set(d, r, k, w, j) SETS(m->avr->sreg[S_T], 1)
#define RUN_clt(d, r, k, w, j) SETS(m->avr->sreg[S_T], 0)
#define RUN_cli(d, r, k, w, j) SETS(m->avr->sreg[S_I], 0)
#define RUN_seh(d, r, k, w, j) SETS(m->h, 0x10)
#define RUN_clh(d, r, k, w, j) SETS(m->h, 0)
#define RUN_sec(d, r, k, w, j) SETS(carry, 1)
#define RUN_clc(d, r, k, w, j) SETS(carry, 0)
#define RUN_sez(d, r, k, w, j) SETS(not_zero, 0)
#define RUN_clz(d, r, k, w, j) SETS(not_zero, 1)
#define RUN_movw(d, r, k, w, j) \
    TAKE(1) \
    const uint8_t low = data[r], high = data[(r) + 1]; \
    data[d] = low; \
    data[(d) + 1] = high; \
    DONE(1)

/* Interrupts off that go on are simavr's: it waits an instruction before the first. */
#define RUN_sei(d, r, k, w, j) \
    if (m->avr->sreg[S_I] == 0) { \
        LEAVE; \
    } \
    TAKE(1) \
    DONE(1)
#define RUN_in_sreg(d, r, k, w, j) \
    TAKE(1) \
    data[d] = data[R_SREG] = plain_status(m, carry, not_zero); \
    DONE(1)
/* Left to simavr: S parted from N xor V, or interrupts going on. */
#define RUN_out_sreg(d, r, k, w, j) \
    const uint8_t value = data[d]; \
    if (((value >> 2 ^ value >> 3 ^ value >> 4) & 1) != 0 || (value >> 7) > m->avr->sreg[S_I]) { \
        LEAVE; \
    } \
    TAKE(1) \
    data[R_SREG] = value; \
    carry = value & 1; \
    not_zero = (value & 2) == 0; \
    plain_status_put(m, value); \
    DONE(1)

/* ---------------------------------------------------------------- branches, jumps, calls */

#define BRANCHES(condition, cycles, j) \
    if (condition) { \
        TAKE(cycles) \
        GO(j); \
    } \
    TAKE(1) \
    DONE(1)
#define RUN_if_c(d, r, k, w, j) BRANCHES(carry != 0, 2, j)
#define RUN_if_z(d, r, k, w, j) BRANCHES(not_zero == 0, 2, j)
#define RUN_if_n(d, r, k, w, j) BRANCHES((m->n & 0x80) != 0, 2, j)
#define RUN_if_v(d, r, k, w, j) BRANCHES((m->v & 0x80) != 0, 2, j)
#define RUN_if_s(d, r, k, w, j) BRANCHES(((m->n ^ m->v) & 0x80) != 0, 2, j)
#define RUN_if_h(d, r, k, w, j) BRANCHES((m->h & 0x10) != 0, 2, j)
#define RUN_if_t(d, r, k, w, j) BRANCHES(m->avr->sreg[S_T] != 0, 2, j)
#define RUN_if_i(d, r, k, w, j) BRANCHES(m->avr->sreg[S_I] != 0, 2, j)
#define RUN_if_not_c(d, r, k, w, j) BRANCHES(carry == 0, 2, j)
#define RUN_if_not_z(d, r, k, w, j) BRANCHES(not_zero != 0, 2, j)
#define RUN_if_not_n(d, r, k, w, j) BRANCHES((m->n & 0x80) == 0, 2, j)
#define RUN_if_not_v(d, r, k, w, j) BRANCHES((m->v & 0x80) == 0, 2, j)
#define RUN_if_not_s(d, r, k, w, j) BRANCHES(((m->n ^ m->v) & 0x80) == 0, 2, j)
#define RUN_if_not_h(d, r, k, w, j) BRANCHES((m->h & 0x10) == 0, 2, j)
#define RUN_if_not_t(d, r, k, w, j) BRANCHES(m->avr->sreg[S_T] == 0, 2, j)
#define RUN_if_not_i(d, r, k, w, j) BRANCHES(m->avr->sreg[S_I] == 0, 2, j)
/* A skip over one word takes two cycles, over two words three: as many as it advances. */
#define RUN_cpse(d, r, k, w, j) BRANCHES(data[d] == data[r], (uint64_t)(j), j)
#define RUN_sbrc(d, r, k, w, j) BRANCHES((data[d] & (k)) == 0, (uint64_t)(j), j)
#define RUN_sbrs(d, r, k, w, j) BRANCHES((data[d] & (k)) != 0, (uint64_t)(j), j)

#define RUN_rjmp(d, r, k, w, j) TAKE(2) GO(j);
#define RUN_jmp(d, r, k, w, j) TAKE(3) GO(j);
#define RUN_ijmp(d, r, k, w, j) \
    const uint16_t to = PAIR(R_ZL); \
    IN_FLASH(to) \
    TAKE(2) \
    GO((int32_t)to - (w));
#define CALLS(cycles, back, j) \
    const uint16_t stack = PAIR(R_SPL); \
    ROOM_FOR_TWO(stack) \
    TAKE(cycles) \
    data[stack] = (uint8_t)(back); \
    data[stack - 1] = (uint8_t)((back) >> 8); \
    PUT_PAIR(R_SPL, stack - 2); \
    GO(j);
#define RUN_rcall(d, r, k, w, j) CALLS(3, w, j)
#define RUN_call(d, r, k, w, j) CALLS(4, w, j)
#define RUN_icall(d, r, k, w, j) \
    const uint16_t to = PAIR(R_ZL); \
    IN_FLASH(to) \
    CALLS(3, (w) + 1, (int32_t)to - (w))
#define RUN_ret(d, r, k, w, j) \
    const uint32_t stack = PAIR(R_SPL) + 2U; \
    ROOM_FOR_TWO(stack) \
    const uint16_t to = (uint16_t)(data[stack] | (data[stack - 1] << 8)); \
    IN_FLASH(to) \
    TAKE(4) \
    PUT_PAIR(R_SPL, stack); \
    GO((int32_t)to - (w));

/* ---------------------------------------------------------------- memory */

#define RUN_push(d, r, k, w, j) \
    const uint16_t stack = PAIR(R_SPL); \
    IN_RAM(stack) \
    TAKE(2) \
    data[stack] = data[d]; \
    PUT_PAIR(R_SPL, stack - 1); \
    DONE(1)
#define RUN_pop(d, r, k, w, j) \
    const uint32_t stack = PAIR(R_SPL) + 1U; \
    IN_RAM(stack) \
    TAKE(2) \
    PUT_PAIR(R_SPL, stack); \
    data[d] = data[stack]; \
    DONE(1)

#define READS_FLASH(d, up) \
    const uint16_t from = PAIR(R_ZL); \
    IN_FLASH(from / 2U) \
    TAKE(3) \
    data[d] = m->avr->flash[from]; \
    PUT_PAIR(R_ZL, from + (up)); \
    DONE(1)
/* Without an increment simavr does not write Z: a byte loaded into it stays. */
#define RUN_lpm(d, r, k, w, j) \
    const uint16_t from = PAIR(R_ZL); \
    IN_FLASH(from / 2U) \
    SETS_IN(3, data[d], m->avr->flash[from], 1)
#define RUN_lpm_up(d, r, k, w, j) READS_FLASH(d, 1)

#define SETS_IN(cycles, where, value, words) \
    TAKE(cycles) \
    (where) = (value); \
    DONE(words)
#define RUN_lds(d, r, k, w, j) SETS_IN(2, data[d], data[w], 2)
#define RUN_sts(d, r, k, w, j) SETS_IN(2, data[w], data[d], 2)

#define AT(low, displacement) \
    const uint16_t address = (uint16_t)(PAIR(low) + (displacement)); \
    IN_RAM(address)
#define RUN_ldd_y(d, r, k, w, j) AT(R_YL, k) SETS_IN(2, data[d], data[address], 1)
#define RUN_ldd_z(d, r, k, w, j) AT(R_ZL, k) SETS_IN(2, data[d], data[address], 1)
#define RUN_ld_x(d, r, k, w, j) AT(R_XL, 0) SETS_IN(2, data[d], data[address], 1)
#define RUN_std_y(d, r, k, w, j) AT(R_YL, k) SETS_IN(2, data[address], data[d], 1)
#define RUN_std_z(d, r, k, w, j) AT(R_ZL, k) SETS_IN(2, data[address], data[d], 1)
#define RUN_st_x(d, r, k, w, j) AT(R_XL, 0) SETS_IN(2, data[address], data[d], 1)

/* The pointer is written before the register that is loaded, and after the one that is stored is read. */
#define LOADS(d, low, down, up) \
    AT(low, -(down)) \
    TAKE(2) \
    PUT_PAIR(low, address + (up)); \
    data[d] = data[address]; \
    DONE(1)
#define STORES(d, low, down, up) \
    AT(low, -(down)) \
    TAKE(2) \
    data[address] = data[d]; \
    PUT_PAIR(low, address + (up)); \
    DONE(1)
#define RUN_ld_x_up(d, r, k, w, j) LOADS(d, R_XL, 0, 1)
#define RUN_ld_y_up(d, r, k, w, j) LOADS(d, R_YL, 0, 1)
#define RUN_ld_z_up(d, r, k, w, j) LOADS(d, R_ZL, 0, 1)
#define RUN_ld_down_x(d, r, k, w, j) LOADS(d, R_XL, 1, 0)
#define RUN_ld_down_y(d, r, k, w, j) LOADS(d, R_YL, 1, 0)
#define RUN_ld_down_z(d, r, k, w, j) LOADS(d, R_ZL, 1, 0)
#define RUN_st_x_up(d, r, k, w, j) STORES(d, R_XL, 0, 1)
#define RUN_st_y_up(d, r, k, w, j) STORES(d, R_YL, 0, 1)
#define RUN_st_z_up(d, r, k, w, j) STORES(d, R_ZL, 0, 1)
#define RUN_st_down_x(d, r, k, w, j) STORES(d, R_XL, 1, 0)
#define RUN_st_down_y(d, r, k, w, j) STORES(d, R_YL, 1, 0)
#define RUN_st_down_z(d, r, k, w, j) STORES(d, R_ZL, 1, 0)

#endif
