/* What must survive a reset, in EEPROM, one byte a tick at most.  Never waits, never loosens: what cannot be read counts as its worst.
 *   latches      two copies written in turn.  First copy torn: something was being latched or cleared, so all counts as latched.
 *   used time    a ring.  A torn slot held at most one saving interval more than the newest whole one: that much is charged.
 *   calibration  two copies, read only; both torn or different means none, and without calibration nothing moves.
 *   events       a ring for whoever asks afterwards; nothing reads it here. */
#include "hal.h"
#include "records.h"

#include <avr/io.h>
#include <avr/wdt.h>
#include <string.h>
#include <util/atomic.h>

#define STORE_WORST_DS   ((uint16_t)(BOARD_INVERTED_MS / 100UL))
#define STORE_CHARGE_DS  50U /* the saving interval */
#define STORE_WORN_MOST  8U  /* slots in a row that do not take a record */
#define STORE_UNSEALED   UINT8_MAX /* no place in a record */

typedef enum { JOB_NONE, JOB_LATCH, JOB_LATCH_AGAIN, JOB_BUDGET, JOB_EVENT } job_t;

/* In one struct: by a pointer in a register a member takes 2 bytes of text, by its own address 4. */
typedef struct {
    uint8_t buffer[RECORDS_MOST];  /* the record that is being written */
    uint16_t place;                /* ... where to */
    uint8_t at, size, job;         /* at: the next byte, or STORE_UNSEALED */
    bool latch_due, budget_due, event_due;
    uint8_t latch_seq, latches;
    uint8_t budget_slot, event_slot, worn;
    uint16_t wanted_ds, wanted_boots;
    uint32_t budget_seq;           /* also how many budget records were ever written */
    uint16_t event_seq;
    uint32_t noted;
    uint8_t event[RECORDS_MOST];
} store_t;

static store_t state;

_Static_assert(sizeof(store_t) <= 64U, "all of it within reach of a register");

static inline __attribute__((always_inline)) store_t *opened(void)
{
    store_t *store = &state;
    BOARD_BY_REGISTER(store);
    return store;
}

static uint8_t read_cell(uint16_t address)
{
    EEAR = address;
    EECR |= _BV(EERE);
    return EEDR;
}

static bool read_record(uint16_t from, uint8_t *record, uint8_t bytes)
{
    while ((EECR & _BV(EEPE)) != 0U) {
        /* what was being written before the reset */
    }
    for (uint8_t i = 0; i < bytes; i++) {
        record[i] = read_cell((uint16_t)(from + i));
    }
    wdt_reset(); /* nothing is driven while this is read */
    return records_whole(record, bytes);
}

static void load_calibration(board_memory_t *memory)
{
    uint8_t one[RECORDS_CALIBRATION_SIZE];
    uint8_t two[RECORDS_CALIBRATION_SIZE];
    bool one_whole = read_record(RECORDS_CALIBRATION_AT, one, RECORDS_CALIBRATION_SIZE);
    bool two_whole = read_record(RECORDS_CALIBRATION_AT + RECORDS_CALIBRATION_SIZE, two, RECORDS_CALIBRATION_SIZE);
    const uint8_t *chosen = one_whole ? one : two;
    uint8_t differ = 0;
    for (uint8_t i = 0; i < RECORDS_CALIBRATION_SIZE; i++) {
        differ |= (uint8_t)(one[i] ^ two[i]);
    }
    memory->calibrated = one_whole ? (!two_whole || differ == 0U) : two_whole;
    memory->pot_zero_counts = records_u16(chosen);
    memory->pot_span_counts = (int16_t)records_u16(chosen + 2);
    memory->encoder_span_counts = (int16_t)records_u16(chosen + 4);
}

static void load_latches(store_t *store, board_memory_t *memory)
{
    uint8_t one[RECORDS_LATCH_SIZE];
    uint8_t two[RECORDS_LATCH_SIZE];
    bool one_whole = read_record(RECORDS_LATCH_AT, one, RECORDS_LATCH_SIZE);
    bool two_whole = read_record(RECORDS_LATCH_AT + RECORDS_LATCH_SIZE, two, RECORDS_LATCH_SIZE);
    store->latches = one_whole ? one[2] : RECORDS_LATCHES;
    store->latch_seq = one_whole ? one[0] : (two_whole ? two[0] : 0U);
    store->latch_due = !one_whole || !two_whole || one[0] != two[0]; /* make the two agree again */
    memory->estop_latched = (store->latches & RECORDS_ESTOP) != 0U;
    memory->fault_latched = (store->latches & RECORDS_FAULT) != 0U;
    memory->level_wait = (store->latches & RECORDS_LEVEL_WAIT) != 0U;
    memory->estop_cycle_due = (store->latches & RECORDS_ESTOP_CYCLE) != 0U;
}

static bool load_budget(store_t *store, board_memory_t *memory)
{
    uint8_t record[RECORDS_BUDGET_SIZE];
    bool found = false;
    bool torn = false;
    for (uint8_t slot = 0; slot < RECORDS_BUDGET_SLOTS; slot++) {
        if (!read_record((uint16_t)(RECORDS_BUDGET_AT + slot * RECORDS_BUDGET_SIZE), record, RECORDS_BUDGET_SIZE)) {
            torn = true;
            continue;
        }
        uint32_t seq = records_u32(record);
        if (!found || seq > store->budget_seq) {
            store->budget_seq = seq;
            store->budget_slot = slot;
            memory->inverted_ds = records_u16(record + 4);
            memory->boot_count = records_u16(record + 6);
        }
        found = true;
    }
    if (!found || memory->inverted_ds > STORE_WORST_DS) {
        memory->inverted_ds = STORE_WORST_DS;
    } else if (torn) {
        uint16_t charged_ds = (uint16_t)(memory->inverted_ds + STORE_CHARGE_DS);
        memory->inverted_ds = charged_ds < STORE_WORST_DS ? charged_ds : STORE_WORST_DS;
    }
    return found;
}

static void find_last_event(store_t *store)
{
    uint8_t record[RECORDS_EVENT_SIZE];
    bool found = false;
    for (uint8_t slot = 0; slot < RECORDS_EVENT_SLOTS; slot++) {
        if (!read_record((uint16_t)(RECORDS_EVENT_AT + slot * RECORDS_EVENT_SIZE), record, RECORDS_EVENT_SIZE)) {
            continue;
        }
        uint16_t seq = records_u16(record);
        if (!found || (uint16_t)(seq - store->event_seq) < 0x8000U) {
            store->event_seq = seq;
            store->event_slot = slot;
        }
        found = true;
    }
}

/* False: nothing there could be read, and `memory` is not to be used. */
bool store_load(board_memory_t *memory)
{
    store_t *store = opened();
    memory->boot_count = 0;
    load_calibration(memory);
    load_latches(store, memory);
    find_last_event(store);
    return load_budget(store, memory) || memory->calibrated;
}

static uint8_t latches_of(const board_memory_t *memory)
{
    uint8_t bits = memory->estop_latched ? RECORDS_ESTOP : 0U;
    if (memory->fault_latched) {
        bits |= RECORDS_FAULT;
    }
    if (memory->level_wait) {
        bits |= RECORDS_LEVEL_WAIT;
    }
    if (memory->estop_cycle_due) {
        bits |= RECORDS_ESTOP_CYCLE;
    }
    return bits;
}

/* Looks at what has changed; the writing is store_step()'s.  True, for it takes a while. */
bool store_save(const board_memory_t *memory)
{
    store_t *store = opened();
    uint8_t now = latches_of(memory);
    if (now != store->latches) {
        store->latches = now;
        store->latch_due = true;
    }
    if (memory->inverted_ds != store->wanted_ds || memory->boot_count != store->wanted_boots) {
        store->budget_due = true;
    }
    store->wanted_ds = memory->inverted_ds;
    store->wanted_boots = memory->boot_count;
    return true;
}

BOARD_CALLED static void note(store_t *store, uint8_t kind, const board_t *board, uint32_t detail)
{
    store->event_seq++;
    records_put_u16(store->event, store->event_seq);
    store->event[2] = kind;
    store->event[3] = board->session.mode;
    records_put_u32(store->event + 4, detail);
    records_put_u16(store->event + 8, (uint16_t)board->angle.angle_cdeg);
    records_put_u16(store->event + 10, board->memory.boot_count);
    store->event_due = true;
}

/* The reset itself first, then every reason that the guard latches anew.  True: one was taken down. */
bool store_note(const board_t *board, uint8_t reset_cause)
{
    store_t *store = opened();
    if (store->event_due) {
        return false; /* one at a time; the bits wait in the guard */
    }
    if (reset_cause != 0U) {
        note(store, RECORDS_EVENT_RESET, board, reset_cause);
        return true;
    }
    uint32_t latched = board->guard.latched;
    uint32_t fresh = latched & ~store->noted;
    store->noted = latched;
    if (fresh == 0UL) {
        return false;
    }
    note(store, RECORDS_EVENT_TRIP, board, fresh);
    return true;
}

BOARD_ONE_COPY static void begin(store_t *store, uint8_t what, uint16_t where, uint8_t bytes)
{
    store->job = what;
    store->place = where;
    store->size = bytes;
    store->at = STORE_UNSEALED;
}

static void begin_latch(store_t *store, uint8_t what)
{
    uint16_t second = what == (uint8_t)JOB_LATCH_AGAIN ? RECORDS_LATCH_SIZE : 0U;
    store->buffer[0] = store->latch_seq;
    store->buffer[1] = 0;
    store->buffer[2] = store->latches;
    begin(store, what, (uint16_t)(RECORDS_LATCH_AT + second), RECORDS_LATCH_SIZE);
}

static uint8_t after(uint8_t slot, uint8_t slots)
{
    return slot + 1U < slots ? (uint8_t)(slot + 1U) : (uint8_t)0U;
}

static void begin_next(store_t *store)
{
    if (store->latch_due) {
        store->latch_due = false;
        store->latch_seq++;
        begin_latch(store, (uint8_t)JOB_LATCH);
    } else if (store->budget_due) {
        store->budget_due = false;
        store->budget_seq++;
        store->budget_slot = after(store->budget_slot, RECORDS_BUDGET_SLOTS);
        records_put_u32(store->buffer, store->budget_seq);
        records_put_u16(store->buffer + 4, store->wanted_ds);
        records_put_u16(store->buffer + 6, store->wanted_boots);
        begin(store, (uint8_t)JOB_BUDGET, (uint16_t)(RECORDS_BUDGET_AT + store->budget_slot * RECORDS_BUDGET_SIZE), RECORDS_BUDGET_SIZE);
    } else if (store->event_due) {
        store->event_due = false;
        store->event_slot = after(store->event_slot, RECORDS_EVENT_SLOTS);
        memcpy(store->buffer, store->event, RECORDS_EVENT_SIZE);
        begin(store, (uint8_t)JOB_EVENT, (uint16_t)(RECORDS_EVENT_AT + store->event_slot * RECORDS_EVENT_SIZE), RECORDS_EVENT_SIZE);
    }
}

static void write_cell(uint16_t address, uint8_t value)
{
    EEAR = address;
    EEDR = value;
    EECR = 0; /* erase and write in one */
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        EECR |= _BV(EEMPE); /* the second must follow within four cycles */
        EECR |= _BV(EEPE);
    }
}

/* A slot that did not keep what was written is worn: the record goes to the next one. */
static void finish(store_t *store)
{
    uint8_t done = store->job;
    uint8_t wrong = 0;
    for (uint8_t i = 0; i < store->size; i++) {
        wrong |= (uint8_t)(read_cell((uint16_t)(store->place + i)) ^ store->buffer[i]);
    }
    store->worn = wrong == 0U ? (uint8_t)0U : (uint8_t)(store->worn + (store->worn < UINT8_MAX ? 1U : 0U));
    store->job = (uint8_t)JOB_NONE;
    if (done == (uint8_t)JOB_LATCH) {
        begin_latch(store, (uint8_t)JOB_LATCH_AGAIN);
    } else if (wrong != 0U && done == (uint8_t)JOB_BUDGET) {
        store->budget_due = true;
    } else if (wrong != 0U && done == (uint8_t)JOB_LATCH_AGAIN) {
        store->latch_due = true;
    }
}

/* One step a tick: begin a record, seal it, write one byte that differs, or look at what was written.  True: it was at one, and the tick has less time
 * for other things. */
BOARD_ONE_COPY bool store_step(void)
{
    store_t *store = opened();
    if ((EECR & _BV(EEPE)) != 0U) {
        return true;
    }
    if (store->job == (uint8_t)JOB_NONE) {
        begin_next(store);
        return store->job != (uint8_t)JOB_NONE;
    }
    if (store->at == STORE_UNSEALED) {
        records_seal(store->buffer, store->size);
        store->at = 0;
        return true;
    }
    while (store->at < store->size && read_cell((uint16_t)(store->place + store->at)) == store->buffer[store->at]) {
        store->at++;
    }
    if (store->at == store->size) {
        finish(store);
    } else {
        write_cell((uint16_t)(store->place + store->at), store->buffer[store->at]);
        store->at++;
    }
    return true;
}

bool store_sound(void)
{
    store_t *store = opened();
    return store->worn < STORE_WORN_MOST;
}
