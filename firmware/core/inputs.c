/* Raw inputs to facts: debounced buttons, contacts with their ages, converter counts in units.  Decides nothing. */
#include "inputs.h"

#define INPUTS_PRESS_MS 30U          /* fault 71: contacts bounce 20 ms */
#define INPUTS_RELEASE_MS 10U        /* hold-to-run must let go sooner than it takes hold */
#define INPUTS_MID_SCALE 512
#define INPUTS_BANDGAP_LEAST 207U    /* 1.1 V against 5 V is 225 of 1024; 8 % either way is fault 23 */
#define INPUTS_BANDGAP_MOST 243U

/* The conversions below multiply and shift by whole bytes: a 32-bit division costs an AVR 600 cycles, a shift by six bits 45. */
#define INPUTS_MA_TIMES 12500                /* BOARD_CURRENT_UA_PER_COUNT / 1000 is 12500 / 256 */
#define INPUTS_MV_TIMES UINT32_C(9000)       /* BOARD_BATTERY_UV_PER_COUNT / 1000 is 9000 / 256 */
#define INPUTS_MOST_COUNTS(mv) ((uint16_t)((((uint32_t)(mv) + 1U) * 256U - 1U) / INPUTS_MV_TIMES)) /* the greatest that reads no more */
#define INPUTS_SMOOTH_MV_TIMES UINT32_C(36000) /* the same as 9000 / 256 for counts with six bits more */
#define INPUTS_MEAN_MA_TIMES 625             /* the same as 12500 / 256 for the sum of 20 counts */

static void button_update(button_t *button, bool pressed)
{
    button->edge = false;
    if (pressed == button->pressed) {
        button->steady_ms = 0;
    } else {
        button->steady_ms = board_count8(button->steady_ms);
        if (button->steady_ms >= (pressed ? INPUTS_PRESS_MS : INPUTS_RELEASE_MS)) {
            button->pressed = pressed;
            button->steady_ms = 0;
            button->edge = pressed && button->seen_released;
        }
    }
    if (!button->pressed) {
        button->seen_released = true;
    }
}

/* How fresh a START is and how long it is held matter; RETURN and OK count as they are pressed, and while. */
static void start_update(inputs_t *inputs, const board_in_t *in)
{
    button_update(&inputs->start, in->start_pressed);
    inputs->start_edge_ms = inputs->start.edge ? (uint16_t)0U : board_count(inputs->start_edge_ms);
    inputs->start_held_ms = inputs->start.pressed ? board_count(inputs->start_held_ms) : (uint16_t)0U;
}

static void button_start(button_t *button)
{
    button->pressed = true; /* until seen released, so that nothing held through a reset is a press */
}

static void estop_update(inputs_t *inputs, const board_in_t *in)
{
    bool both = in->estop_a_closed && in->estop_b_closed;
    bool differ = in->estop_a_closed != in->estop_b_closed;
    inputs->estop_disagree_ms = differ ? board_count8(inputs->estop_disagree_ms) : (uint8_t)0U;
    if (inputs->estop_disagree_ms > BOARD_ESTOP_DISAGREE_MS) {
        inputs->estop_cycle_due = true;
    } else if (!in->estop_a_closed && !in->estop_b_closed) {
        inputs->estop_cycle_due = false;
    }
    inputs->estop_closed_ms = both ? board_count(inputs->estop_closed_ms) : (uint16_t)0U;
}

static void ankles_update(inputs_t *inputs, const board_in_t *in)
{
    if (in->ankle_left_closed && in->ankle_right_closed) {
        inputs->ankles_closed_ms = board_count(inputs->ankles_closed_ms);
        inputs->ankle_open_ms = 0;
        return;
    }
    inputs->ankles_closed_ms = 0;
    inputs->ankle_open_ms = board_count8(inputs->ankle_open_ms);
    if (!in->ankle_left_closed) {
        inputs->left_seen_open = true;
    }
    if (!in->ankle_right_closed) {
        inputs->right_seen_open = true;
    }
}

static void supply_update(inputs_t *inputs, const board_in_t *in)
{
    BOARD_BY_REGISTER(inputs);
    uint16_t battery_counts = in->battery_counts & 0x3FFU;
    uint16_t mains_counts = in->mains_counts & 0x3FFU;
    int16_t current_counts = (int16_t)((int16_t)(in->current_counts & 0x3FFU) - INPUTS_MID_SCALE);
    inputs->current_ma = (int16_t)(((int32_t)current_counts * INPUTS_MA_TIMES) >> 8);
    inputs->current_sum_counts = (int16_t)(inputs->current_sum_counts + current_counts);
    inputs->battery_q6 = (uint16_t)(inputs->battery_q6 + battery_counts - board_sixty_fourth(inputs->battery_q6));
    inputs->battery_mv = (uint16_t)((inputs->battery_q6 * INPUTS_SMOOTH_MV_TIMES) >> 16);
    inputs->overvoltage_ms = battery_counts > INPUTS_MOST_COUNTS(BOARD_OVERVOLTAGE_MV) ? board_count8(inputs->overvoltage_ms) : (uint8_t)0U;
    inputs->mains_lost_ms = mains_counts <= INPUTS_MOST_COUNTS(BOARD_MAINS_PRESENT_MV - 1U) ? board_count8(inputs->mains_lost_ms) : (uint8_t)0U;
    inputs->mains_present = inputs->mains_lost_ms == 0U;
}

BOARD_ONE_COPY int16_t inputs_mean_ma(inputs_t *inputs)
{
    int16_t sum_counts = inputs->current_sum_counts;
    inputs->current_sum_counts = 0;
    return (int16_t)(((int32_t)sum_counts * INPUTS_MEAN_MA_TIMES) >> 8);
}

void inputs_start(inputs_t *inputs, const board_memory_t *memory)
{
    BOARD_BY_REGISTER(inputs);
    inputs->estop_cycle_due = memory->estop_cycle_due;
    button_start(&inputs->start);
    button_start(&inputs->return_);
    button_start(&inputs->ok);
    inputs->start_edge_ms = BOARD_FOREVER_MS;
}

void inputs_update(inputs_t *inputs, const board_in_t *in)
{
    bool bandgap_good = in->bandgap_counts >= INPUTS_BANDGAP_LEAST && in->bandgap_counts <= INPUTS_BANDGAP_MOST;
    start_update(inputs, in);
    button_update(&inputs->return_, in->return_pressed);
    button_update(&inputs->ok, in->ok_pressed);
    estop_update(inputs, in);
    ankles_update(inputs, in);
    supply_update(inputs, in);
    inputs->unsound = !in->self_check_ok;
    inputs->bandgap_bad_ms = bandgap_good ? (uint8_t)0U : board_count8(inputs->bandgap_bad_ms);
}
