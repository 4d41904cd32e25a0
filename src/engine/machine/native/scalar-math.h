// Functions that are worked out element by element, in double: quantiles and the derivatives of the gamma function.
// Next: `operations.h`.
#pragma once
#include <cmath>
#include <limits>

namespace latently {

// A polynomial's value by Horner's rule, highest power first.
template <int count>
inline double Horner(const double (&coefficients)[count], double x) {
  double value = coefficients[0];
  for (int i = 1; i < count; i++) value = value * x + coefficients[i];
  return value;
}

// The normal quantile of 1/2 + `middle`, whose distance from the nearer end is `tail`; Wichura (1988), algorithm AS 241, to 1e-16.
inline double NormalQuantileFrom(double middle, double tail) {
  static const double a[] = {2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
                             13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608};
  static const double b[] = {5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
                             5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0};
  static const double c[] = {7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
                             3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734};
  static const double d[] = {1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
                             0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0};
  static const double e[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
                             0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772};
  static const double f[] = {2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
                             0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0};
  if (std::abs(middle) <= 0.425) {
    const double r = 0.180625 - middle * middle;
    return middle * Horner(a, r) / Horner(b, r);
  }
  const double r = std::sqrt(-std::log(tail));
  const double size = r <= 5 ? Horner(c, r - 1.6) / Horner(d, r - 1.6) : Horner(e, r - 5) / Horner(f, r - 5);
  return middle < 0 ? -size : size;
}

inline float NormalQuantile(float p) {
  if (!(p >= 0 && p <= 1)) return std::numeric_limits<float>::quiet_NaN();
  if (p == 0 || p == 1) return p == 0 ? -std::numeric_limits<float>::infinity() : std::numeric_limits<float>::infinity();
  return static_cast<float>(NormalQuantileFrom(p - 0.5, p < 0.5f ? p : 1.0 - p));
}

inline float InverseErrorFunction(float x) {
  const double size = std::abs(static_cast<double>(x));
  if (!(size <= 1)) return std::numeric_limits<float>::quiet_NaN();
  if (size == 1) return std::copysign(std::numeric_limits<float>::infinity(), x);
  return static_cast<float>(NormalQuantileFrom(0.5 * x, 0.5 * (1 - size)) * 0.70710678118654752440);
}

// The logarithm of the gamma function's size; infinite at 0, -1, -2, ...
inline float LogGamma(float x) { return static_cast<float>(std::lgamma(static_cast<double>(x))); }

// The logarithmic derivative of the gamma function: recurrence up to 8, then the asymptotic series; reflection below 0.
inline double DigammaAboveZero(double x) {
  static const double series[] = {-1.0 / 12, 691.0 / 32760, -1.0 / 132, 1.0 / 240, -1.0 / 252, 1.0 / 120, -1.0 / 12};
  double below = 0;
  for (; x < 8; x += 1) below -= 1 / x;
  const double inverse = 1 / (x * x);
  return below + std::log(x) - 0.5 / x + inverse * Horner(series, inverse);
}

inline float Digamma(float x) {
  constexpr double pi = 3.14159265358979323846;
  if (x > 0) return static_cast<float>(DigammaAboveZero(x));
  const double rest = x - std::nearbyint(static_cast<double>(x));
  if (rest == 0) return std::numeric_limits<float>::quiet_NaN();
  return static_cast<float>(DigammaAboveZero(1.0 - x) - pi / std::tan(pi * rest));
}

}  // namespace latently
