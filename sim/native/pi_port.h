/* The Pi's end of the serial line for the fast depth: commands out, telemetry in, through the firmware's own codec;
 * and what a sick sender makes of good frames (faults 28, 29, 35..38).  Never touches the board's state. */
#ifndef SIM_PI_PORT_H
#define SIM_PI_PORT_H

#include <stdbool.h>

#include "../../firmware/core/frame.h"
#include "world_api.h"

enum { PORT_SEEN = 256 };

typedef struct {
    frame_decoder_t in, out_watch;
    protocol_status_t status;
    protocol_detail_t detail;
    protocol_identity_t identity;
    uint32_t status_ms, detail_ms, identity_ms;
    bool has_status, has_detail, has_identity;
    bool gated;                          /* a first frame was accepted; from then on only newer ones, as hardware/drive/link.py */
    uint8_t newest, stray, run;
    bool has_stray;
    uint32_t newest_ms;
    uint8_t seq;
    bool sent_any;
    uint32_t sent_ms[PORT_SEEN];
    uint8_t echoed;
    double round_trip_s;
    uint8_t last[PROTOCOL_FRAME_BYTES], held[PROTOCOL_FRAME_BYTES];
    bool has_last, has_held;
    uint16_t old_reply;
} pi_port_t;

/* One frame as a sick sender sends it; returns the bytes for the wire (0, 1 or 2 frames). */
uint32_t port_mangle(pi_port_t *port, const fault_t *fault, const uint8_t data[PROTOCOL_FRAME_BYTES], uint8_t out[2 * FRAME_WIRE_BYTES]);
/* Bytes written by the real link while such a fault is on: whole frames go through port_mangle, anything else is lost. */
uint32_t port_rewrite(pi_port_t *port, const fault_t *fault, const uint8_t *data, uint32_t size, uint8_t *out, uint32_t room);
/* The newest measured command-to-echo time, or how long the oldest one has waited since; infinity before the first. */
double port_round_trip_s(const pi_port_t *port, uint32_t now_ms);
void port_hear(pi_port_t *port, uint32_t now_ms, const uint8_t *data, uint32_t size);

#endif
