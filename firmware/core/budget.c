/* SR2 and the board's share of SR15: inverted time used, time a return would take, time since an answer.  Counts; moves nothing. */
#include "budget.h"

#include "rest.h"

#define BUDGET_TICK_MS 100U
#define BUDGET_SAVE_DS 50U          /* EEPROM wear: every 5 s */
#define BUDGET_MARGIN_DS 53U        /* the Pi's last chance, with the warning beside it, 2 s; starts and stops 2.2 s; half a degree of sensor error 1 s */
#define BUDGET_HALF_RATE_TIMES UINT32_C(8738) /* degrees/100 at half rate to tenths of a second: 10 / 75, times 65536 */

static void charge_reset(board_t *board)
{
    uint16_t used_ds = (uint16_t)(board->memory.inverted_ds + (uint16_t)(BOARD_RESET_CHARGE_MS / UINT32_C(100)));
    board->memory.inverted_ds = used_ds < BUDGET_MOST_DS ? used_ds : BUDGET_MOST_DS;
    board->save = true;
}

/* A half-rate return from here until nobody is inverted, its rest included.  One still going down must stop first and come back. */
static uint16_t return_ds(const board_t *board)
{
    int16_t rate_cdps = board_more(board->angle.rate_cdps, 0);
    int16_t way_cdeg = (int16_t)(board->angle.angle_cdeg + (rate_cdps >> 1) + (rate_cdps >> 3));
    if (board->angle.angle_cdeg <= 0) {
        return 0;
    }
    uint16_t move_ds = (uint16_t)(((uint32_t)(uint16_t)way_cdeg * BUDGET_HALF_RATE_TIMES) >> 16);
    return (uint16_t)(move_ds + board_hundredth(rest_left_ms(board)) + BUDGET_MARGIN_DS);
}

static void count_inverted(board_t *board)
{
    budget_t *budget = &board->budget;
    if (board->angle.angle_cdeg <= 0 || board->memory.inverted_ds >= BUDGET_MOST_DS) {
        return;
    }
    board->memory.inverted_ds++;
    budget->unsaved_ds++;
    if (budget->unsaved_ds >= BUDGET_SAVE_DS) {
        budget->unsaved_ds = 0;
        board->save = true;
    }
}

/* A session is over when upright for 30 s with both locks seen open; only then is its time given back. */
static void clear_session(board_t *board)
{
    inputs_t *inputs = &board->inputs;
    budget_t *budget = &board->budget;
    if (!board->angle.at_upright || board->session.session_open) {
        budget->upright_ms = 0;
        inputs->left_seen_open = false;
        inputs->right_seen_open = false;
        return;
    }
    budget->upright_ms = board_count(budget->upright_ms);
    if (budget->upright_ms >= BOARD_SESSION_CLEAR_MS && inputs->left_seen_open && inputs->right_seen_open &&
        board->memory.inverted_ds > 0U) {
        board->memory.inverted_ds = 0;
        board->save = true;
    }
}

static void count_answer(board_t *board)
{
    budget_t *budget = &board->budget;
    BOARD_BY_REGISTER(budget);
    const inputs_t *inputs = &board->inputs;
    if (board->angle.angle_cdeg <= 0 || inputs->ok.edge || inputs->start.edge || inputs->return_.edge) {
        budget->unanswered_ms = 0;
    } else if (budget->unanswered_ms < BOARD_ANSWER_MS) {
        budget->unanswered_ms++;
    }
}

bool budget_unanswered(const board_t *board)
{
    BOARD_BY_REGISTER(board);
    return board->budget.unanswered_ms >= BOARD_ANSWER_MS;
}

bool budget_overdue(const board_t *board)
{
    return board->budget.short_ || budget_unanswered(board);
}

/* A reset in a session, or wherever somebody may be hanging, has lost up to 5 s of count. */
void budget_start(board_t *board)
{
    board->budget.charge_due = true;
    if (board->memory.inverted_ds > BUDGET_MOST_DS) { /* no record of ours: a sum with it would begin at zero again */
        board->memory.inverted_ds = BUDGET_MOST_DS;
    }
    board->budget.left_ds = (uint16_t)(BUDGET_MOST_DS - board->memory.inverted_ds);
}

void budget_update(board_t *board)
{
    budget_t *budget = &board->budget;
    if (!board->angle.ready) {
        return;
    }
    if (budget->charge_due) {
        budget->charge_due = false;
        if (board->memory.inverted_ds > 0U || !board->angle.at_upright) {
            charge_reset(board);
        }
    }
    clear_session(board);
    count_answer(board);
    budget->tick_ms++;
    if (budget->tick_ms >= BUDGET_TICK_MS) {
        budget->tick_ms = 0;
        count_inverted(board);
        budget->needed_ds = return_ds(board);
        budget->left_ds = (uint16_t)(BUDGET_MOST_DS - board->memory.inverted_ds);
        budget->spent = budget->left_ds == 0U && board->angle.angle_cdeg > 0;
        budget->short_ = budget->left_ds <= budget->needed_ds && board->angle.angle_cdeg > 0;
    }
}
