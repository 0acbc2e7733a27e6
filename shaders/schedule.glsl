// The learning rate as a function of the update (engine/reference/schedule.cpp is the same in double precision).
#define SCHEDULE_MEMBERS  \
    uint kind;            \
    uint warmup;          \
    float period;         \
    float log2_factor;    \
    float peak;           \
    float fall;           \
    float first;          \
    float last;

// Half a cosine from `begin` to `end`. cos(pi x) is -sin(pi (x - .5)), by its series: a driver's own cosine may be off by 5e-4.
float anneal(float begin, float end, float x) {
    float y = 3.14159265358979 * (clamp(x, 0.0, 1.0) - 0.5);
    float s = y * y;
    float sine = y * (1.0 + s * (-1.0 / 6.0 + s * (1.0 / 120.0 + s * (-1.0 / 5040.0 + s * (1.0 / 362880.0 - s / 39916800.0)))));
    return end + 0.5 * (begin - end) * (1.0 - sine);
}
float cosine_curve(float t, float peak, float fall, float first, float last) {
    return t < peak ? anneal(first, 1.0, t / peak) : anneal(1.0, last, (t - peak) / fall);
}
