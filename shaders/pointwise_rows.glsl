// The pointwise operations: one row each, read by the shaders and, as C++ in double precision, by
// the reference. An expression uses
//   x      the input              y     the output (what forward computed)
//   dy     the output's gradient  a     the row's one parameter (slope, alpha)
// and only what both languages know: arithmetic, comparison, ?:, exp, log, tanh, sqrt, abs,
// max, min, and hekla_erf.
//
// UNARY(name, forward, gradient, needs)   needs: what the gradient reads: 0 = neither, 1 = x, 2 = y
// BINARY(name, forward)   operands l and r; gradients are made of other operations (engine/ops/binary.cpp)
#ifdef UNARY
UNARY(relu, x < 0.0 ? 0.0 : x, y > 0.0 ? dy : 0.0, 2)  // a NaN stays one
UNARY(leaky_relu, x > 0.0 ? x : a * x, x > 0.0 ? dy : a * dy, 1)
UNARY(elu, x > 0.0 ? x : a * (exp(x) - 1.0), y > 0.0 ? dy : dy * (y + a), 2)
UNARY(sigmoid, 1.0 / (1.0 + exp(-x)), dy * y * (1.0 - y), 2)
UNARY(tanh, tanh(x), dy * (1.0 - y * y), 2)
UNARY(gelu, 0.5 * x * (1.0 + hekla_erf(x * 0.70710678118654752)),
      dy * (0.5 * (1.0 + hekla_erf(x * 0.70710678118654752)) + x * 0.39894228040143268 * exp(-0.5 * x * x)), 1)
UNARY(silu, x / (1.0 + exp(-x)), dy * (1.0 + x * (1.0 - 1.0 / (1.0 + exp(-x)))) / (1.0 + exp(-x)), 1)
UNARY(softplus, max(x, 0.0) + log(1.0 + exp(-abs(x))), dy / (1.0 + exp(-x)), 1)
UNARY(exp, exp(x), dy * y, 2)
UNARY(log, log(x), dy / x, 1)
UNARY(sqrt, sqrt(x), 0.5 * dy / y, 2)
UNARY(abs, abs(x), x < 0.0 ? -dy : (x > 0.0 ? dy : 0.0), 1)
UNARY(square, x * x, 2.0 * dy * x, 1)
UNARY(negate, -x, -dy, 0)
UNARY(scale, a * x, a * dy, 0)
UNARY(shift, x + a, dy, 0)
#endif
#ifdef BINARY
BINARY(add, l + r)
BINARY(subtract, l - r)
BINARY(multiply, l * r)
BINARY(divide, l / r)
BINARY(maximum, max(l, r))
BINARY(minimum, min(l, r))
#endif
