// The rows of pointwise_rows.glsl as functions of the operation's number.

// Series near zero (the next term is below 1e-7 there), Numerical Recipes' erfcc beyond.
float hekla_erf(float v) {
    float s = abs(v);
    if (s < 0.5) {
        float t = v * v;
        return v * (1.1283791671 + t * (-0.3761263890 + t * (0.1128379167 + t * (-0.0268661706 +
                    t * (0.0052239776 - t * 0.0008548327)))));
    }
    // Numerical Recipes' erfcc: fractional error below 1.2e-7 everywhere.
    float t = 1.0 / (1.0 + 0.5 * s);
    float erfc = t * exp(-s * s - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 +
                 t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
    return v < 0.0 ? erfc - 1.0 : 1.0 - erfc;
}
