// The regularized incomplete gamma and beta functions in double precision, and the derivative of a gamma draw by its
// concentration. Sources: DLMF 8.11.4 (series), 8.9.2 and 8.17.22 (continued fractions), 8.12.3 (Temme's uniform expansion);
// Figurnov, Mohamed, Mnih, "Implicit reparameterization gradients" (2018). Next: `double-gamma.h`.
#pragma once
#include "double-gamma.h"
#include "scalar-math.h"

namespace latently {
namespace doubles {

constexpr int mostTerms = 20000;
constexpr double precise = 1e-16;

// log(1 + x) - x without cancellation near 0.
inline double LogOnePlusLess(double x) {
  if (std::abs(x) > 0.3) return std::log1p(x) - x;
  double sum = 0, power = x;
  for (int k = 2; k < 60; k++) {
    power *= -x;
    sum += power / k;
    if (std::abs(power) < precise * std::abs(sum)) break;
  }
  return sum;
}

// log(x / mean) - (x - mean) / mean.
inline double LogRatioLess(double x, double mean) {
  const double distance = (x - mean) / mean;
  return distance < -0.5 ? std::log(x / mean) - distance : LogOnePlusLess(distance);
}

// x^a exp(-x) / Gamma(a): by Stirling for large a.
inline double GammaDensity(double a, double x) {
  if (a >= large)
    return std::sqrt(a / (2 * pi)) * std::exp(a * LogRatioLess(x, a) - StirlingCorrection(a));
  if (x > 1e4) return 0;
  const double half = std::exp(-x / 2);
  return std::pow(x, a) * half * half * a / std::tgamma(a + 1);
}

// A value and its derivative by a.
struct Dual {
  double value, slope;
};

// The sum of x^n / ((a + 1) ... (a + n)): the lower function is this times the density over a.
inline Dual GammaSeries(double a, double x) {
  Dual term{1, 0}, sum{1, 0};
  for (int n = 1; n < mostTerms; n++) {
    const double factor = 1 / (a + n);
    term = {term.value * x * factor, (term.slope - term.value * factor) * x * factor};
    sum = {sum.value + term.value, sum.slope + term.slope};
    if (term.value < precise * sum.value && std::abs(term.slope) < precise * std::abs(sum.slope)) break;
  }
  return sum;
}

struct Convergent {
  Dual top, bottom;
};

// The next convergent: across of the present one and up of the one before, whose derivatives by a are -1 and n.
inline Convergent Next(const Convergent& at, const Convergent& before, double across, double up, int n) {
  const auto next = [&](const Dual& now, const Dual& then) {
    return Dual{across * now.value + up * then.value, across * now.slope - now.value + up * then.slope + n * then.value};
  };
  return {next(at.top, before.top), next(at.bottom, before.bottom)};
}

inline void Scale(Convergent& convergent, double by) {
  for (Dual* dual : {&convergent.top, &convergent.bottom}) *dual = {dual->value * by, dual->slope * by};
}

// The upper function over the density: a continued fraction, whose convergents are scaled so that nothing overflows.
inline Dual GammaFraction(double a, double x) {
  Convergent at{{1, 0}, {x - a + 1, -1}}, before{{0, 0}, {1, 0}};
  Scale(before, 1 / at.bottom.value);
  Scale(at, 1 / at.bottom.value);
  Dual result{at.top.value, -at.top.value * at.bottom.slope};
  for (int n = 1; n < mostTerms; n++) {
    Convergent next = Next(at, before, x + 2 * n + 1 - a, -n * (n - a), n);
    const double scale = 1 / next.bottom.value;
    before = at;
    Scale(before, scale);
    Scale(next, scale);
    at = next;
    const Dual last = result;
    result = {at.top.value, at.top.slope - at.top.value * at.bottom.slope};
    const bool still = std::abs(result.value - last.value) < precise * result.value;
    if (still && std::abs(result.slope - last.slope) < 1e-14 * std::abs(result.slope)) break;
  }
  return result;
}

// The smaller of the two functions for large a, P below a and Q above.
inline double SmallerGamma(double a, double x) {
  static const double first[] = {0.39192631785224378e-4, -0.178755144032921811e-3, 0.352733686067019400e-3, 0.00115740740740740741,
                                 -0.0148148148148148148, 0.0833333333333333333,    -0.333333333333333333};
  static const double second[] = {0.205761316872427984e-3, -0.990226337448559671e-3, 0.00264550264550264550,
                                  -0.00347222222222222222, -0.00185185185185185185};
  const double half = -LogRatioLess(x, a), side = x < a ? -1 : 1, eta = side * std::sqrt(2 * half);
  const double rest = Horner(first, eta) + Horner(second, eta) / a;
  return 0.5 * std::erfc(std::sqrt(a * half)) + side * rest * std::exp(-a * half) / std::sqrt(2 * pi * a);
}

// From here on the uniform expansion is exact to 1e-14.
constexpr double uniform = 1e5;

inline double LowerGamma(double a, double x) { return GammaDensity(a, x) / a * GammaSeries(a, x).value; }
inline double UpperGamma(double a, double x) { return GammaDensity(a, x) * GammaFraction(a, x).value; }

// P(a, x), the distribution function of the gamma distribution.
inline double IncompleteGamma(double a, double x) {
  if (x == 0) return 0;
  if (!(a > 0 && x > 0)) return nan;
  if (std::isinf(a) || std::isinf(x)) return std::isinf(a) ? 0 : 1;
  if (a > uniform) return x < a ? SmallerGamma(a, x) : 1 - SmallerGamma(a, x);
  return x < a + 1 ? LowerGamma(a, x) : 1 - UpperGamma(a, x);
}

// Q(a, x) = 1 - P(a, x).
inline double ComplementaryIncompleteGamma(double a, double x) {
  if (!(a > 0 && x >= 0)) return nan;
  if (x == 0) return 1;
  if (std::isinf(a) || std::isinf(x)) return std::isinf(x) ? 0 : 1;
  if (a > uniform) return x < a ? 1 - SmallerGamma(a, x) : SmallerGamma(a, x);
  return x < a + 1 ? 1 - LowerGamma(a, x) : UpperGamma(a, x);
}

// The Wilson-Hilferty form of the derivative below; its relative error is of order 1 / a.
inline double CentralGammaSlope(double a, double x) {
  const double c = std::cbrt(x / a), z = 3 * std::sqrt(a) * (c - 1 + 1 / (9 * a));
  return c * c * c + 3 * a * c * c * (1 / (9 * a * a) - z / (6 * a * std::sqrt(a)));
}

// dx/da of a gamma draw at a fixed quantile, -(dP/da) / (dP/dx): the density cancels.
inline double GammaSampleGradient(double a, double x) {
  if (x == 0) return 0;
  if (!(a > 0 && x > 0)) return nan;
  if (a > 1e6) return CentralGammaSlope(a, x);
  if (x < a + 1) {
    const Dual sum = GammaSeries(a, x);
    return -(x / a) * (sum.value * (std::log(x) - Digamma(a + 1)) + sum.slope);
  }
  const Dual fraction = GammaFraction(a, x);
  return x * (fraction.value * (std::log(x) - Digamma(a)) + fraction.slope);
}

inline double NotZero(double v) { return std::abs(v) < 1e-300 ? 1e-300 : v; }

// The continued fraction of the incomplete beta function by Lentz's method.
inline double BetaFraction(double a, double b, double x) {
  double c = 1, d = 1 / NotZero(1 - (a + b) * x / (a + 1)), value = d, change = 0;
  const auto take = [&](double term) {
    d = 1 / NotZero(1 + term * d);
    c = NotZero(1 + term / c);
    change = d * c;
    value *= change;
  };
  for (int m = 1; m < mostTerms; m++) {
    take(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
    take(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
    if (std::abs(change - 1) < precise) break;
  }
  return value;
}

// x^a (1 - x)^b / B(a, b): by Stirling where both are large.
inline double BetaDensity(double a, double b, double x) {
  if (std::fmin(a, b) < large) return std::exp(a * std::log(x) + b * std::log1p(-x) - LogBeta(a, b));
  const double total = a + b, exponent = a * LogRatioLess(x, a / total) + b * LogRatioLess(1 - x, b / total);
  const double correction = StirlingCorrection(total) - StirlingCorrection(a) - StirlingCorrection(b);
  return std::sqrt(a / (2 * pi) * (b / total)) * std::exp(exponent + correction);
}

// I(a, b, x), the distribution function of the beta distribution.
inline double IncompleteBeta(double a, double b, double x) {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return nan;
  if (x == 0 || x == 1) return x;
  const double density = BetaDensity(a, b, x);
  const bool below = x < (a + 1) / (a + b + 2);
  return below ? density / a * BetaFraction(a, b, x) : 1 - density / b * BetaFraction(b, a, 1 - x);
}

}  // namespace doubles
}  // namespace latently
