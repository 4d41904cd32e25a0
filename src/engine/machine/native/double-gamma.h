// The logarithm of the gamma function and its derivatives in double precision, element by element. Sources: DLMF 5.11.1
// (Stirling), 5.11.2 and 5.5.4 (digamma); Moshier, Cephes (1989), for the Hurwitz zeta function by Euler and Maclaurin.
// Left out: incomplete gamma functions (`double-incomplete.h`).
#pragma once
#include <cmath>

#include "double-arithmetic.h"

namespace latently {
namespace doubles {

constexpr double pi = 3.14159265358979323846;

// From here on nine terms of Stirling's series are exact to 1e-16.
constexpr double large = 10;

// The Bernoulli numbers B2, B4, ..., B18.
constexpr double bernoulli[] = {1.0 / 6,         -1.0 / 30, 1.0 / 42,         -1.0 / 30,      5.0 / 66,
                                -691.0 / 2730.0, 7.0 / 6,   -3617.0 / 510.0, 43867.0 / 798.0};

inline double LogGamma(double x) { return std::lgamma(x); }

// log Gamma(x) = (x - 1/2) log x - x + log(2 pi) / 2 + this, for x from 10 on.
inline double StirlingCorrection(double x) {
  const double inverse = 1 / (x * x);
  double sum = 0;
  for (int k = 9; k >= 1; k--) sum = sum * inverse + bernoulli[k - 1] / (2 * k * (2 * k - 1));
  return sum / x;
}

// log Gamma(x + d) - log Gamma(x) for positive x and d, without cancellation.
inline double LogGammaDifference(double x, double d) {
  double shifted = 0;
  for (; x < large; x++) shifted += std::log1p(d / x);
  const double end = x + d, correction = StirlingCorrection(end) - StirlingCorrection(x);
  return (x - 0.5) * std::log1p(d / x) + d * (std::log(end) - 1) + correction - shifted;
}

inline double LogBeta(double a, double b) {
  const double small = std::fmin(a, b), big = std::fmax(a, b);
  return std::lgamma(small) - LogGammaDifference(big, small);
}

// Not a number at 0, -1, -2, ...
inline double Digamma(double x) {
  if (x <= 0) {
    if (x == std::floor(x)) return nan;
    return Digamma(1 - x) - pi / std::tan(pi * (x - std::nearbyint(x)));
  }
  double shifted = 0;
  for (; x < large; x++) shifted += 1 / x;
  const double inverse = 1 / (x * x);
  double sum = 0;
  for (int k = 9; k >= 1; k--) sum = (sum + bernoulli[k - 1] / (2 * k)) * inverse;
  return std::log(x) - 0.5 / x - sum - shifted;
}

// What zeta(x, q) is beyond its first terms: `last` is the last of them, w^-x.
inline double ZetaTail(double x, double w, double last, double sum) {
  // (2k)! / B2k
  static const double divisors[] = {12.0,
                                    -720.0,
                                    30240.0,
                                    -1209600.0,
                                    47900160.0,
                                    -1.8924375803183791606e9,
                                    7.47242496e10,
                                    -2.950130727918164224e12,
                                    1.1646782814350067249e14,
                                    -4.5979787224074726105e15,
                                    1.8152105401943546773e17,
                                    -7.1661652561756670113e18};
  double total = sum + last * w / (x - 1) - 0.5 * last, factor = 1, k = 0;
  for (const double divisor : divisors) {
    factor *= x + k;
    last /= w;
    const double term = factor * last / divisor;
    total += term;
    if (std::abs(term / total) < 1e-17) break;
    factor *= x + k + 1;
    last /= w;
    k += 2;
  }
  return total;
}

// The Hurwitz zeta function, the sum of (q + k)^-x over k from 0 on; not a number below x = 1.
inline double Zeta(double x, double q) {
  if (x == 1) return infinity;
  if (!(x > 1) || std::isnan(q)) return nan;
  if (q <= 0) {
    const bool even = std::fmod(x, 2) == 0;
    if (q == std::floor(q)) return even ? infinity : nan;
    if (x != std::floor(x)) return nan;
  }
  const auto power = [x](double base) { return x == 2 ? 1 / (base * base) : std::pow(base, -x); };
  double at = q, last = power(q), sum = last;
  for (int i = 0; i < 9 || at <= 9; i++) {
    at += 1;
    last = power(at);
    sum += last;
    if (std::abs(last) <= 1e-17 * std::abs(sum)) return sum;
  }
  return ZetaTail(x, at, last, sum);
}

// The derivative of order n of digamma.
inline double Polygamma(double n, double x) {
  if (n == 0) return Digamma(x);
  if (n != std::floor(n)) return nan;
  const double size = std::tgamma(n + 1) * Zeta(n + 1, x);
  return std::fmod(n, 2) == 0 ? -size : size;
}

}  // namespace doubles
}  // namespace latently
