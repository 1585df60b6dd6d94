/* The run of plain instructions: how simavr's machine is handed over to them and back.  simavr stays in charge of everything else, and of
 * the last instruction before something is due, so that timers and interrupts come at the cycle at which they come without this file. */
#include "avr_plain.h"

#include <simavr/sim_core.h>

#define STORE_PROGRAM 0x95E8

static void leave(TAKEN)
{
    (void)data;
    m->at = at;
    m->left = left;
    m->carry = carry;
    m->not_zero = not_zero;
}

static void alone(TAKEN)
{
    return plain_kinds[at->op].run(GIVEN);
}

static void forget_one(plain_t *m, uint32_t word)
{
    m->code[word] = (plain_op_t){.run = plain_kinds[OP_unread].run, .op = OP_unread};
}

static void forget_all(plain_t *m)
{
    for (uint32_t word = 0; word < FLASH_WORDS; word++) {
        forget_one(m, word);
    }
    m->code[FLASH_WORDS] = (plain_op_t){.run = plain_kinds[OP_simavr].run, .op = OP_simavr};
    m->translated = false;
}

/* This word of the program is another from now on; the one before it may have read it, to skip it or as its own second half.  A program that
 * has been changed is not the one that was translated. */
void plain_forget(plain_t *m, uint32_t word)
{
    if (m->translated) {
        forget_all(m);
    }
    forget_one(m, word);
    forget_one(m, word - (word != 0));
}

plain_t *plain_new(avr_t *avr)
{
    plain_t *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->avr = avr;
        m->leave = leave;
        m->alone = alone;
        forget_all(m);
    }
    return m;
}

/* From now on each stretch is run in one go, where there are cycles enough for it; avr_translate.c has written them; the last has no `run`. */
void plain_use(plain_t *m, const void *stretches)
{
    for (const plain_stretch_t *stretch = stretches; stretch->run != NULL; stretch++) {
        m->code[stretch->word] = plain_decode(m, stretch->word);
        m->code[stretch->word].run = stretch->run;
        m->translated = true;
    }
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
    at->run(m, at, avr->data, before, avr->sreg[S_C], !avr->sreg[S_Z]);
    give_back(m);
    avr->pc = (avr_flashaddr_t)(m->at - m->code) * 2;
    avr->run_cycle_count = m->left;
    avr->cycle += before - m->left;
    m->cycles += before - m->left;
}

/* simavr skips two words over an ADIW or SBIW with some numbers: before a skip over one it is shown a NOP in its place.  What was there, or 0. */
uint16_t plain_cover(const plain_t *m)
{
    const uint32_t word = m->avr->pc / 2;
    const bool may = !m->skips_as_simavr && word + 1 < FLASH_WORDS && plain_skips(plain_word(m->avr, word));
    const uint16_t next = may ? plain_word(m->avr, word + 1) : 0;
    if (!plain_misjudged(next)) {
        return 0;
    }
    memset(m->avr->flash + 2 * (word + 1), 0, 2);
    return next;
}

/* After the skip at `pc`. */
void plain_uncover(const plain_t *m, avr_flashaddr_t pc, uint16_t covered)
{
    if (covered != 0) {
        m->avr->flash[pc + 2] = (uint8_t)covered;
        m->avr->flash[pc + 3] = (uint8_t)(covered >> 8);
    }
}

void plain_raw(plain_t *m, uint32_t cures_left_out)
{
    m->skips_as_simavr = (cures_left_out & (RAW_SKIP | RAW_PLAIN)) != 0;
    forget_all(m);
}

/* One instruction by simavr, which runs only one at a time in any other state than the usual.  True: simavr would have gone on to the next. */
static bool run_one(plain_t *m)
{
    avr_t *avr = m->avr;
    const avr_flashaddr_t pc = avr->pc;
    const uint64_t before = avr->cycle;
    const bool stores = pc < avr->flashend && plain_word(avr, pc / 2) == STORE_PROGRAM;
    const uint16_t covered = plain_cover(m);
    avr->state = cpu_Step;
    const avr_flashaddr_t next = avr_run_one(avr);
    plain_uncover(m, pc, covered);
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
