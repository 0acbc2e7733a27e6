// What an application's memory and a plan's tensors have in common: pixels, channels and how their numbers change.

// Transfer functions of IEC 61966-2-1 (sRGB); 0: none, 1: decode, 2: encode.
layout(constant_id = 1) const uint transfer = 0u;

float transferred(float v) {
    if (transfer == 1u) return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
    if (transfer == 2u) return v <= 0.0031308 ? v * 12.92 : 1.055 * pow(v, 1.0 / 2.4) - 0.055;
    return v;
}
