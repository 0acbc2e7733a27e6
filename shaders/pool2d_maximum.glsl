// Which value of a window is its maximum: the first largest; a NaN beats everything and stays.
#define lowest uintBitsToFloat(0xff800000u)  // -infinity
#ifdef VEC4
#define MASK bvec4
#define INDEX ivec4
MASK beats(vec4 v, vec4 best) {
    return bvec4(v.x > best.x || isnan(v.x), v.y > best.y || isnan(v.y), v.z > best.z || isnan(v.z), v.w > best.w || isnan(v.w));
}
MASK is_positive(vec4 v) { return greaterThan(v, vec4(0.0)); }
MASK is_at(ivec4 l, int position) { return equal(l, ivec4(position)); }
#else
#define MASK bool
#define INDEX int
MASK beats(float v, float best) { return v > best || isnan(v); }
MASK is_positive(float v) { return v > 0.0; }
MASK is_at(int l, int position) { return l == position; }
#endif
