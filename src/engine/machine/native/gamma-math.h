// The gamma function's logarithm and its derivative on vectors of doubles: Stirling's series eight steps up, where eight terms of it
// are exact, and back by the product x (x + 1) ... (x + 7). Where two large numbers would cancel - near the zeros at 1 and 2 and
// below 0 - elements are worked out one by one. Next: `scalar-math.h`.
#pragma once
#include "double-math.h"
#include "scalar-math.h"

namespace latently {

// x (x + 1) ... (x + 7) and its derivative; 1 and 0 where x is 8 or more, and needs no steps.
struct RisingProduct {
  Doubles start, product, derivative;
};

inline RisingProduct EightSteps(Doubles x) {
  Doubles product = x, derivative = doubles::Splat(1);
  for (int i = 1; i < 8; i++) {
    const Doubles factor = x + static_cast<double>(i);
    derivative = derivative * factor + product;
    product = product * factor;
  }
  const LongIntegers far = x >= 8.0;
  return {far ? x : x + 8.0, far ? doubles::Splat(1) : product, far ? Doubles{} : derivative};
}

inline Doubles LogGammaDouble(Doubles x) {
  static constexpr double series[] = {-3617.0 / 122400, 1.0 / 156,   -691.0 / 360360, 1.0 / 1188,
                                      -1.0 / 1680,      1.0 / 1260, -1.0 / 360,      1.0 / 12};
  constexpr double halfLogTwoPi = 0.91893853320467274178;
  const RisingProduct steps = EightSteps(x);
  const Doubles inverse = 1.0 / steps.start;
  const Doubles above = (steps.start - 0.5) * (LogarithmDouble(steps.start) - 1.0) + (halfLogTwoPi - 0.5) +
                        inverse * Polynomial(series, inverse * inverse);
  Doubles value = above - LogarithmDouble(steps.product);
  const LongIntegers apart = ~((doubles::Absolute(x - 1.0) > 0.01) & (doubles::Absolute(x - 2.0) > 0.01) & (x > 0.0));
  for (int i = 0; i < laneCount / 2; i++)
    if (apart[i]) value[i] = std::lgamma(x[i]);
  return value;
}

inline Doubles DigammaDouble(Doubles x) {
  static constexpr double series[] = {3617.0 / 8160, -1.0 / 12, 691.0 / 32760, -1.0 / 132, 1.0 / 240, -1.0 / 252, 1.0 / 120, -1.0 / 12};
  const RisingProduct steps = EightSteps(x);
  const Doubles inverse = 1.0 / steps.start, z = inverse * inverse;
  Doubles value = LogarithmDouble(steps.start) - 0.5 * inverse + z * Polynomial(series, z) - steps.derivative / steps.product;
  const LongIntegers apart = ~(x > 0.0);
  for (int i = 0; i < laneCount / 2; i++)
    if (apart[i]) value[i] = Digamma(static_cast<float>(x[i]));
  return value;
}

}  // namespace latently
