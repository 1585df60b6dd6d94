/* SR3: how long the table has been at rest, and whether the rest a return needs next has been taken.  Counts; moves nothing. */
#include "rest.h"

#define REST_ZONE_SLACK_CDEG 10     /* a zone is entered this far inside its edge, so that noise on the edge resets nothing */
#define REST_PLACE_CDEG 200         /* the same place */
#define REST_NONE_CDEG (BOARD_UPRIGHT_CDEG + 300) /* this near to upright rest a return needs no rest */

static uint8_t zone_of(uint8_t zone, int16_t angle_cdeg)
{
    int16_t slack_cdeg = zone == REST_GATE ? (int16_t)0 : (int16_t)REST_ZONE_SLACK_CDEG;
    if (board_within((int16_t)(angle_cdeg - BOARD_GATE_CDEG), (int16_t)(BOARD_GATE_HALF_CDEG - slack_cdeg))) {
        return REST_GATE;
    }
    if (angle_cdeg > BOARD_GATE_CDEG + BOARD_GATE_HALF_CDEG) {
        return REST_BEFORE;
    }
    return angle_cdeg < BOARD_GATE_CDEG - BOARD_GATE_HALF_CDEG ? (uint8_t)REST_PAST : zone;
}

BOARD_ONE_COPY static void count(rest_t *rest, int16_t angle_cdeg, bool at_rest)
{
    bool elsewhere = !board_within((int16_t)(angle_cdeg - rest->place_cdeg), REST_PLACE_CDEG);
    if (rest->zone != REST_GATE && (elsewhere || rest->rest_ms == 0U)) { /* the place is where it stands, not where it last passed */
        rest->rest_ms = 0;
        rest->place_cdeg = angle_cdeg;
    }
    if (at_rest) {
        rest->rest_ms = board_count_pair(rest->rest_ms);
    }
}

static void forget(board_t *board, int16_t angle_cdeg)
{
    rest_t *rest = &board->rest;
    BOARD_BY_REGISTER(rest);
    rest->low_cdeg = board_less(rest->low_cdeg, angle_cdeg);
    if (rest->zone == REST_BEFORE || angle_cdeg > rest->low_cdeg + REST_PLACE_CDEG) {
        rest->done = false;
    }
}

void rest_update(board_t *board)
{
    rest_t *rest = &board->rest;
    BOARD_BY_REGISTER(rest);
    int16_t angle_cdeg = board->angle.angle_cdeg;
    if (board->angle.lost) { /* nobody can tell where the rest would be taken */
        return;
    }
    uint8_t zone = zone_of(rest->zone, angle_cdeg);
    if (zone != rest->zone) {
        rest->zone = zone;
        rest->rest_ms = 0;
    }
    count(rest, angle_cdeg, board->angle.at_rest && !board->drive.brake_released);
    forget(board, angle_cdeg);
    uint16_t asked_ms = zone == REST_GATE ? (uint16_t)BOARD_REST_MS : (uint16_t)BOARD_REST_PAST_GATE_MS;
    if (!rest->done && zone != REST_BEFORE && rest->rest_ms >= asked_ms) {
        rest->done = true;
        rest->done_cdeg = angle_cdeg;
        rest->low_cdeg = angle_cdeg;
    }
    if (board->angle.disputed && rest->done && board->angle.leg < 2U) {
        board->angle.leg++; /* from the next tick on the other sensor's angle counts, and asks for its own rest */
    }
}

void rest_begin_return(board_t *board)
{
    rest_t *rest = &board->rest;
    if (rest->zone == REST_PAST && !board_within((int16_t)(board->angle.angle_cdeg - rest->done_cdeg), REST_PLACE_CDEG)) {
        rest->done = false;
    }
}

uint16_t rest_left_ms(const board_t *board)
{
    const rest_t *rest = &board->rest;
    uint16_t asked_ms = rest->zone == REST_PAST ? (uint16_t)BOARD_REST_PAST_GATE_MS : (uint16_t)BOARD_REST_MS;
    if (rest->done || board->angle.angle_cdeg <= REST_NONE_CDEG) {
        return 0;
    }
    return rest->zone != REST_BEFORE && rest->rest_ms < asked_ms ? (uint16_t)(asked_ms - rest->rest_ms) : asked_ms;
}
