/* What the Pi is told, and when: status and detail in turn every 10 ms, identity instead of one detail a second.  Decides nothing. */
#include "telemetry.h"

#include "inputs.h"
#include "link.h"
#include "rest.h"

#define TELEMETRY_SECOND_MS 1000U
#define TELEMETRY_FIRMWARE_MAJOR 0U
#define TELEMETRY_FIRMWARE_MINOR 1U

_Static_assert(INPUTS_MEAN_MS == 2U * PROTOCOL_TELEMETRY_PERIOD_MS, "every second frame is a status");
_Static_assert(PROTOCOL_FRAME_BYTES == BOARD_TX_MAX, "a message is what a tick tells");

void telemetry_start(telemetry_t *telemetry, uint8_t reset_cause)
{
    telemetry->reset_cause = reset_cause;
    telemetry->identity_due = true;
}

/* Eight at a time and inline: the AVR takes 8 bytes for a bit and took 18. */
BOARD_IN_PLACE static inline void add(uint8_t *bits, bool set, uint16_t bit)
{
    if (set) {
        *bits = (uint8_t)(*bits | (uint8_t)bit);
    }
}

static uint8_t low_flags(const board_t *board)
{
    uint8_t bits = 0;
    add(&bits, !board->drive.brake_released, PROTOCOL_STATUS_FLAG_BRAKE_SET);
    add(&bits, board->drive.contactor_closed, PROTOCOL_STATUS_FLAG_CONTACTOR_CLOSED);
    add(&bits, board->angle.at_rest, PROTOCOL_STATUS_FLAG_AT_REST);
    add(&bits, board->angle.at_upright, PROTOCOL_STATUS_FLAG_AT_UPRIGHT);
    add(&bits, rest_left_ms(board) == 0U, PROTOCOL_STATUS_FLAG_REST_DONE);
    add(&bits, board->session.returning, PROTOCOL_STATUS_FLAG_RETURNING);
    add(&bits, board->memory.level_wait, PROTOCOL_STATUS_FLAG_LEVEL_WAIT);
    add(&bits, board->session.ladder, PROTOCOL_STATUS_FLAG_LADDER);
    return bits;
}

static uint8_t high_flags(const board_t *board)
{
    const session_t *session = &board->session;
    BOARD_BY_REGISTER(session);
    uint8_t bits = 0;
    add(&bits, board->inputs.mains_present, PROTOCOL_STATUS_FLAG_MAINS >> 8);
    add(&bits, session->half_rate, PROTOCOL_STATUS_FLAG_HALF_RATE >> 8);
    add(&bits, session->return_only, PROTOCOL_STATUS_FLAG_RETURN_ONLY >> 8);
    add(&bits, board->angle.trusted, PROTOCOL_STATUS_FLAG_ANGLE_TRUSTED >> 8);
    add(&bits, session->session_open, PROTOCOL_STATUS_FLAG_SESSION_OPEN >> 8);
    add(&bits, session->warning, PROTOCOL_STATUS_FLAG_WARNING >> 8);
    add(&bits, session->brake_tested, PROTOCOL_STATUS_FLAG_BRAKE_TESTED >> 8);
    add(&bits, session->brake_held, PROTOCOL_STATUS_FLAG_BRAKE_HELD >> 8);
    return bits;
}

static uint8_t contacts(const board_t *board, const board_in_t *in)
{
    uint8_t bits = 0;
    add(&bits, in->estop_a_closed, PROTOCOL_CONTACT_ESTOP_A);
    add(&bits, in->estop_b_closed, PROTOCOL_CONTACT_ESTOP_B);
    add(&bits, in->ankle_left_closed, PROTOCOL_CONTACT_ANKLE_LEFT);
    add(&bits, in->ankle_right_closed, PROTOCOL_CONTACT_ANKLE_RIGHT);
    add(&bits, board->inputs.start.pressed, PROTOCOL_CONTACT_START);
    add(&bits, board->inputs.return_.pressed, PROTOCOL_CONTACT_RETURN);
    add(&bits, board->inputs.ok.pressed, PROTOCOL_CONTACT_OK);
    add(&bits, in->release_pulled, PROTOCOL_CONTACT_RELEASE);
    return bits;
}

static void status(board_t *board, uint8_t data[PROTOCOL_FRAME_BYTES])
{
    protocol_status_t message = {
        .seq = board->telemetry.seq,
        .mode = board->session.mode,
        .command_seq = board->link.command.seq,
        .angle_cdeg = board->angle.angle_cdeg,
        .rate_cdps = board->angle.rate_cdps,
        .current_ma = inputs_mean_ma(&board->inputs),
        .flags = (uint16_t)(low_flags(board) | (uint16_t)((uint16_t)high_flags(board) << 8)),
        .reasons = board->guard.now | board->guard.latched,
    };
    protocol_pack_status(&message, data);
}

static void detail(board_t *board, const board_in_t *in, uint8_t data[PROTOCOL_FRAME_BYTES])
{
    uint16_t rest_ds = board_hundredth(board->rest.rest_ms);
    link_new_challenge(&board->link);
    protocol_detail_t message = {
        .seq = board->telemetry.seq,
        .pot_cdeg = board->angle.pot_cdeg,
        .encoder_cdeg = board->angle.encoder_cdeg,
        .battery_mv = board->inputs.battery_mv,
        .budget_left_ds = board->budget.left_ds,
        .rest_ds = (uint8_t)(rest_ds < 255U ? rest_ds : 255U),
        .contacts = contacts(board, in),
        .challenge = board->link.challenge[0],
        .tick_ms = board->telemetry.tick_ms,
    };
    protocol_pack_detail(&message, data);
}

static void identity(const board_t *board, uint8_t data[PROTOCOL_FRAME_BYTES])
{
    protocol_identity_t message = {
        .seq = board->telemetry.seq,
        .schema = PROTOCOL_SCHEMA_HASH,
        .firmware_major = TELEMETRY_FIRMWARE_MAJOR,
        .firmware_minor = TELEMETRY_FIRMWARE_MINOR,
        .reset_cause = board->telemetry.reset_cause,
        .boot_count = board->memory.boot_count,
        .uptime_s = board->telemetry.uptime_s,
    };
    protocol_pack_identity(&message, data);
}

BOARD_ONE_COPY static void count_time(telemetry_t *telemetry)
{
    telemetry->tick_ms++;
    telemetry->slot_ms++;
    telemetry->second_ms++;
    if (telemetry->second_ms >= TELEMETRY_SECOND_MS) {
        telemetry->second_ms = 0;
        telemetry->uptime_s++;
        telemetry->identity_due = true;
    }
}

void telemetry_update(board_t *board, const board_in_t *in, board_out_t *out)
{
    telemetry_t *telemetry = &board->telemetry;
    count_time(telemetry);
    if (telemetry->slot_ms < PROTOCOL_TELEMETRY_PERIOD_MS) {
        return;
    }
    uint8_t *data = out->tx;
    BOARD_BY_REGISTER(data);
    telemetry->slot_ms = 0;
    telemetry->slot ^= 1U;
    telemetry->seq++;
    if (telemetry->slot == 1U) {
        status(board, data);
    } else if (telemetry->identity_due) {
        telemetry->identity_due = false;
        identity(board, data);
    } else {
        detail(board, in, data);
    }
    out->tx_count = PROTOCOL_FRAME_BYTES;
}
