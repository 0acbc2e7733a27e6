// What every kernel begins with.
//
// Ranges are bound rounded up to 16 bytes, so a kernel may read and write whole vec4s; the pad lanes past
// a tensor's end hold anything, and nothing may depend on them.

#extension GL_EXT_control_flow_attributes : require
// Loops over register tiles: without unrolling the tiles would lie in memory, indexed at run time.
#define UNROLL [[unroll]]

layout(local_size_x_id = 0) in;
layout(constant_id = 0) const uint group_size = 64u;

// Number of this invocation in the whole dispatch. Groups beyond one row are folded into y
// (engine/kernels/problem.cpp, groups_for). gl_NumWorkGroups is not read, so that a dispatch can be cut.
uint invocation_index() {
    return (gl_WorkGroupID.y * 32768u + gl_WorkGroupID.x) * group_size + gl_LocalInvocationID.x;
}

// Quotient of whole numbers below 2^31 by way of floats, which is many times faster than the integer division of most
// devices: an estimate, one refinement by the remainder's own quotient, and a last correction by one.
uint quotient(uint dividend, uint divisor) {
    float inverse = 1.0 / float(divisor);
    uint q = uint(float(dividend) * inverse);
    q += uint(int(floor(float(int(dividend - q * divisor)) * inverse)));
    int remainder = int(dividend - q * divisor);
    if (remainder < 0) --q;
    if (remainder >= int(divisor)) ++q;
    return q;
}

// Takes the innermost axis off a flat index: its position is returned, the index of the outer axes stays.
uint take_axis(inout uint index, uint size) {
    uint outer = quotient(index, size);
    uint position = index - outer * size;
    index = outer;
    return position;
}

// Inputs that are read four at a time, through a texel buffer where TEXEL is defined: some drivers
// vectorise texel fetches but not storage loads.
#ifdef TEXEL
#define INPUT4(slot, Block, name) layout(set = 0, binding = slot) uniform samplerBuffer name;
#define LOAD4(name, index) texelFetch(name, int(index))
#define INPUT1(slot, Block, name) layout(set = 0, binding = slot) uniform samplerBuffer name;
#define LOAD1(name, index) texelFetch(name, int(index)).x
#else
#define INPUT4(slot, Block, name) layout(set = 0, binding = slot, std430) readonly buffer Block { vec4 data[]; } name;
#define LOAD4(name, index) name.data[index]
#define INPUT1(slot, Block, name) layout(set = 0, binding = slot, std430) readonly buffer Block { float data[]; } name;
#define LOAD1(name, index) name.data[index]
#endif
#define OUTPUT1(slot, Block, name) layout(set = 0, binding = slot, std430) writeonly buffer Block { float data[]; } name;

// What is written of a vec4, as it is stored: packed numbers of 16 bits where HALF is defined. (They are read through texel
// buffers of 16-bit formats, so that reading needs no variant.)
#ifdef HALF
// What is too large becomes infinite on every device: those that cut would make it the largest number, and nobody would see
// the overflow.
uvec2 PACK(vec4 v) {
    vec4 infinite = uintBitsToFloat((floatBitsToUint(v) & 0x80000000u) | 0x7f800000u);
    v = mix(v, infinite, greaterThan(abs(v), vec4(65504.0)));
    return uvec2(packHalf2x16(v.xy), packHalf2x16(v.zw));
}
#define OUTPUT4(slot, Block, name) layout(set = 0, binding = slot, std430) writeonly buffer Block { uvec2 data[]; } name;
#else
#define PACK(value) value
#define OUTPUT4(slot, Block, name) layout(set = 0, binding = slot, std430) writeonly buffer Block { vec4 data[]; } name;
#endif

// T is the element type of kernels that exist for single channels and for four at a time.
#ifdef VEC4
#define T vec4
#define INPUT INPUT4
#define OUTPUT OUTPUT4
#define LOAD LOAD4
#else
#define T float
#define INPUT INPUT1
#define OUTPUT OUTPUT1
#define LOAD LOAD1
#endif
