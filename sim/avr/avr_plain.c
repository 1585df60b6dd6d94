/* The run of plain instructions: how simavr's machine is handed over to them and back.  simavr stays in charge of everything else, and of
 * the last instruction before something is due, so that timers and interrupts come at the cycle at which they come without this file. */
#include "avr_plain.h"

#include <stdlib.h>

#include <simavr/sim_core.h>

#ifndef __OPTIMIZE__
#error "one instruction jumps to the next only if the compiler optimises; otherwise they would pile up on the stack"
#endif

#define STORE_PROGRAM 0x95E8

#define LISTED(name) op_##name,
plain_run_t *const plain_ops[OPS] = {PLAIN_OPS(LISTED)};
#undef LISTED

void plain_leave(TAKEN)
{
    (void)data;
    m->at = at;
    m->left = left;
    m->carry = carry;
    m->not_zero = not_zero;
}

void op_simavr(TAKEN)
{
    return plain_leave(GIVEN);
}

void op_unread(TAKEN)
{
    const size_t word = (size_t)(at - m->code);
    m->code[word] = plain_decode(m->avr, (uint32_t)word);
    GO_ON(0);
}

/* This word of the program is another from now on; the one before it may have read it, to skip it or as its own second half. */
void plain_forget(plain_t *m, uint32_t word)
{
    m->code[word].op = OP_unread;
    m->code[word - (word != 0)].op = OP_unread;
}

static void forget_all(plain_t *m)
{
    memset(m->code, 0, sizeof m->code);
    m->code[FLASH_WORDS].op = OP_simavr;
}

plain_t *plain_new(avr_t *avr)
{
    plain_t *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->avr = avr;
        forget_all(m);
    }
    return m;
}

uint64_t plain_cycles(const plain_t *m)
{
    return m->cycles;
}

static void take_over(plain_t *m)
{
    const uint8_t *sreg = m->avr->sreg;
    m->n = (uint8_t)(sreg[S_N] << 7);
    m->v = (uint8_t)(sreg[S_V] << 7);
    m->h = (uint8_t)(sreg[S_H] << 4);
}

static void give_back(plain_t *m)
{
    uint8_t *sreg = m->avr->sreg;
    sreg[S_C] = (uint8_t)m->carry;
    sreg[S_Z] = m->not_zero == 0;
    sreg[S_N] = m->n >> 7;
    sreg[S_V] = m->v >> 7;
    sreg[S_S] = sreg[S_N] ^ sreg[S_V];
    sreg[S_H] = m->h >> 4 & 1;
}

/* As long as it goes: up to an instruction that is not plain, or that is the last before something is due. */
static void run_plain(plain_t *m)
{
    avr_t *avr = m->avr;
    const uint64_t before = avr->run_cycle_count;
    if (avr->pc / 2 >= FLASH_WORDS || (avr->sreg[S_N] ^ avr->sreg[S_V]) != avr->sreg[S_S]) {
        return;
    }
    const plain_op_t *at = m->code + avr->pc / 2;
    take_over(m);
    plain_ops[at->op](m, at, avr->data, before, avr->sreg[S_C], !avr->sreg[S_Z]);
    give_back(m);
    avr->pc = (avr_flashaddr_t)(m->at - m->code) * 2;
    avr->run_cycle_count = m->left;
    avr->cycle += before - m->left;
    m->cycles += before - m->left;
}

/* One instruction by simavr, which runs only one at a time in any other state than the usual.  True: simavr would have gone on to the next. */
static bool run_one(plain_t *m)
{
    avr_t *avr = m->avr;
    const avr_flashaddr_t pc = avr->pc;
    const bool stores = pc < avr->flashend && (avr->flash[pc] | avr->flash[pc + 1] << 8) == STORE_PROGRAM;
    const uint64_t before = avr->cycle;
    avr->state = cpu_Step;
    const avr_flashaddr_t next = avr_run_one(avr);
    if (stores) {
        forget_all(m);
    }
    if (avr->state != cpu_Step) { /* sleeps, or has crashed */
        avr->pc = next;
        avr->run(avr);
        return false;
    }
    avr->state = cpu_Running;
    const uint64_t took = avr->cycle - before;
    if (avr->run_cycle_count > took && avr->interrupt_state == 0) {
        avr->run_cycle_count -= took;
        avr->pc = next;
        return true;
    }
    (void)avr_cycle_timer_process(avr);
    avr->pc = next;
    if (avr->interrupt_state != 0) {
        avr_service_interrupts(avr);
    }
    return false;
}

/* What avr->run(avr) does of a machine that runs, to the cycle and the bit. */
void plain_run(plain_t *m)
{
    do {
        if (m->avr->interrupt_state == 0) {
            run_plain(m);
        }
    } while (run_one(m));
}
