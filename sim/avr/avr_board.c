/* One ATmega328P in virtual time over libsimavr 1.6: life, exact stops, resets, memory.  No wall clock, no thread, no output.
 * Each cure of simavr's is one function with the reason above it, and a test that fails without it (tests/avr/test_shim.py). */
#include "avr_board.h"

#include <stdarg.h>

static void say_nothing(avr_t *avr, const int level, const char *format, va_list rest)
{
    (void)avr;
    (void)level;
    (void)format;
    (void)rest;
}

/* simavr calls this and then adds 1 + `cycles` itself.  If that would pass the stop, the clock is pulled back so that it lands on it:
 * a stop by a cycle timer overshoots to the next timer, and the trace would depend on how a run is cut in steps. */
static void on_sleep(avr_t *avr, avr_cycle_count_t cycles)
{
    avr_board_t *b = avr->custom.data;
    if ((b->raw & RAW_STOPS) == 0 && avr->cycle + 1 + cycles > b->stop) {
        b->stats.sleep_cycles += b->stop - avr->cycle;
        avr->cycle = b->stop - 1 - cycles;
        b->sleep_cut = true;
    } else {
        b->stats.sleep_cycles += cycles + 1;
    }
}

/* simavr enters an interrupt in no time; the silicon takes four cycles, and four more to wake. */
static void on_interrupt(struct avr_irq_t *irq, uint32_t running, void *param)
{
    const tagged_t *tag = param;
    avr_board_t *b = tag->board;
    (void)irq;
    if (running == 0) {
        return;
    }
    if ((b->raw & RAW_ENTRY) == 0) {
        b->avr->cycle += ENTRY_CYCLES + (b->was_asleep ? WAKE_CYCLES : 0);
    }
    b->was_asleep = false;
    b->stats.isr_count[tag->number]++;
    const uint16_t stack = (uint16_t)(b->avr->data[R_SPL] | (b->avr->data[R_SPH] << 8));
    if (stack < b->stats.stack_least) {
        b->stats.stack_least = stack;
    }
}

/* After a watchdog's reset as after any other the fuses hold the program back for 65 ms; simavr lets it run at once.  A reset from outside
 * is held back by whoever gives it.  What waits for a cycle waits as much longer. */
static void hold_back(avr_board_t *b)
{
    for (avr_cycle_timer_slot_p slot = b->avr->cycle_timers.timer; slot != NULL; slot = slot->next) {
        slot->when += START_UP_CYCLES;
    }
    b->held_until = b->avr->cycle + START_UP_CYCLES;
}

/* Every reset comes through here, the watchdog's too.  simavr has zeroed the input registers, the timers and its own run limit. */
static void on_reset(avr_io_t *io)
{
    avr_board_t *b = (avr_board_t *)((char *)io - offsetof(avr_board_t, io));
    const uint8_t cause = b->next_cause != 0 ? b->next_cause : (b->watchdog->reset_context.wdrf ? CAUSE_WATCHDOG : 0);
    b->cause = cause;
    b->stats.cause = cause;
    b->stats.resets++;
    b->avr->data[R_MCUSR] = (uint8_t)(b->avr->data[R_MCUSR] | b->next_cause);
    b->next_cause = 0;
    b->hold_due = cause == CAUSE_WATCHDOG;
    b->avr->run_cycle_limit = RUN_LIMIT;
    pins_after_reset(b);
    eeprom_after_reset(b, cause);
    edges_after_reset(b);
    event_put(b, EVENT_RESET, cause, (uint16_t)b->stats.resets);
    bridge_update(b);
    serial_after_reset(b);
}

/* An instruction with an address behind RAM or flash crashes the program, but simavr still does it: it would read and write whatever of this
 * process lies there.  A pointer has 16 bits, of bytes or of flash words, and so much room it gets. */
static bool make_room(avr_t *avr)
{
    uint8_t *data = realloc(avr->data, REACH), *flash = realloc(avr->flash, 2 * REACH + 2);
    avr->data = data != NULL ? data : avr->data;
    avr->flash = flash != NULL ? flash : avr->flash;
    if (data == NULL || flash == NULL) {
        return false;
    }
    memset(data + avr->ramend + 1, 0, REACH - avr->ramend - 1U);
    memset(flash + avr->flashend + 3, 0xFF, 2 * REACH + 2 - avr->flashend - 3U); /* behind simavr's own mark of the end */
    return true;
}

static avr_t *load(const char *elf)
{
    elf_firmware_t firmware;
    memset(&firmware, 0, sizeof firmware);
    avr_global_logger_set(say_nothing);
    if (elf_read_firmware(elf, &firmware) != 0 || firmware.flash == NULL) {
        return NULL;
    }
    avr_t *avr = avr_make_mcu_by_name("atmega328p");
    if (avr != NULL) {
        avr_init(avr);
        if (!make_room(avr)) {
            return NULL;
        }
        avr_load_firmware(avr, &firmware);
        avr->codeend = avr->flashend;
        avr->frequency = CLOCK_HZ;
        avr->vcc = avr->avcc = avr->aref = 5000;
        avr->log = LOG_ERROR;
    }
    free(firmware.flash);
    return avr;
}

static void watch_interrupts(avr_board_t *b)
{
    for (uint8_t i = 0; i < b->avr->interrupts.vector_count && i < VECTORS; i++) {
        avr_int_vector_t *vector = b->avr->interrupts.vector[i];
        b->vector_tag[i] = (tagged_t){.board = b, .number = vector->vector};
        avr_irq_register_notify(vector->irq + AVR_INT_IRQ_RUNNING, on_interrupt, &b->vector_tag[i]);
    }
}

avr_board_t *avr_board_new(const char *elf)
{
    avr_t *avr = load(elf);
    avr_board_t *b = avr != NULL ? calloc(1, sizeof *b) : NULL;
    if (b == NULL || (b->plain = plain_new(avr)) == NULL) {
        return NULL;
    }
    b->avr = avr;
    avr->sleep = on_sleep; /* the stock one sleeps in real time */
    avr->custom.data = b;
    avr->run_cycle_limit = RUN_LIMIT;
    b->stats.stack_least = UINT16_MAX;
    for (avr_io_t *io = avr->io_port; io != NULL; io = io->next) {
        b->uart = strcmp(io->kind, "uart") == 0 ? (avr_uart_t *)io : b->uart;
        b->extint = strcmp(io->kind, "extint") == 0 ? (avr_extint_t *)io : b->extint;
        b->watchdog = strcmp(io->kind, "watchdog") == 0 ? (avr_watchdog_t *)io : b->watchdog;
    }
    pins_start(b);
    serial_begin(b);
    eeprom_begin(b);
    edges_begin(b);
    watch_interrupts(b);
    b->io.kind = "lock-step";
    b->io.reset = on_reset;
    avr_register_io(avr, &b->io);
    avr->data[R_MCUSR] = CAUSE_POWER;
    b->stats.cause = CAUSE_POWER;
    return b;
}

void avr_board_free(avr_board_t *b)
{
    b->avr->io_port = b->io.next;
    avr_terminate(b->avr);
    free(b->avr);
    free(b->plain);
    free(b);
}

/* A stop cut the sleep short: finish it, up to the next timer or this stop.  True when this stop comes first. */
static bool sleep_on(avr_board_t *b, uint64_t cycle)
{
    avr_t *avr = b->avr;
    const avr_cycle_timer_slot_p timer = avr->cycle_timers.timer;
    const uint64_t until = (timer != NULL ? timer->when : avr->cycle + 999) + 1;
    const uint64_t to = until > cycle ? cycle : until;
    if (to > avr->cycle) {
        b->stats.sleep_cycles += to - avr->cycle;
        avr->cycle = to;
    }
    b->sleep_cut = until > cycle;
    return until > cycle;
}

static bool watchdog_runs(const avr_board_t *b)
{
    avr_cycle_timer_slot_p slot = b->avr->cycle_timers.timer;
    while (slot != NULL && slot->param != b->watchdog) {
        slot = slot->next;
    }
    return slot != NULL;
}

/* Asleep with interrupts off: simavr ends there, but the watchdog needs no interrupt and resets (fault 42).  Time passes to the next timer. */
static void sleep_deaf(avr_board_t *b, uint64_t cycle)
{
    avr_t *avr = b->avr;
    const uint64_t when = avr->cycle_timers.timer->when;
    const uint64_t to = when < cycle ? when : cycle;
    if (to > avr->cycle) {
        b->stats.sleep_cycles += to - avr->cycle;
        avr->cycle = to;
    }
    if (when <= cycle) {
        (void)avr_cycle_timer_process(avr);
    }
}

/* True: this stop comes before the program may run. */
static bool held(avr_board_t *b, uint64_t cycle)
{
    if (b->hold_due) { /* now every device has had its own reset */
        b->hold_due = false;
        hold_back(b);
    }
    if (b->avr->cycle >= b->held_until) {
        return false;
    }
    b->avr->cycle = b->held_until < cycle ? b->held_until : cycle;
    return b->avr->cycle == cycle;
}

/* One instruction, its cycles and those of an interrupt entered after it written down at its address. */
static void run_watched(avr_board_t *b)
{
    avr_t *avr = b->avr;
    const avr_flashaddr_t pc = avr->pc;
    const uint64_t awake = avr->cycle - b->stats.sleep_cycles;
    const uint16_t covered = avr->state == cpu_Running ? plain_cover(b->plain) : 0;
    avr->run_cycle_count = 1;
    avr->run(avr);
    plain_uncover(b->plain, pc, covered);
    b->profile[pc / 2] += (uint32_t)(avr->cycle - b->stats.sleep_cycles - awake);
}

/* Up to the next timer, interrupt or stop.  After the watchdog's time simavr's own run function is another for once: it resets. */
static void run(avr_board_t *b)
{
    avr_t *avr = b->avr;
    if (b->profile != NULL) {
        run_watched(b);
    } else if ((b->raw & RAW_PLAIN) == 0 && avr->state == cpu_Running && avr->run == avr_callback_run_raw) {
        plain_run(b->plain);
    } else {
        avr->run(avr);
    }
}

int avr_run_to(avr_board_t *b, uint64_t cycle)
{
    avr_t *avr = b->avr;
    b->stop = cycle;
    while (b->stats.dead == 0 && avr->cycle < cycle && !held(b, cycle)) {
        if (avr->state == cpu_Done && watchdog_runs(b)) {
            sleep_deaf(b, cycle);
            continue; /* when its time is over it resets in place of the next instruction */
        }
        if (avr->state == cpu_Sleeping) {
            if (b->sleep_cut && sleep_on(b, cycle)) {
                break;
            }
            b->was_asleep = true;
        } else {
            b->sleep_cut = false; /* was_asleep stays until the interrupt that woke it is entered, an instruction later */
            if ((b->raw & RAW_STOPS) == 0 && avr->run_cycle_count > cycle - avr->cycle) {
                avr->run_cycle_count = cycle - avr->cycle;
            }
        }
        run(b);
        if (avr->state == cpu_Done) {
            b->stats.dead = watchdog_runs(b) ? DEAD_NOT : DEAD_ASLEEP;
        } else if (avr->state == cpu_Crashed || avr->state == cpu_Stopped) {
            b->stats.dead = DEAD_CRASHED;
        }
    }
    return b->stats.dead;
}

void avr_profile(avr_board_t *b, uint32_t *cycles_of_word)
{
    b->profile = cycles_of_word;
    b->avr->run_cycle_limit = cycles_of_word != NULL ? 1 : RUN_LIMIT;
}

uint64_t avr_cycle(const avr_board_t *b)
{
    return b->avr->cycle;
}

uint32_t avr_pc(const avr_board_t *b)
{
    return b->avr->pc;
}

void avr_reset_by(avr_board_t *b, uint8_t cause, uint8_t lose_memory)
{
    if (lose_memory != 0) {
        memset(b->avr->data + 0x100, 0xA5, (size_t)(b->avr->ramend - 0xFF));
    }
    b->next_cause = cause;
    avr_reset(b->avr);
    b->stats.dead = 0;
    b->held_until = 0;
    b->hold_due = false;
    b->sleep_cut = b->was_asleep = false;
}

/* Goes on after a sleep with interrupts off: how a mailbox program waits for its next letter. */
int avr_resume(avr_board_t *b)
{
    if (b->avr->state == cpu_Done) {
        b->avr->state = cpu_Running;
        b->stats.dead = 0;
    }
    return b->stats.dead;
}
