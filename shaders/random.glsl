// The counter-based random numbers (PCG-RXS-M-XS-32 over a hashed counter; Jarzynski and Olano,
// "Hash Functions for GPU Rendering", JCGT 2020). The same bits as engine/reference/random.cpp; a
// test compiles this file as C++ and compares, so it uses only what both languages know.
#ifndef HEKLA_RANDOM_GLSL
#define HEKLA_RANDOM_GLSL

uint random_hash(uint v) {
    uint state = v * 747796405u + 2891336453u;
    uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

uint random_word(uint seed, uint counter, uint stream, uint index) {
    return random_hash(index + random_hash(stream + random_hash(counter + random_hash(seed))));
}

// Uniform in [0, 1): the word's upper 24 bits / 2^24, exact in single precision.
float random_unit(uint seed, uint counter, uint stream, uint index) {
    return float(random_word(seed, counter, stream, index) >> 8u) * (1.0 / 16777216.0);
}

#endif
