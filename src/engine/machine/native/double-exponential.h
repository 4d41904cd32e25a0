// Exponentials and logarithms of vectors of doubles, within about one unit in the last place, and what is made of them. Right
// at infinities, NaN, zeros and subnormal numbers. Sources: fdlibm's e_log.c and s_log1p.c (Sun Microsystems, 1993) for the
// logarithms; a Chebyshev series for (exp(r) - 1 - r) / r^2. Left out: special functions. Next: `double-operations.h`.
#pragma once
#include "double-arithmetic.h"

namespace latently {
namespace doubles {

constexpr double logTwoHigh = 6.93147180369123816490e-01, logTwoLow = 1.90821492927058770002e-10;

// 1.5 * 2^52: a double of this size holds a small whole number in its low bits.
constexpr double wholeOffset = 0x1.8p52;

inline LongBits OffsetBits() { return BitsAs<LongBits>(Splat(wholeOffset)); }
inline Doubles WholeToDouble(LongBits whole) { return BitsAs<Doubles>(whole + OffsetBits()) - wholeOffset; }
inline Doubles PowerOfTwo(LongBits exponent) { return BitsAs<Doubles>((exponent + 1023) << 52); }

// (exp(r) - 1 - r) / r^2 for |r| below log(2) / 2, highest power first: within 2e-18.
constexpr double exponentialSeries[] = {
    2.09147553258932e-09,  2.5105312729622103e-08, 2.755727347871858e-07, 2.755725517000089e-06, 2.480158732567746e-05,
    0.0001984126987500228, 0.0013888888888883711,  0.008333333333326084,  0.04166666666666667,   0.1666666666666667,
    0.5};

// x = n log 2 + high + low with |high| below log(2) / 2, and tail: exp(high + low) = 1 + high + tail.
struct Reduced {
  LongBits n;
  Doubles high, tail;
};

inline Reduced Reduce(Doubles x) {
  const Doubles shifted = x * 1.44269504088896340736 + wholeOffset, n = shifted - wholeOffset;
  const Doubles first = x - n * logTwoHigh, high = first - n * logTwoLow;
  const Doubles low = (first - high) - n * logTwoLow;
  Doubles sum = Splat(exponentialSeries[0]);
  for (int i = 1; i < 11; i++) sum = sum * high + exponentialSeries[i];
  return {BitsAs<LongBits>(shifted) - OffsetBits(), high, high * high * sum + low};
}

// Beyond the ends every result is 0 or infinite; half the power at a time, so that neither is reached too early.
inline Doubles Exponential(Doubles x) {
  const Doubles kept = x > 710.0 ? Splat(710.0) : x < -746.0 ? Splat(-746.0) : x;
  const Reduced r = Reduce(kept);
  const LongBits half = ((r.n + 2048) >> 1) - 1024;
  return (1.0 + (r.high + r.tail)) * PowerOfTwo(half) * PowerOfTwo(r.n - half);
}

// 2^n (1 + high + tail) - 1, halved, with what the first sum rounds away.
inline Doubles ExponentialMinusOne(Doubles x) {
  const Doubles kept = x > 710.0 ? Splat(710.0) : x < -50.0 ? Splat(-50.0) : x;
  const Reduced r = Reduce(kept);
  const Doubles power = PowerOfTwo(r.n - 1), less = power - 0.5, first = power * r.high;
  const Doubles sum = less + first, rest = first - (sum - less);
  const Doubles result = 2.0 * (sum + (power * r.tail + rest));
  return Absolute(x) < 1e-300 ? x : result;
}

// u = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), for a normal u above zero.
struct Split {
  LongBits k;
  Doubles f;
};

inline Split SplitOf(Doubles u) {
  constexpr uint64_t rootHalf = 0x3fe6a09e667f3bcd, bias = 2048;
  const LongBits bits = BitsAs<LongBits>(u), k = ((bits - rootHalf + (bias << 52)) >> 52) - bias;
  return {k, BitsAs<Doubles>(bits - (k << 52)) - 1.0};
}

// k log 2 + log(1 + f) + correction.
inline Doubles LogarithmOf(Doubles k, Doubles f, Doubles correction) {
  const Doubles s = f / (2.0 + f), z = s * s, w = z * z, half = 0.5 * f * f;
  const Doubles even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const Doubles odd = z * (6.666666666666735130e-01 +
                           w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  return k * logTwoHigh - ((half - (s * (half + (even + odd)) + (k * logTwoLow + correction))) - f);
}

// The logarithm where it is not that of a positive number.
inline Doubles EdgeOf(Doubles x) { return x == 0.0 ? Splat(-infinity) : x < 0.0 ? Splat(nan) : x; }

inline Doubles Logarithm(Doubles x) {
  const LongIntegers subnormal = x < 0x1p-1022;
  const Split split = SplitOf(subnormal ? x * 0x1p54 : x);
  const Doubles k = WholeToDouble(split.k) - (subnormal ? Splat(54.0) : Doubles{});
  const Doubles result = LogarithmOf(k, split.f, Doubles{});
  return (x > 0.0) & (x < infinity) ? result : EdgeOf(x);
}

inline Doubles LogarithmOnePlus(Doubles x) {
  const Doubles u = 1.0 + x;
  const Split split = SplitOf(u);
  const LongIntegers near = split.k == 0;
  const Doubles k = WholeToDouble(split.k), lost = x >= 1.0 ? 1.0 - (u - x) : x - (u - 1.0);
  const Doubles result = LogarithmOf(k, near ? x : split.f, near ? Doubles{} : lost / u);
  return x == 0.0 ? x : (u > 0.0) & (u < infinity) ? result : EdgeOf(u);
}

inline Doubles Sigmoid(Doubles x) {
  const Doubles power = Exponential(Negate(Absolute(x)));
  return (x < 0.0 ? power : Splat(1.0)) / (1.0 + power);
}
inline Doubles Softplus(Doubles x) { return Maximum(x, Doubles{}) + LogarithmOnePlus(Exponential(Negate(Absolute(x)))); }
inline Doubles HyperbolicTangent(Doubles x) {
  const Doubles less = ExponentialMinusOne(-2.0 * Absolute(x));
  return CopySign(less / (less + 2.0), x);
}
inline Doubles TimesLogarithm(Doubles x, Doubles y) { return x == 0.0 ? x : x * Logarithm(y); }
inline Doubles TimesLogarithmOnePlus(Doubles x, Doubles y) { return x == 0.0 ? x : x * LogarithmOnePlus(y); }

}  // namespace doubles
}  // namespace latently
