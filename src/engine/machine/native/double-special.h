// Functions that are worked out element by element in double precision: the library's own, the error function's relatives and
// Bessel functions (DLMF 10.25.2, 10.40.1). Next: `double-incomplete.h`, `scalar-math.h` for the normal quantile.
#pragma once
#include <cmath>

#include "double-incomplete.h"
#include "scalar-math.h"

namespace latently {
namespace doubles {

inline double Power(double a, double b) { return std::pow(a, b); }
inline double ArcTangent2(double a, double b) { return std::atan2(a, b); }
inline double Sine(double a) { return std::sin(a); }
inline double Cosine(double a) { return std::cos(a); }
inline double Tangent(double a) { return std::tan(a); }
inline double ArcSine(double a) { return std::asin(a); }
inline double ArcCosine(double a) { return std::acos(a); }
inline double ArcTangent(double a) { return std::atan(a); }
inline double HyperbolicSine(double a) { return std::sinh(a); }
inline double HyperbolicCosine(double a) { return std::cosh(a); }
inline double InverseHyperbolicSine(double a) { return std::asinh(a); }
inline double InverseHyperbolicCosine(double a) { return std::acosh(a); }
inline double InverseHyperbolicTangent(double a) { return std::atanh(a); }
inline double ErrorFunction(double a) { return std::erf(a); }
inline double ComplementaryErrorFunction(double a) { return std::erfc(a); }

inline double NormalQuantile(double p) {
  if (!(p >= 0 && p <= 1)) return nan;
  if (p == 0 || p == 1) return p == 0 ? -infinity : infinity;
  return NormalQuantileFrom(p - 0.5, p < 0.5 ? p : 1 - p);
}

inline double InverseErrorFunction(double x) {
  const double size = std::abs(x);
  if (!(size <= 1)) return nan;
  if (size == 1) return std::copysign(infinity, x);
  return NormalQuantileFrom(0.5 * x, 0.5 * (1 - size)) * 0.70710678118654752440;
}

// exp(-x) I(x), order 0 or 1, for x from 0 on: the power series below 20, the expansion for large arguments above.
inline double ScaledBessel(int order, double x) {
  if (x == infinity) return 0;
  double term = 1, sum = 1;
  if (x < 20) {
    const double quarter = x * x / 4;
    for (int k = 1; term > 1e-17 * sum; k++) {
      term *= quarter / (k * (k + order));
      sum += term;
    }
    return std::exp(-x) * sum * (order == 1 ? x / 2 : 1);
  }
  for (int k = 1; k < 40 && std::abs(term) > 1e-17; k++) {
    term *= -(4 * order * order - (2 * k - 1) * (2 * k - 1)) / (8 * k * x);
    sum += term;
  }
  return sum / std::sqrt(2 * pi * x);
}

inline double BesselI0e(double x) { return ScaledBessel(0, std::abs(x)); }
inline double BesselI1e(double x) { return std::copysign(ScaledBessel(1, std::abs(x)), x); }

}  // namespace doubles
}  // namespace latently
