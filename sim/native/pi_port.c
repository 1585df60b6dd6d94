/* The Pi's end of the serial line for the fast depth, and what a sick sender makes of good frames.  Never touches the board's state. */
#include "pi_port.h"

#include <math.h>
#include <string.h>

static void sicken(pi_port_t *port, const fault_t *fault, uint8_t data[PROTOCOL_FRAME_BYTES])
{
    protocol_command_t command;
    if (!protocol_unpack_command(data, &command)) {
        return;
    }
    if (fault->send_stale_challenge > 0.0) {
        command.challenge_reply = port->old_reply;
    }
    port->old_reply = command.challenge_reply;
    if (fault->send_stranger > 0.0) {
        command.schema = (uint16_t)(command.schema ^ 0x5A5AU);
    }
    if (fault->send_out_of_range > 0.0) {
        command.rate_cdps = 32000;
        command.permitted_angle_cdeg = 32000;
    }
    if (fault->send_hold_forever > 0.0) {
        command.request = PROTOCOL_REQUEST_FOLLOW;
        command.rate_cdps = 0;
        command.flags = (uint8_t)(command.flags & (uint8_t)~PROTOCOL_COMMAND_FLAG_UNASKED);
    }
    protocol_pack_command(&command, data);
}

uint32_t port_mangle(pi_port_t *port, const fault_t *fault, const uint8_t data[PROTOCOL_FRAME_BYTES], uint8_t out[2 * FRAME_WIRE_BYTES])
{
    uint8_t frame[PROTOCOL_FRAME_BYTES];
    memcpy(frame, data, sizeof frame);
    if (fault->send_frozen > 0.0 && port->has_last) {
        memcpy(frame, port->last, sizeof frame);
    }
    sicken(port, fault, frame);
    memcpy(port->last, frame, sizeof frame);
    port->has_last = true;
    if (fault->send_reordered > 0.0 && !port->has_held) {
        memcpy(port->held, frame, sizeof frame);
        port->has_held = true;
        return 0;
    }
    uint32_t size = frame_encode(frame, out);
    if (port->has_held) {
        size += frame_encode(port->held, out + size);
        port->has_held = false;
    } else if (fault->send_twice > 0.0) {
        size += frame_encode(frame, out + size);
    }
    return size;
}

uint32_t port_rewrite(pi_port_t *port, const fault_t *fault, const uint8_t *data, uint32_t size, uint8_t *out, uint32_t room)
{
    uint32_t written = 0;
    uint8_t frame[PROTOCOL_FRAME_BYTES];
    for (uint32_t i = 0; i < size && written + 2U * FRAME_WIRE_BYTES <= room; i++) {
        if (frame_feed(&port->out_watch, data[i], frame)) {
            written += port_mangle(port, fault, frame, out + written);
        }
    }
    return written;
}

#define RESTARTED_AFTER_MS 100U /* hardware/drive/link.py: a board whose numbers go back is a new one only after a silence ... */
#define RESTARTED_RUN 4U        /* ... and four frames that count up */
#define NOT_SENDING_MS 200U

static bool restarted(pi_port_t *port, uint32_t now_ms, uint8_t seq)
{
    const uint8_t step = (uint8_t)(seq - port->stray);
    const bool follows = port->has_stray && step > 0 && step < 16;
    port->run = (uint8_t)(follows ? port->run + 1 : 1);
    port->stray = seq;
    port->has_stray = true;
    return port->run >= RESTARTED_RUN && now_ms - port->newest_ms > RESTARTED_AFTER_MS;
}

/* Only frames newer than every one before; the half ring ahead counts as newer. */
static bool accepts(pi_port_t *port, uint32_t now_ms, uint8_t seq)
{
    const uint8_t ahead = (uint8_t)(seq - port->newest);
    if (port->gated && (ahead == 0 || ahead >= 128) && !restarted(port, now_ms, seq)) {
        return false;
    }
    port->gated = true;
    port->newest = seq;
    port->newest_ms = now_ms;
    port->has_stray = false;
    port->run = 0;
    return true;
}

static void take_status(pi_port_t *port, uint32_t now_ms)
{
    port->has_status = true;
    port->status_ms = now_ms;
    if (port->sent_any && port->status.command_seq != port->echoed) {
        port->echoed = port->status.command_seq;
        port->round_trip_s = (double)(now_ms - port->sent_ms[port->echoed]) * 0.001;
    }
}

double port_round_trip_s(const pi_port_t *port, uint32_t now_ms)
{
    const double measured = port->round_trip_s > 0.0 ? port->round_trip_s : HUGE_VAL;
    if (!port->sent_any || port->seq == port->echoed || now_ms - port->sent_ms[port->seq] > NOT_SENDING_MS) {
        return measured;
    }
    const double waiting = (double)(now_ms - port->sent_ms[(uint8_t)(port->echoed + 1U)]) * 0.001;
    return fmax(measured, waiting);
}

static void take(pi_port_t *port, uint32_t now_ms, const uint8_t frame[PROTOCOL_FRAME_BYTES])
{
    const bool known = frame[0] == PROTOCOL_ID_STATUS || frame[0] == PROTOCOL_ID_DETAIL || frame[0] == PROTOCOL_ID_IDENTITY;
    if (!known || !accepts(port, now_ms, frame[1])) {
        return;
    }
    if (protocol_unpack_status(frame, &port->status)) {
        take_status(port, now_ms);
    } else if (protocol_unpack_detail(frame, &port->detail)) {
        port->has_detail = true;
        port->detail_ms = now_ms;
    } else if (protocol_unpack_identity(frame, &port->identity)) {
        port->has_identity = true;
        port->identity_ms = now_ms;
    }
}

void port_hear(pi_port_t *port, uint32_t now_ms, const uint8_t *data, uint32_t size)
{
    uint8_t frame[PROTOCOL_FRAME_BYTES];
    for (uint32_t i = 0; i < size; i++) {
        if (frame_feed(&port->in, data[i], frame)) {
            take(port, now_ms, frame);
        }
    }
}
