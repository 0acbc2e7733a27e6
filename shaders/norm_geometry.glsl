// What the normalization kernels share: x [outer, rows, groups * width], statistics per (outer, group).
// GROUPS4: width is 1, and four groups go together. WIDTH4: four channels of one group go together. `groups` and
// `width` of params count these steps.
#if defined(GROUPS4) || defined(WIDTH4)
#define VEC4
#endif
#include "common.glsl"
#include "step_state.glsl"
layout(constant_id = 1) const uint has_state = 0u;

// G is the type of a statistic.
#ifdef GROUPS4
#define G vec4
#define INPUT_G INPUT4
#define OUTPUT_G OUTPUT4
#define LOAD_G LOAD4
#else
#define G float
#define INPUT_G INPUT1
#define OUTPUT_G OUTPUT1
#define LOAD_G LOAD1
#endif
#if defined(WIDTH4)
#define TOTAL(v) dot(v, vec4(1.0))
#define FIRST(v) v.x
#define LANES 4u
#else
#define TOTAL(v) v
#define FIRST(v) v
#define LANES 1u
#endif
// One value per channel, always by a texel buffer: four storage buffers are all that a device must have.
#define CHANNEL_INPUT(slot, name) layout(set = 0, binding = slot) uniform samplerBuffer name;
#ifdef VEC4
#define LOAD_CHANNEL(name, index) texelFetch(name, int(index))
#else
#define LOAD_CHANNEL(name, index) texelFetch(name, int(index)).x
#endif

#define NORM_MEMBERS  \
    uint outer;       \
    uint rows;        \
    uint groups;      \
    uint width;       \
    uint sample_rows;
#include "live_rows.glsl"
