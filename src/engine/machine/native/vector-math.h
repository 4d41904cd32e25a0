// Exponentials and logarithms of float32 vectors, to about one unit in the last place over their whole ranges: subnormal numbers,
// infinities, NaN and -0 included. Polynomials are minimax (Remez). Right with fused multiplications and additions and without.
// Left out: functions that are worked out in double (`double-math.h`). Next: `arithmetic.h`.
#pragma once
#include "arithmetic.h"

namespace latently {

// ln 2 in two parts: whole numbers below 2^11 times the first are exact.
constexpr float logTwoHigh = 0.693115234375f, logTwoLow = 3.19461833e-5f;

// x = whole * ln 2 + rest, |rest| <= ln 2 / 2; |x| < 2^15.
struct Reduced {
  Floats whole, rest;
  Integers integer;  // whole
};

inline Reduced ReduceByLogTwo(Floats x) {
  constexpr float shift = 12582912.0f;
  const Floats shifted = x * 1.44269504f + shift, whole = shifted - shift;
  const Floats rest = (x - whole * logTwoHigh) - whole * logTwoLow;
  return {whole, rest, BitsAs<Integers>(shifted) - 0x4b400000};
}

// exp(rest) - 1.
inline Floats ExponentialOfRest(Floats r) {
  const Floats p = (((0.00139505730f * r + 0.00836895313f) * r + 0.0416662060f) * r + 0.166665182f) * r + 0.5f;
  return r * r * p + r;
}

inline Floats PowerOfTwo(Integers n) { return BitsAs<Floats>((n + 127) << 23); }

// value * 2^whole, in two steps, so that results may be subnormal and are rounded once.
inline Floats Scale(Floats value, const Reduced& reduced) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  return _mm512_maskz_scalef_ps(0xffff, value, reduced.whole);
#else
  const Integers half = reduced.integer >> 1;
  return value * PowerOfTwo(half) * PowerOfTwo(reduced.integer - half);
#endif
}

inline Floats Exponential(Floats x) {
  const Reduced reduced = ReduceByLogTwo(LesserOf(Splat(89.0f), GreaterOf(Splat(-104.0f), x)));
  return Scale(ExponentialOfRest(reduced.rest) + 1.0f, reduced);
}

// exp(-|x|).
inline Floats ExponentialOfSize(Floats x) {
  const Reduced reduced = ReduceByLogTwo(GreaterOf(Splat(-104.0f), Negate(Absolute(x))));
  return Scale(ExponentialOfRest(reduced.rest) + 1.0f, reduced);
}

inline Floats ExponentialMinusOne(Floats x) {
  const Reduced reduced = ReduceByLogTwo(LesserOf(Splat(89.0f), GreaterOf(Splat(-30.0f), x)));
  const Floats half = PowerOfTwo(reduced.integer - 1);
  const Floats value = 2.0f * (half * ExponentialOfRest(reduced.rest) + (half - 0.5f));
  return Absolute(x) < 1e-9f ? x : value;
}

// (log(1 + f) - f) / f^2 for -1/4 <= f <= 1/2.
inline Floats LogarithmOfRest(Floats f) {
  Floats p = -0.0461908244f * f + 0.105910569f;
  p = p * f - 0.131929964f;
  p = p * f + 0.144680515f;
  p = p * f - 0.166429460f;
  p = p * f + 0.199909747f;
  p = p * f - 0.250002295f;
  p = p * f + 0.333334506f;
  return p * f - 0.5f;
}

// whole * ln 2 + log(1 + f).
inline Floats JoinLogarithm(Floats whole, Floats f) {
  const Floats small = f * f * LogarithmOfRest(f) + whole * logTwoLow;
  return whole * logTwoHigh + (small + f);
}

// The bits of 2^n in x = 2^n * m, 3/4 <= m < 3/2, less those of 1.
inline Integers ExponentBits(Floats x) { return (BitsAs<Integers>(x) - 0x3f400000) & int32_t(0xff800000); }
inline Floats WholeOf(Integers exponentBits) { return IntegerToFloat(exponentBits >> 23); }

// A logarithm's value where its argument is not positive, infinite or NaN.
inline Floats MendLogarithm(Floats argument, Floats value) {
  const Floats finite = argument == infinity ? argument : value;
  const Floats edge = argument == 0.0f ? Splat(-infinity) : Splat(std::numeric_limits<float>::quiet_NaN());
  return argument > 0.0f ? finite : edge;
}

inline Floats Logarithm(Floats x) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  // Zero, infinities and NaN come out right by themselves: their mantissas are 1 or NaN, the exponents of the first two infinite.
  const Floats mantissa = _mm512_maskz_getmant_ps(0xffff, x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);
  const Floats whole = Floats(_mm512_maskz_getexp_ps(0xffff, x)) - Floats(_mm512_maskz_getexp_ps(0xffff, mantissa));
  return JoinLogarithm(whole, mantissa - 1.0f);
#else
  const Integers subnormal = x < std::numeric_limits<float>::min();
  const Floats normal = subnormal ? x * 8388608.0f : x;
  const Integers exponent = ExponentBits(normal);
  const Floats f = BitsAs<Floats>(BitsAs<Integers>(normal) - exponent) - 1.0f;
  const Floats whole = WholeOf(exponent) - (subnormal ? Splat(23.0f) : Floats{});
  return MendLogarithm(x, JoinLogarithm(whole, f));
#endif
}

// 1 + x = 2^n (1 + f) with f = x 2^-n + (2^-n - 1), which nothing is lost in.
inline Floats LogarithmOnePlus(Floats x) {
  const Integers exponent = ExponentBits(x + 1.0f);
  const Floats quarter = BitsAs<Floats>(0x40800000 - exponent);
  const Floats scaled = BitsAs<Floats>(BitsAs<Integers>(x) - exponent);
  const Floats f = scaled + (0.25f * quarter - 1.0f);
  const Floats value = JoinLogarithm(WholeOf(exponent), f);
  return Absolute(x) < 1e-9f ? x : MendLogarithm(x + 1.0f, value);
}

inline Floats HyperbolicTangent(Floats x) {
  const Floats size = Absolute(x), z = x * x;
  Floats p = 0.00212274771f * z - 0.00815628096f;
  p = p * z + 0.0216926057f;
  p = p * z - 0.0539453775f;
  p = p * z + 0.133331954f;
  p = p * z - 0.333333313f;
  const Reduced reduced = ReduceByLogTwo(LesserOf(Splat(20.0f), size + size));
  const Floats e = (ExponentialOfRest(reduced.rest) + 1.0f) * PowerOfTwo(reduced.integer);
  const Floats large = 1.0f - 2.0f / (e + 1.0f);
  return CopySign(size < 0.625f ? size * z * p + size : large, x);
}

inline Floats Sigmoid(Floats x) {
  const Floats small = ExponentialOfSize(x), sum = small + 1.0f;
  const Integers negative = x < 0.0f;
  const Floats value = (negative ? small : Splat(1.0f)) / sum;
  // What the sum rounded off is given back, times 1 / sum.
  const Floats lost = small - (sum - 1.0f);
  return value - value * (negative ? 1.0f - value : value) * lost;
}

// max(x, 0) + log(1 + e), e = exp(-|x|); above 1/2 by log 2 + log(1 + (e - 1) / 2).
inline Floats Softplus(Floats x) {
  const Floats e = ExponentialOfSize(x);
  const Integers isLarge = e > 0.5f;
  const Floats value = JoinLogarithm(isLarge ? Splat(1.0f) : Floats{}, isLarge ? e * 0.5f - 0.5f : e);
  return (x > 0.0f ? x : Floats{}) + value;
}

}  // namespace latently
