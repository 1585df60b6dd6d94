/* What must survive a reset, in EEPROM, one byte a tick at most.  Never waits, never loosens: what cannot be read counts as its worst.
 *   latches      two copies written in turn.  First copy torn: something was being latched or cleared, so all counts as latched.
 *   used time    a ring.  A torn slot held at most one saving interval more than the newest whole one: that much is charged.
 *   calibration  two copies, read only; both torn or different means none, and without calibration nothing moves.
 *   events       a ring for whoever asks afterwards; nothing reads it here. */
#include "hal.h"
#include "records.h"

#include <avr/eeprom.h>
#include <avr/io.h>
#include <avr/wdt.h>
#include <string.h>
#include <util/atomic.h>

#define STORE_WORST_DS   ((uint16_t)(BOARD_INVERTED_MS / 100UL))
#define STORE_CHARGE_DS  50U /* the saving interval */
#define STORE_WORN_MOST  8U  /* slots in a row that do not take a record */

typedef enum { JOB_NONE, JOB_LATCH, JOB_LATCH_AGAIN, JOB_BUDGET, JOB_EVENT } job_t;

static uint8_t buffer[RECORDS_MOST];
static uint16_t place;
static uint8_t at, size, job;
static uint16_t wanted_ds, wanted_boots;
static bool latch_due, budget_due, event_due;
static uint8_t latch_seq, latches;
static uint32_t budget_seq; /* also how many budget records were ever written */
static uint8_t budget_slot, event_slot, worn;
static uint16_t event_seq;
static uint8_t event[RECORDS_MOST];
static uint32_t noted;

static bool read_record(uint16_t from, uint8_t *record, uint8_t bytes)
{
    eeprom_read_block(record, (const void *)(uintptr_t)from, bytes);
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
    bool differ = one_whole && two_whole && memcmp(one, two, sizeof one) != 0;
    memory->calibrated = (one_whole || two_whole) && !differ;
    memory->pot_zero_counts = records_u16(chosen);
    memory->pot_span_counts = (int16_t)records_u16(chosen + 2);
    memory->encoder_span_counts = (int16_t)records_u16(chosen + 4);
}

static void load_latches(board_memory_t *memory)
{
    uint8_t one[RECORDS_LATCH_SIZE];
    uint8_t two[RECORDS_LATCH_SIZE];
    bool one_whole = read_record(RECORDS_LATCH_AT, one, RECORDS_LATCH_SIZE);
    bool two_whole = read_record(RECORDS_LATCH_AT + RECORDS_LATCH_SIZE, two, RECORDS_LATCH_SIZE);
    latches = one_whole ? one[2] : RECORDS_LATCHES;
    latch_seq = one_whole ? one[0] : (two_whole ? two[0] : 0U);
    latch_due = !one_whole || !two_whole || one[0] != two[0]; /* make the two agree again */
    memory->estop_latched = (latches & RECORDS_ESTOP) != 0U;
    memory->fault_latched = (latches & RECORDS_FAULT) != 0U;
    memory->level_wait = (latches & RECORDS_LEVEL_WAIT) != 0U;
    memory->estop_cycle_due = (latches & RECORDS_ESTOP_CYCLE) != 0U;
}

static bool load_budget(board_memory_t *memory)
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
        if (!found || seq > budget_seq) {
            budget_seq = seq;
            budget_slot = slot;
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

static void find_last_event(void)
{
    uint8_t record[RECORDS_EVENT_SIZE];
    bool found = false;
    for (uint8_t slot = 0; slot < RECORDS_EVENT_SLOTS; slot++) {
        if (!read_record((uint16_t)(RECORDS_EVENT_AT + slot * RECORDS_EVENT_SIZE), record, RECORDS_EVENT_SIZE)) {
            continue;
        }
        uint16_t seq = records_u16(record);
        if (!found || (uint16_t)(seq - event_seq) < 0x8000U) {
            event_seq = seq;
            event_slot = slot;
        }
        found = true;
    }
}

/* False: nothing there could be read, and `memory` is not to be used. */
bool store_load(board_memory_t *memory)
{
    memset(memory, 0, sizeof *memory);
    load_calibration(memory);
    load_latches(memory);
    find_last_event();
    return load_budget(memory) || memory->calibrated;
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

void store_save(const board_memory_t *memory)
{
    uint8_t now = latches_of(memory);
    if (now != latches) {
        latches = now;
        latch_due = true;
    }
    if (memory->inverted_ds != wanted_ds || memory->boot_count != wanted_boots) {
        budget_due = true;
    }
    wanted_ds = memory->inverted_ds;
    wanted_boots = memory->boot_count;
}

static void note(uint8_t kind, const board_t *board, uint32_t detail)
{
    event_seq++;
    records_put_u16(event, event_seq);
    event[2] = kind;
    event[3] = board->session.mode;
    records_put_u32(event + 4, detail);
    records_put_u16(event + 8, (uint16_t)board->angle.angle_cdeg);
    records_put_u16(event + 10, board->memory.boot_count);
    event_due = true;
}

/* The reset itself first, then every reason that the guard latches anew. */
void store_note(const board_t *board, uint8_t reset_cause)
{
    if (event_due) {
        return; /* one at a time; the bits wait in the guard */
    }
    if (reset_cause != 0U) {
        note(RECORDS_EVENT_RESET, board, reset_cause);
        return;
    }
    uint32_t latched = board->guard.latched;
    if (latched == noted) {
        return;
    }
    uint32_t fresh = latched & ~noted;
    noted = latched;
    if (fresh != 0UL) {
        note(RECORDS_EVENT_TRIP, board, fresh);
    }
}

static void begin(uint8_t what, uint16_t where, uint8_t bytes)
{
    job = what;
    place = where;
    size = bytes;
    at = 0;
    records_seal(buffer, bytes);
}

static void begin_latch(uint8_t what)
{
    uint16_t second = what == (uint8_t)JOB_LATCH_AGAIN ? RECORDS_LATCH_SIZE : 0U;
    buffer[0] = latch_seq;
    buffer[1] = 0;
    buffer[2] = latches;
    begin(what, (uint16_t)(RECORDS_LATCH_AT + second), RECORDS_LATCH_SIZE);
}

static uint8_t after(uint8_t slot, uint8_t slots)
{
    return slot + 1U < slots ? (uint8_t)(slot + 1U) : (uint8_t)0U;
}

static void begin_next(void)
{
    if (latch_due) {
        latch_due = false;
        latch_seq++;
        begin_latch((uint8_t)JOB_LATCH);
    } else if (budget_due) {
        budget_due = false;
        budget_seq++;
        budget_slot = after(budget_slot, RECORDS_BUDGET_SLOTS);
        records_put_u32(buffer, budget_seq);
        records_put_u16(buffer + 4, wanted_ds);
        records_put_u16(buffer + 6, wanted_boots);
        begin((uint8_t)JOB_BUDGET, (uint16_t)(RECORDS_BUDGET_AT + budget_slot * RECORDS_BUDGET_SIZE), RECORDS_BUDGET_SIZE);
    } else if (event_due) {
        event_due = false;
        event_slot = after(event_slot, RECORDS_EVENT_SLOTS);
        memcpy(buffer, event, RECORDS_EVENT_SIZE);
        begin((uint8_t)JOB_EVENT, (uint16_t)(RECORDS_EVENT_AT + event_slot * RECORDS_EVENT_SIZE), RECORDS_EVENT_SIZE);
    }
}

static uint8_t read_cell(uint16_t address)
{
    EEAR = address;
    EECR |= _BV(EERE);
    return EEDR;
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
static void finish(void)
{
    uint8_t done = job;
    uint8_t wrong = 0;
    for (uint8_t i = 0; i < size; i++) {
        wrong |= (uint8_t)(read_cell((uint16_t)(place + i)) ^ buffer[i]);
    }
    worn = wrong == 0U ? (uint8_t)0U : (uint8_t)(worn + (worn < UINT8_MAX ? 1U : 0U));
    job = (uint8_t)JOB_NONE;
    if (done == (uint8_t)JOB_LATCH) {
        begin_latch((uint8_t)JOB_LATCH_AGAIN);
    } else if (wrong != 0U && done == (uint8_t)JOB_BUDGET) {
        budget_due = true;
    } else if (wrong != 0U && done == (uint8_t)JOB_LATCH_AGAIN) {
        latch_due = true;
    }
}

/* One step a tick: begin a record, write one byte that differs, or look at what was written. */
void store_step(void)
{
    if ((EECR & _BV(EEPE)) != 0U) {
        return;
    }
    if (job == (uint8_t)JOB_NONE) {
        begin_next();
        return;
    }
    while (at < size && read_cell((uint16_t)(place + at)) == buffer[at]) {
        at++;
    }
    if (at == size) {
        finish();
        return;
    }
    write_cell((uint16_t)(place + at), buffer[at]);
    at++;
}

bool store_sound(void)
{
    return worn < STORE_WORN_MOST;
}
