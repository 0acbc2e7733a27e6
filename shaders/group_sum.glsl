// Sum over a workgroup by a fixed tree; every invocation calls it, all get the result. group_size is a power of two.
shared float group_partial[group_size];
float group_sum(float v) {
    uint lane = gl_LocalInvocationID.x;
    group_partial[lane] = v;
    barrier();
    for (uint width = group_size / 2u; width > 0u; width /= 2u) {
        if (lane < width) group_partial[lane] += group_partial[lane + width];
        barrier();
    }
    float result = group_partial[0];
    barrier();
    return result;
}
