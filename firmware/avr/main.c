/* The drive board's loop: a millisecond, its inputs, the decision, its outputs.  Decides nothing, knows no register. */
#include "hal.h"

#include <stddef.h>

static board_t board;
static board_in_t in;
static board_out_t out;

BOARD_ONE_COPY static void start(void)
{
    outputs_start();
    contacts_start();
    flash_scan_start();
    board_memory_t memory;
    bool readable = store_load(&memory);
    board_start(&board, readable ? &memory : NULL, clock_reset_cause());
    (void)store_note(&board, clock_reset_cause());
    checks_start(&board);
    analog_start();
    serial_start();
    clock_start();
    analog_settle(&in);
}

static void read_inputs(void)
{
    analog_read(&in);
    contacts_read(&in);
    serial_receive(&in);
    in.self_check_ok = checks_pass(&board);
}

/* One of the three a tick: each takes time, and none is lost by a millisecond.  True: it was at one, and the tick has less for other things. */
static bool remember(void)
{
    checks_keep(&board);
    return (out.save_memory && store_save(&board.memory)) || store_note(&board, 0U) || store_step();
}

int main(void)
{
    start();
    for (;;) {
        clock_wait();
        read_inputs();
        serial_make();
        board_tick(&board, &in, &out);
        outputs_put(&out);
        if (out.tx_count > 0U) {
            serial_send(out.tx);
        }
        if (!remember() && in.rx_count == 0U && !serial_hears()) {
            flash_scan_step();
        }
        clock_tick_done();
    }
}
